-- A view writes after the table it looks at: a process that died in between left
-- segments that no flow finds. segments_of_flow is now written first.
DROP VIEW IF EXISTS segments_of_flow_view
