-- An attempt that failed may have left its body within the same minute, where
-- the next one is dropped as the same; one of an earlier release is in batches.
SELECT id, any(body)
FROM
(
    SELECT id, body
    FROM feed
    WHERE ingested_at >= toStartOfMinute(fromUnixTimestamp64Milli({from:Int64}, 'UTC'))
      AND ingested_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
      AND id IN {ids:Array(String)}
    UNION ALL
    SELECT id, body
    FROM batches
    WHERE ingested_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
      AND ingested_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
      AND id IN {ids:Array(String)} AND body != ''
)
GROUP BY id
