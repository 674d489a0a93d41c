-- How flows that went well go, by the minute in which they began: what takes how
-- long and which steps are taken (flow.TraitKind). What changed is seen by it
-- though no flow failed. A process that is killed may count some flows twice.
CREATE TABLE IF NOT EXISTS profile
(
    tenant LowCardinality(String) CODEC(ZSTD(1)),
    day    Date                   CODEC(ZSTD(1)),           -- of writing
    minute UInt32                 CODEC(Delta(4), ZSTD(1)), -- Unix minutes
    what   UInt8                  CODEC(ZSTD(1)),
    a      UInt64                 CODEC(ZSTD(1)),           -- endpoints
    b      UInt64                 CODEC(ZSTD(1)),           -- 0 for none
    bucket UInt8                  CODEC(ZSTD(1)),           -- of time, four to a power of two of microseconds
    n      UInt64                 CODEC(T64, ZSTD(1))
)
ENGINE = SummingMergeTree(n)
PARTITION BY day
ORDER BY (tenant, minute, what, a, b, bucket)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000
