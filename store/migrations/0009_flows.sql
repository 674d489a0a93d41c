-- One row a flow, the highest revision is the truth. Sorted and partitioned
-- by the time of minting, which is in the id, so that a row never moves.
CREATE TABLE IF NOT EXISTS flows
(
    tenant         LowCardinality(String)        CODEC(ZSTD(1)),
    minted         DateTime64(3, 'UTC')          CODEC(Delta(8), ZSTD(1)),
    id             FixedString(16)               CODEC(ZSTD(1)),
    revision       UInt64                        CODEC(ZSTD(1)),
    gone           UInt8                         CODEC(ZSTD(1)), -- merged into another flow
    environment    LowCardinality(String)        CODEC(ZSTD(1)),
    type_id        UInt64                        CODEC(ZSTD(1)),
    type_service   LowCardinality(String)        CODEC(ZSTD(1)),
    type_operation LowCardinality(String)        CODEC(ZSTD(1)),
    start          Int64                         CODEC(Delta(8), ZSTD(1)),
    last_activity  Int64                         CODEC(Delta(8), ZSTD(1)),
    failed_at      Int64                         CODEC(ZSTD(1)),
    verdict        UInt8                         CODEC(ZSTD(1)),
    spans          UInt32                        CODEC(ZSTD(1)),
    hops           UInt32                        CODEC(ZSTD(1)),
    traces         UInt32                        CODEC(ZSTD(1)),
    endpoints      Array(UInt64)                 CODEC(ZSTD(1)),
    services       Array(LowCardinality(String)) CODEC(ZSTD(1)),
    corr_keys      Array(LowCardinality(String)) CODEC(ZSTD(1)),
    corr_values    Array(String)                 CODEC(ZSTD(1)),
    trace_ids      Array(FixedString(16))        CODEC(ZSTD(1)),
    check_at       Int64                         CODEC(ZSTD(1)),
    placed_until   Int64 MATERIALIZED greatest(last_activity, failed_at) CODEC(Delta(8), ZSTD(1)), -- no window after it has the flow
    culprit        UInt8                         CODEC(ZSTD(1)), -- 1: the columns below are said
    c_endpoint     UInt64                        CODEC(ZSTD(1)),
    c_service      LowCardinality(String)        CODEC(ZSTD(1)),
    c_operation    LowCardinality(String)        CODEC(ZSTD(1)),
    c_kind         UInt8                         CODEC(ZSTD(1)),
    c_system       LowCardinality(String)        CODEC(ZSTD(1)),
    c_role         UInt8                         CODEC(ZSTD(1)),
    c_from         LowCardinality(String)        CODEC(ZSTD(1)), -- the services of a hand-off
    c_to           LowCardinality(String)        CODEC(ZSTD(1)),
    c_host         LowCardinality(String)        CODEC(ZSTD(1)),
    c_reason       String                        CODEC(ZSTD(1)),
    c_signature    String                        CODEC(ZSTD(1)),
    c_rule         LowCardinality(String)        CODEC(ZSTD(1)),
    c_confidence   UInt8                         CODEC(ZSTD(1)),
    c_trace        FixedString(16)               CODEC(ZSTD(1)),
    c_span         FixedString(8)                CODEC(ZSTD(1)),
    INDEX by_end   placed_until TYPE minmax GRANULARITY 1,
    INDEX by_start start        TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(revision, gone)
PARTITION BY toDate(minted)
ORDER BY (tenant, minted, id)
SETTINGS index_granularity = 1024
