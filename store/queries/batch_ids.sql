SELECT id, min(ingested_at) AS at, any(length(body)) AS size
FROM batches
WHERE ingested_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
GROUP BY id
ORDER BY at, id
