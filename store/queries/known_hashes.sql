-- In the order of the key; what is there twice comes twice, because a set of all
-- would not fit into memory.
SELECT h FROM correlations
