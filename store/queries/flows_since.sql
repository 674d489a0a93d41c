SELECT id, argMax(trace_ids, revision)
FROM flows
WHERE tenant = {tenant:String} AND revision >= {since:UInt64}
GROUP BY id
HAVING argMax(gone, revision) = 0
ORDER BY id
LIMIT {limit:UInt64}
