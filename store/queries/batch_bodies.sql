SELECT id, any(body)
FROM batches
WHERE ingested_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
  AND ingested_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  AND id IN {ids:Array(String)}
GROUP BY id
