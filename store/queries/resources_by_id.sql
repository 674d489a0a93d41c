SELECT id, any(content)
FROM resources
WHERE tenant = {tenant:String} AND id IN {ids:Array(UInt64)}
GROUP BY id
