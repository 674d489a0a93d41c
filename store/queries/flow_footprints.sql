-- Flows are told apart by the last of some moments before them, so that what
-- changed at those moments can be told of each.
SELECT endpoints, verdict, if(culprit = 1, c_endpoint, 0) AS blamed,
       roundDown(if(failed_at > 0, failed_at, last_activity), {epochs:Array(Int64)}) AS epoch,
       min(if(failed_at > 0, failed_at, last_activity)), count()
FROM flows FINAL
WHERE {{flow_filter}}
GROUP BY endpoints, verdict, blamed, epoch
