SELECT endpoint, sum(n), sumIf(n, outcome = 1)
FROM rollup
WHERE tenant = {tenant:String} AND minute >= {from:UInt32} AND minute <= {to:UInt32}
GROUP BY endpoint
