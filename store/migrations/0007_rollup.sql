-- How often an endpoint was touched, how that ended and how long it took. Sums
-- are right because a batch that is inserted again is dropped by its token.
CREATE TABLE IF NOT EXISTS rollup
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    day      Date                   CODEC(ZSTD(1)),
    minute   UInt32                 CODEC(Delta(4), ZSTD(1)), -- Unix minutes of the start
    endpoint LowCardinality(UInt64) CODEC(ZSTD(1)),
    outcome  UInt8                  CODEC(ZSTD(1)),           -- 0 ok, 1 error
    bucket   UInt16                 CODEC(ZSTD(1)),           -- of duration, at most 12.5 % wide
    n        UInt64                 CODEC(T64, ZSTD(1))
)
ENGINE = SummingMergeTree(n)
PARTITION BY day
ORDER BY (tenant, minute, endpoint, outcome, bucket)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
