-- In which ten-minute buckets of start time a trace has spans: 8 bytes of its
-- id are enough, because a wrong bucket costs a granule and not an answer.
CREATE TABLE IF NOT EXISTS traces
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    day    Date                   CODEC(ZSTD(1)),
    k      UInt64                 CODEC(NONE),              -- last 8 bytes of trace_id, little endian
    bucket UInt32                 CODEC(Delta(4), ZSTD(1))  -- intDiv(start, 600000000000)
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (tenant, k, bucket)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
