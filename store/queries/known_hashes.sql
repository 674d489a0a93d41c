SELECT DISTINCT h FROM correlations
