-- How flows went before a window and in it, in the minutes that are asked for.
SELECT what, a, b,
       sumIf(n, minute < {from:UInt32}) AS n0, sumIf(n * bucket, minute < {from:UInt32}), sumIf(n * bucket * bucket, minute < {from:UInt32}),
       sumIf(n, minute >= {from:UInt32}) AS n1, sumIf(n * bucket, minute >= {from:UInt32}), sumIf(n * bucket * bucket, minute >= {from:UInt32})
FROM profile
WHERE tenant = {tenant:String} AND minute IN {minutes:Array(UInt32)}
GROUP BY what, a, b
ORDER BY n0 + n1 DESC, what, a, b
LIMIT {limit:UInt64}
