-- Two passes: the light columns find the page, the wide ones are read for the
-- page only. Everything that a later revision may change is compared after
-- FINAL has chosen the last one. at is where a flow stands in time: when it
-- failed, or else when it began.
WITH page AS
(
    SELECT minted, id, if(failed_at > 0, failed_at, start) AS at,
           {attention:UInt8} = 1 AND verdict IN (4, 5, 6, 7) AS first
    FROM flows FINAL
    WHERE tenant = {tenant:String}
      AND start < {to:Int64} AND last_activity >= {from:Int64}
      AND (failed_at = 0 OR failed_at >= {from:Int64} AND failed_at < {to:Int64})
      AND (empty({verdicts:Array(UInt8)}) OR has({verdicts:Array(UInt8)}, verdict))
      AND (empty({environments:Array(String)}) OR has({environments:Array(String)}, environment))
      AND ({type:UInt64} = 0 OR type_id = {type:UInt64})
      AND (empty({endpoints:Array(UInt64)}) OR hasAny(endpoints, {endpoints:Array(UInt64)}))
      AND (empty({culprits:Array(UInt64)}) OR culprit = 1 AND has({culprits:Array(UInt64)}, c_endpoint))
      AND ({kind:Int16} < 0 OR hasAny(endpoints, (SELECT groupUniqArray(id) FROM endpoints WHERE tenant = {tenant:String} AND kind = {kind:Int16})))
      AND ({text:String} = ''
        OR positionCaseInsensitiveUTF8(type_operation, {text:String}) > 0
        OR arrayExists(s -> positionCaseInsensitiveUTF8(s, {text:String}) > 0, services)
        OR arrayExists(v -> positionCaseInsensitiveUTF8(v, {text:String}) > 0, corr_values)
        OR positionCaseInsensitiveUTF8(c_reason, {text:String}) > 0
        OR startsWith(lower(hex(id)), lower({text:String}))
        OR arrayExists(t -> startsWith(lower(hex(t)), lower({text:String})), trace_ids))
      AND ({after:String} = '' OR (first, at, id) < ({after_first:UInt8}, {after_at:Int64}, unhex({after:String})::FixedString(16)))
    ORDER BY first DESC, at DESC, id DESC
    LIMIT {limit:UInt64}
)
SELECT tenant, id, revision, environment, type_id, type_service, type_operation, start, last_activity, failed_at, verdict,
       spans, hops, traces, endpoints, services, corr_keys, corr_values, trace_ids, check_at,
       culprit, c_endpoint, c_service, c_operation, c_kind, c_system, c_role, c_from, c_to, c_host, c_reason, c_signature, c_rule,
       c_confidence, c_trace, c_span
FROM flows FINAL
WHERE tenant = {tenant:String} AND (minted, id) IN (SELECT minted, id FROM page)
