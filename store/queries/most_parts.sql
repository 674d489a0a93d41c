-- How many parts the fullest partition of each table has that may still be
-- merged, and how many merges of it are running. Parts of spans end at 128 MB, and
-- of the feed, which has a partition for each minute, all are counted.
SELECT table, max(parts), max(merges)
FROM
(
    SELECT table, if(table = 'feed', '', partition_id) AS partition, countIf(table != 'spans' OR bytes_on_disk < 67108864) AS parts, 0 AS merges
    FROM system.parts
    WHERE active AND database = currentDatabase()
    GROUP BY table, partition
    UNION ALL
    SELECT table, '', 0, count() FROM system.merges WHERE database = currentDatabase() GROUP BY table
)
GROUP BY table
