-- Those that are in flows, in the order of the key; what is there twice comes
-- twice, because a set of all would not fit into memory.
SELECT trace_id FROM flow_of_segment
