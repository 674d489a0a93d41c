-- An endpoint of 0 is all of them.
SELECT endpoint, at, team, source, origin, why
FROM owners
WHERE tenant = {tenant:String}
  AND endpoint = {endpoint:UInt64} -- if endpoint
ORDER BY at, endpoint
LIMIT {limit:UInt64}
