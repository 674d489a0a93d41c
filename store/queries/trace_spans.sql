-- The bucket finds the granules, the trace id the rows. A row's own bucket is
-- not compared: that would cost more than it saves.
SELECT trace_id, ids, start, dur, name, kind, status, flags, msg, extra, res, shape, vals
FROM spans
WHERE tenant = {tenant:String}
  AND indexHint(intDiv(start, 600000000000) IN {buckets:Array(Int64)})
  AND trace_id IN (SELECT unhex(arrayJoin({traces:Array(String)}))::FixedString(16))
ORDER BY trace_id, start
LIMIT {limit:UInt64}
