-- What joins: the hash of a correlation value, or of a linked trace id, and
-- the trace that carries it.
CREATE TABLE IF NOT EXISTS correlations
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    day      Date                   CODEC(ZSTD(1)),
    h        UInt64                 CODEC(Delta(8), ZSTD(1)),
    trace_id FixedString(16)        CODEC(NONE),
    seen     UInt32                 CODEC(T64, ZSTD(1))      -- arrival, Unix seconds
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (tenant, h, trace_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
