-- Waits come in classes, so that quantiles can be had of any sum of the rows. A
-- hop that flows share has a row of its own.
SELECT h.1 AS from_endpoint, h.2 AS to_endpoint, h.5 AS shared, epoch, h.3 AS wait, min(at), count(), sum(h.4)
FROM
(
    SELECT if(failed_at > 0, failed_at, last_activity) AS at, roundDown(at, {epochs:Array(Int64)}) AS epoch,
           arrayJoin(arrayZip(hand_from, hand_to, hand_wait, hand_failed, hand_shared)) AS h
    FROM flows FINAL
    WHERE {{flow_filter}}
)
GROUP BY from_endpoint, to_endpoint, shared, epoch, wait
