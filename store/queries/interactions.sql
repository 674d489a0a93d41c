SELECT id, argMax(caller, revision), argMax(callee, revision), argMax(stats, revision), min(first_seen), max(last_seen)
FROM interactions
WHERE tenant = {tenant:String}
GROUP BY id
ORDER BY id
LIMIT {limit:UInt64}
