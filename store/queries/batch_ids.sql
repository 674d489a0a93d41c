-- A batch of an earlier release has its body here and no size.
SELECT id, min(ingested_at) AS at, any(greatest(size, length(body))) AS size
FROM batches
WHERE ingested_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
GROUP BY id
ORDER BY at, id
