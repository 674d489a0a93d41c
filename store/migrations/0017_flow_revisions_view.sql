CREATE MATERIALIZED VIEW IF NOT EXISTS flow_revisions_view TO flow_revisions
AS SELECT tenant, minted, id, revision, verdict, now64(3, 'UTC') AS at FROM flows WHERE NOT gone
