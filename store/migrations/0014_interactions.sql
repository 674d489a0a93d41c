-- Caller endpoint to callee endpoint, with what was learned about the step.
CREATE TABLE IF NOT EXISTS interactions
(
    tenant     LowCardinality(String) CODEC(ZSTD(1)),
    id         UInt64                 CODEC(ZSTD(1)),
    caller     UInt64                 CODEC(ZSTD(1)),
    callee     UInt64                 CODEC(ZSTD(1)),
    stats      String                 CODEC(ZSTD(1)),
    first_seen DateTime64(3, 'UTC')   CODEC(ZSTD(1)),
    last_seen  DateTime64(3, 'UTC')   CODEC(ZSTD(1)),
    revision   UInt64                 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024
