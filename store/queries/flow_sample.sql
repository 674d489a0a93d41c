-- The same flows whoever asks, and spread over the window: their order is that
-- of a hash. A culprit is empty where there is none.
SELECT id, spans, if(failed_at > 0, failed_at, last_activity), c_endpoint, c_trace, c_span
FROM flows FINAL
WHERE {{flow_filter}}
  AND ({blamed_only:UInt8} = 0 OR culprit = 1)
ORDER BY cityHash64(id), id
LIMIT {limit:UInt64}
