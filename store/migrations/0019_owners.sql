-- Who owned an endpoint from a moment on. One row when it was first seen and
-- one for each change since; nothing is ever changed or taken back, so that a
-- report on the past stays as it was. Kept for ever, as endpoints are.
CREATE TABLE IF NOT EXISTS owners
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    endpoint UInt64                 CODEC(ZSTD(1)),
    at       Int64                  CODEC(Delta(8), ZSTD(1)), -- Unix ns
    team     LowCardinality(String) CODEC(ZSTD(1)),           -- empty for nobody
    source   LowCardinality(String) CODEC(ZSTD(1)),           -- rule, catalogue, attribute, none
    origin   LowCardinality(String) CODEC(ZSTD(1)),           -- the catalogue, by name
    why      String                 CODEC(ZSTD(1))            -- for people
)
ENGINE = MergeTree
ORDER BY (tenant, endpoint, at)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
