SELECT count(), sum(spans), sum(repaired), max(ingested_at)
FROM batches
WHERE ingested_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')
