-- Two passes: the light columns find the page, the wide ones are read for the
-- page only. Whatever a later revision may change is compared after FINAL has
-- chosen the last one.
WITH page AS
(
    SELECT minted, id
         , transform(verdict, [5, 6, 4, 7, 2], [0, 1, 2, 3, 4], 5) AS rank -- if worst
    FROM {{flows}} FINAL
    WHERE {{flow_filter}}
      AND (positionCaseInsensitiveUTF8(type_operation, {text:String}) > 0 -- if text
        OR arrayExists(s -> positionCaseInsensitiveUTF8(s, {text:String}) > 0, services) -- if text
        OR has(corr_values, {text:String}) OR has(corr_values, {value:String}) -- if text
        OR positionCaseInsensitiveUTF8(c_reason, {text:String}) > 0 -- if text
        OR lower(hex(id)) = lower({text:String})) -- if text
      AND (last_activity, id) < ({after_time:Int64}, unhex({after:String})::FixedString(16)) -- if after
      AND (rank > {after_rank:UInt8} OR rank = {after_rank:UInt8} AND (last_activity, id) < ({after_time:Int64}, unhex({after_worst:String})::FixedString(16))) -- if after_worst
    ORDER BY
        rank, -- if worst
        last_activity DESC, id DESC
    LIMIT {limit:UInt64}
)
SELECT {{flow_columns}}
FROM {{flows}} FINAL
WHERE tenant = {tenant:String} AND (minted, id) IN (SELECT minted, id FROM page)
