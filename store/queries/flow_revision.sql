-- Every insert takes the next block number of its partition.
SELECT sum(block)
FROM (SELECT max(max_block_number) AS block
      FROM system.parts
      WHERE database = currentDatabase() AND table = 'flows' AND active
      GROUP BY partition_id)
