SELECT DISTINCT trace_id FROM flow_of_segment
