-- An endpoint of 0 is all of them.
SELECT endpoint, at, team, source, origin, why
FROM owners
WHERE tenant = {tenant:String}
  AND ({endpoint:UInt64} = 0 OR endpoint = {endpoint:UInt64})
ORDER BY at, endpoint
LIMIT {limit:UInt64}
