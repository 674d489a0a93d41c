-- What hops touch. The identity columns are functions of the id; they are in
-- the key only because an aggregating table wants every column to be there or
-- to be an aggregate. Kept for ever: cardinality is bounded by templating.
CREATE TABLE IF NOT EXISTS endpoints
(
    tenant      LowCardinality(String) CODEC(ZSTD(1)),
    id          UInt64                 CODEC(ZSTD(1)),
    environment LowCardinality(String) CODEC(ZSTD(1)),
    namespace   LowCardinality(String) CODEC(ZSTD(1)),
    service     LowCardinality(String) CODEC(ZSTD(1)),
    kind        UInt8                  CODEC(ZSTD(1)),
    system      LowCardinality(String) CODEC(ZSTD(1)),
    operation   String                 CODEC(ZSTD(1)),
    destination String                 CODEC(ZSTD(1)),
    workflow    String                 CODEC(ZSTD(1)),
    host        String                 CODEC(ZSTD(1)),
    role        UInt8                  CODEC(ZSTD(1)),
    attr_keys   Array(String)          CODEC(ZSTD(1)),
    attr_values Array(String)          CODEC(ZSTD(1)),
    first_seen  SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1)), -- Unix ms
    last_seen   SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PRIMARY KEY (tenant, id)
ORDER BY (tenant, id, environment, namespace, service, kind, system, operation, destination, workflow, host, role, attr_keys, attr_values)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
