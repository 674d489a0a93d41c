SELECT {{endpoint_columns}}
FROM endpoints
WHERE tenant = {tenant:String} AND id IN {ids:Array(UInt64)}
GROUP BY id
