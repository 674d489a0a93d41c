SELECT id, any(content)
FROM shapes
WHERE tenant = {tenant:String} AND id IN {ids:Array(UInt64)}
GROUP BY id
