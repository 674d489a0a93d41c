SELECT revision, min(at) AS first, any(verdict)
FROM flow_revisions
WHERE tenant = {tenant:String} AND minted = fromUnixTimestamp64Milli({minted:Int64}, 'UTC') AND id = unhex({id:String})::FixedString(16)
GROUP BY revision
ORDER BY revision
LIMIT 1000
