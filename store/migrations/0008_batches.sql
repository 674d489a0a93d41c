-- The commit record of a batch, written last, and what the joiner reads: the
-- narrow spans of the batch. Kept for a day, by the hour.
CREATE TABLE IF NOT EXISTS batches
(
    ingested_at DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    id          String                 CODEC(ZSTD(1)),
    instance    LowCardinality(String) CODEC(ZSTD(1)),
    spans       UInt32                 CODEC(ZSTD(1)),
    repaired    UInt32                 CODEC(ZSTD(1)),
    body        String                 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfHour(ingested_at)
ORDER BY (ingested_at, id)
SETTINGS index_granularity = 16, non_replicated_deduplication_window = 10000
