-- Resource, scope and their schema URLs, by the hash of their content.
CREATE TABLE IF NOT EXISTS resources
(
    tenant     LowCardinality(String)                      CODEC(ZSTD(1)),
    day        Date                                        CODEC(ZSTD(1)),
    id         UInt64                                      CODEC(ZSTD(1)),
    service    LowCardinality(String)                      CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String)         CODEC(ZSTD(1)), -- for people; content is exact
    content    String                                      CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (tenant, id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 10000
