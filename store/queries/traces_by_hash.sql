SELECT h, trace_id, min(seen) AS first
FROM correlations
WHERE tenant = {tenant:String} AND h IN {hashes:Array(UInt64)}
GROUP BY h, trace_id
ORDER BY h, first, trace_id
LIMIT {most:UInt64} BY h
