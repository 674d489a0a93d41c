-- What a batch brought, for the joiner: its narrow spans. By the minute, so that
-- what has been taken in goes soon and at no cost.
CREATE TABLE IF NOT EXISTS feed
(
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)), -- of the commit record, or of an attempt before
    id          String               CODEC(ZSTD(1)),
    body        String               CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toStartOfMinute(ingested_at)
ORDER BY (ingested_at, id)
SETTINGS index_granularity = 16, non_replicated_deduplication_window = 10000
