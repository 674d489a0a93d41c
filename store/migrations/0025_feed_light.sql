-- Bodies live for minutes and are mostly ids and hashes, which nothing makes smaller.
ALTER TABLE feed MODIFY COLUMN body String CODEC(LZ4)
