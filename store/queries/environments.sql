SELECT DISTINCT environment
FROM endpoints
WHERE tenant = {tenant:String}
ORDER BY environment
