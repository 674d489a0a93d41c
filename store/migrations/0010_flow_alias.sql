-- Every id ever shown leads to the flow that took it in. Partitioned by the
-- minting of that flow, and dropped with it.
CREATE TABLE IF NOT EXISTS flow_alias
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    minted   DateTime64(3, 'UTC')   CODEC(ZSTD(1)), -- of flow
    id       FixedString(16)        CODEC(ZSTD(1)),
    flow     FixedString(16)        CODEC(ZSTD(1)), -- the same as id: an alias taken back
    revision UInt64                 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(minted)
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024
