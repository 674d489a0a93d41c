-- The tenants with an endpoint of which no owner was ever recorded.
SELECT DISTINCT tenant
FROM endpoints
WHERE (tenant, id) NOT IN (SELECT tenant, endpoint FROM owners)
  AND {{listed_endpoint}}
ORDER BY tenant
