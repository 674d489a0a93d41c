-- The id of a partition by date is YYYYMMDD, that of one by hour or minute its
-- Unix time; tables without partitions have the id "all" and no day.
SELECT table, partition_id,
       if(table IN ('batches', 'feed'), toInt64OrZero(partition_id),
          ifNull(toInt64(toUnixTimestamp(parseDateTimeOrNull(partition_id, '%Y%m%d', 'UTC'))), 0)) AS day,
       sum(bytes_on_disk)
FROM system.parts
WHERE database = currentDatabase() AND active
GROUP BY table, partition_id
ORDER BY day, table
