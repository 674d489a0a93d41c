-- What a flow was said to be before: the verdict of each revision. A revision
-- that says the same as the one before is left out when it is read.
CREATE TABLE IF NOT EXISTS flow_revisions
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    minted   DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    id       FixedString(16)        CODEC(ZSTD(1)),
    revision UInt64                 CODEC(ZSTD(1)),
    verdict  UInt8                  CODEC(ZSTD(1)),
    at       DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(minted)
ORDER BY (tenant, minted, id, revision)
SETTINGS index_granularity = 1024
