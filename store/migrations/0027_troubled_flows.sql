-- The flows in which something is wrong, which people look for first and which
-- are few: the rows that flows has of them, and a gone one for each of which a
-- later revision is well. Most columns of few rows are read, which takes half the
-- time when all are in one file. Columns that flows gets later must be added here too.
CREATE TABLE IF NOT EXISTS troubled_flows AS flows
ENGINE = ReplacingMergeTree(revision, gone)
PARTITION BY toDate(minted)
ORDER BY (tenant, minted, id)
SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 1073741824
