-- To which flow a segment belongs, or which flows refer to a shared one: ref
-- is zero for a segment with one owner and the flow for each reference.
CREATE TABLE IF NOT EXISTS flow_of_segment
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    arrived  DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    trace_id FixedString(16)        CODEC(ZSTD(1)),
    root     FixedString(8)         CODEC(ZSTD(1)),
    ref      FixedString(16)        CODEC(ZSTD(1)),
    flow     FixedString(16)        CODEC(ZSTD(1)),
    shared   UInt8                  CODEC(ZSTD(1)),
    revision UInt64                 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision)
PARTITION BY toDate(arrived)
ORDER BY (tenant, trace_id, root, ref)
SETTINGS index_granularity = 1024
