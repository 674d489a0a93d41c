SELECT trace_id, root, ref, argMax(flow, revision) AS flow, argMax(shared, revision), min(arrived)
FROM flow_of_segment
WHERE tenant = {tenant:String}
  AND trace_id IN (SELECT unhex(arrayJoin({traces:Array(String)}))::FixedString(16))
GROUP BY trace_id, root, ref
HAVING flow != toFixedString('', 16)
ORDER BY trace_id, root, ref
