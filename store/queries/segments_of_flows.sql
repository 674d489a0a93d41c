-- The traces that the flows ever had, and of those the segments they still have.
SELECT trace_id, root, ref, argMax(flow, revision) AS flow, argMax(shared, revision), min(arrived)
FROM flow_of_segment
WHERE tenant = {tenant:String}
  AND trace_id IN (SELECT trace_id FROM segments_of_flow
                   WHERE tenant = {tenant:String} AND flow IN (SELECT unhex(arrayJoin({flows:Array(String)}))::FixedString(16)))
GROUP BY trace_id, root, ref
HAVING flow IN (SELECT unhex(arrayJoin({flows:Array(String)}))::FixedString(16))
ORDER BY trace_id, root, ref
