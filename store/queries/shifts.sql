-- Endpoints that take half as long again as they did: the middle of what went
-- well before a window and in it. Buckets are an eighth of a power of two wide.
SELECT endpoint,
       sumIf(n, minute < {from:UInt32}) AS before,
       sumIf(n, minute >= {from:UInt32}) AS now,
       quantileExactWeightedIf(0.5)(bucket, n, minute < {from:UInt32}) AS was,
       quantileExactWeightedIf(0.5)(bucket, n, minute >= {from:UInt32}) AS is
FROM rollup
WHERE tenant = {tenant:String} AND minute >= {since:UInt32} AND minute < {to:UInt32} AND outcome = 0
GROUP BY endpoint
HAVING before >= {least:UInt64} AND now >= {least:UInt64} AND is >= was + 5
ORDER BY is - was DESC, endpoint
LIMIT {limit:UInt64}
