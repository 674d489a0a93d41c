-- How many flows there are, and when the newest 0.1 % of them, 0.2 % and so on
-- began to be known: quantiles of a sample, which is the same each time.
SELECT count(),
       quantilesDeterministic(0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.4, 0.3, 0.2, 0.1, 0)
           (toUnixTimestamp64Milli(minted), toUInt64(start))
FROM flows FINAL
WHERE {{flow_filter}}
  AND minted >= fromUnixTimestamp64Milli({since:Int64})
