-- One row a span. Parent and span id share a column because a parent is the
-- span id of an earlier row, which then costs almost nothing. The key finds a
-- trace by its ten-minute bucket, which the table traces knows.
CREATE TABLE IF NOT EXISTS spans
(
    tenant      LowCardinality(String) CODEC(ZSTD(1)),
    day         Date                   CODEC(ZSTD(1)),           -- of arrival
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
    vals        String                 CODEC(ZSTD(1))            -- values of the shape's slots, separated by NUL
)
ENGINE = MergeTree
PARTITION BY day
ORDER BY (tenant, intDiv(start, 600000000000), trace_id, start)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
