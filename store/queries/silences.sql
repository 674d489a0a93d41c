-- Services that sent spans in most minutes and then none, while others went on:
-- for five minutes at least, and for five times as long as they paused on average.
-- Those that were heard of in the last five minutes, which are nearly all, are
-- left out before anything is counted.
WITH (SELECT minute FROM rollup WHERE tenant = {tenant:String} AND minute >= {since:UInt32} AND minute < {to:UInt32} ORDER BY minute DESC LIMIT 1) AS newest
SELECT gone.environment AS environment, gone.service AS service, argMax(endpoint, n) AS busiest, toUInt64(sum(n)) AS spans,
    min(minute) AS first, max(minute) AS last, toUInt64(uniqExact(minute)) AS active
FROM rollup
INNER JOIN
(
    SELECT DISTINCT id, environment, service
    FROM endpoints
    WHERE tenant = {tenant:String} AND service != '' AND (environment, service) NOT IN
    (
        SELECT environment, service
        FROM endpoints
        WHERE tenant = {tenant:String}
          AND id IN (SELECT toUInt64(endpoint) FROM rollup WHERE tenant = {tenant:String} AND minute > newest - 5 AND minute < {to:UInt32})
    )
) AS gone ON gone.id = toUInt64(rollup.endpoint)
WHERE tenant = {tenant:String} AND minute >= {since:UInt32} AND minute < {to:UInt32}
GROUP BY environment, service
HAVING active >= 10 AND 2 * active > last - first AND newest >= last + 5 AND (newest - last) * active > 5 * (last + 1 - first)
ORDER BY last, service, environment
LIMIT {limit:UInt64}
