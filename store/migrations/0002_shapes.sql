-- The ordered keys and types of attributes. Written again on first use each
-- day, so that a shape goes with the last day that needs it.
CREATE TABLE IF NOT EXISTS shapes
(
    tenant  LowCardinality(String)        CODEC(ZSTD(1)),
    day     Date                          CODEC(ZSTD(1)),
    id      UInt64                        CODEC(ZSTD(1)), -- hash of content
    keys    Array(LowCardinality(String)) CODEC(ZSTD(1)), -- for people; content has them too
    content String                        CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
