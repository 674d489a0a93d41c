-- Flows are told apart by the last of some moments before them, so that what
-- changed at those moments can be told of each.
SELECT endpoints, verdict, if(culprit = 1, c_endpoint, 0) AS blamed, c_sides,
       roundDown(if(failed_at > 0, failed_at, last_activity), {epochs:Array(Int64)}) AS epoch,
       min(if(failed_at > 0, failed_at, last_activity)), count(), countIf(notEmpty(own_us)), sumForEach(own_us)
FROM flows FINAL
WHERE {{flow_filter}}
GROUP BY endpoints, verdict, blamed, c_sides, epoch
