SELECT DISTINCT tenant
FROM endpoints
ORDER BY tenant
