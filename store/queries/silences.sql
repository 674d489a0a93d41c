-- Services that sent spans in most minutes and then none, while others went on:
-- for five minutes at least, and for five times as long as they paused on average.
WITH (SELECT max(minute) FROM rollup WHERE tenant = {tenant:String} AND minute >= {since:UInt32} AND minute < {to:UInt32}) AS newest
SELECT environment, service, argMax(endpoint, n) AS busiest, toUInt64(sum(n)) AS spans, min(minute) AS first, max(minute) AS last, toUInt64(uniqExact(minute)) AS active
FROM rollup
INNER JOIN (SELECT id, any(environment) AS environment, any(service) AS service FROM endpoints WHERE tenant = {tenant:String} GROUP BY id) AS e ON e.id = toUInt64(rollup.endpoint)
WHERE tenant = {tenant:String} AND minute >= {since:UInt32} AND minute < {to:UInt32}
GROUP BY environment, service
HAVING service != '' AND active >= 10 AND 2 * active > last - first AND newest >= last + 5 AND (newest - last) * active > 5 * (last + 1 - first)
ORDER BY last, service, environment
LIMIT {limit:UInt64}
