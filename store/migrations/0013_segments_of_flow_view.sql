CREATE MATERIALIZED VIEW IF NOT EXISTS segments_of_flow_view TO segments_of_flow
AS SELECT tenant, arrived, flow, trace_id FROM flow_of_segment
