SELECT {{endpoint_columns}}
FROM endpoints
WHERE tenant = {tenant:String}
  AND {{listed_endpoint}}
GROUP BY id
ORDER BY id
LIMIT {limit:UInt64}
