-- A flow is a row of two zeros before its hand-offs, which says whether it is
-- not measured. A hop that flows share counts once.
SELECT h_from, h_to, epoch, min(at),
       countIf(hop = 0) + uniqExactIf(hop, hop != 0), sumIf(h_failed, hop = 0) + uniqExactIf(hop, hop != 0 AND h_failed = 1)
FROM
(
    SELECT if(failed_at > 0, failed_at, last_activity) AS at, roundDown(at, {epochs:Array(Int64)}) AS epoch,
           arrayPushFront(hand_from, 0) AS h_from, arrayPushFront(hand_to, 0) AS h_to,
           arrayPushFront(hand_failed, own_us.size0 = 0) AS h_failed, arrayPushFront(hand_shared, 0) AS hop
    FROM flows FINAL
    WHERE {{flow_filter}}
      AND minted >= fromUnixTimestamp64Milli({since:Int64})
)
ARRAY JOIN h_from, h_to, h_failed, hop
GROUP BY h_from, h_to, epoch
