-- Small values with a revision. Two writers of one revision: the second is
-- dropped by its deduplication token, which is what makes a lease possible.
CREATE TABLE IF NOT EXISTS joiner_state
(
    key      String CODEC(ZSTD(1)),
    revision UInt64 CODEC(ZSTD(1)),
    value    String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY key
SETTINGS non_replicated_deduplication_window = 10000
