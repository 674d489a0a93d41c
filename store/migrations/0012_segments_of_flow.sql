-- Which traces a flow ever had. It only narrows the search: flow_of_segment
-- says whether a segment is still there, so nothing is ever taken back here.
CREATE TABLE IF NOT EXISTS segments_of_flow
(
    tenant   LowCardinality(String) CODEC(ZSTD(1)),
    arrived  DateTime64(3, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    flow     FixedString(16)        CODEC(ZSTD(1)),
    trace_id FixedString(16)        CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(arrived)
ORDER BY (tenant, flow, trace_id)
SETTINGS index_granularity = 1024
