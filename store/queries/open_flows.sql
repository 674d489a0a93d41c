SELECT id
FROM flows FINAL
WHERE tenant = {tenant:String} AND check_at > 0
ORDER BY minted DESC
LIMIT {limit:UInt64}
