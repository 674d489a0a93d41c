-- In which ten-minute buckets of start time a trace has spans, and in which
-- second they arrived: 8 bytes of its id are enough, because a wrong place costs a
-- granule and not an answer.
CREATE OR REPLACE TABLE traces
(
    tenant  LowCardinality(String) CODEC(ZSTD(1)),
    arrived DateTime('UTC')        CODEC(T64, ZSTD(1)),
    day     Date ALIAS toDate(arrived),
    k       UInt64                 CODEC(NONE),              -- last 8 bytes of trace_id, little endian
    bucket  UInt32                 CODEC(Delta(4), ZSTD(1))  -- intDiv(start, 600000000000)
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(arrived)
ORDER BY (tenant, k, bucket, arrived)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
AS SELECT tenant, toDateTime(day, 'UTC') AS arrived, k, bucket FROM traces
