SELECT {{endpoint_columns}}
FROM endpoints
WHERE tenant = {tenant:String} AND kind NOT IN (0, 5) -- internal and db spans belong to the hop they run in
GROUP BY id
ORDER BY id
LIMIT {limit:UInt64}
