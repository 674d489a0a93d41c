-- The second of arrival instead of the day. The engine keeps the first and the
-- last of a part in memory, because the partition is made of it, so that of many
-- parts only those are opened that came when the trace did (see traces). A key of
-- partitions cannot be changed: what is there is copied, as having come at the
-- beginning of its day.
CREATE OR REPLACE TABLE spans
(
    tenant      LowCardinality(String) CODEC(ZSTD(1)),
    arrived     DateTime('UTC')        CODEC(T64, ZSTD(1)),
    day         Date ALIAS toDate(arrived),
    trace_id    FixedString(16)        CODEC(ZSTD(1)),
    ids         FixedString(16)        CODEC(ZSTD(1)),           -- parent span id, span id
    start       Int64                  CODEC(Delta(8), ZSTD(1)), -- Unix ns
    dur         Int64                  CODEC(T64, ZSTD(1)),      -- ns, negative as sent
    endpoint    LowCardinality(UInt64) CODEC(ZSTD(1)),           -- 0 for none
    name        LowCardinality(String) CODEC(ZSTD(1)),
    service     LowCardinality(String) CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    rule        LowCardinality(String) CODEC(ZSTD(1)),           -- that decided the hop kind
    hop         UInt8                  CODEC(ZSTD(1)),           -- hop kind
    role        UInt8                  CODEC(ZSTD(1)),
    kind        UInt8                  CODEC(ZSTD(1)),           -- OTLP span kind
    status      UInt8                  CODEC(ZSTD(1)),
    flags       UInt32                 CODEC(ZSTD(1)),           -- OTLP flags
    msg         String                 CODEC(ZSTD(1)),           -- status message
    extra       String                 CODEC(ZSTD(1)),           -- events, links, trace state, dropped counts
    res         LowCardinality(UInt64) CODEC(ZSTD(1)),           -- resources.id
    shape       LowCardinality(UInt64) CODEC(ZSTD(1)),           -- shapes.id, 0 for none
    vals        String                 CODEC(ZSTD(1))            -- values of the shape's slots that vary, separated by NUL
)
ENGINE = MergeTree
PARTITION BY toDate(arrived)
ORDER BY (tenant, intDiv(start, 600000000000), trace_id, start)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000,
    max_bytes_to_merge_at_max_space_in_pool = 134217728, parts_to_delay_insert = 3000, parts_to_throw_insert = 5000 -- see 0029
AS SELECT tenant, toDateTime(day, 'UTC') AS arrived, trace_id, ids, start, dur, endpoint, name, service, environment, rule, hop, role, kind, status,
    flags, msg, extra, res, shape, vals
FROM spans
