-- The time of arrival finds the parts, the bucket the granules, the trace id the
-- rows. In an indexHint the engine would not see that the bucket is of the key, and
-- read every ten minutes.
SELECT trace_id, ids, start, dur, name, kind, status, flags, msg, extra, res, shape, vals
FROM spans
WHERE {{trace_filter}}
  AND substring(ids, 9, 8) = unhex({span:String}) -- if span
ORDER BY trace_id, start
LIMIT {limit:UInt64}
