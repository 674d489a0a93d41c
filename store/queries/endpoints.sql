SELECT {{endpoint_columns}}
FROM endpoints
WHERE tenant = {tenant:String}
GROUP BY id
ORDER BY id
LIMIT {limit:UInt64}
