-- The newest spans that may meet all conditions; the caller looks at the values
-- and their types. A line with # stands for one such line for each condition.
-- What templates and resources say comes first, so that vals is read only of
-- spans that can match, and taken apart only where it contains the value. When and
-- whose they are finds the granules, and is looked at only of what has the value.
-- Attributes that carry their keys themselves have the shape 0.
WITH
    (res IN {carriers#:Array(UInt64)} OR shape IN {constant#:Array(UInt64)} OR {key#:String} = 'name' AND name = {value#:String} OR {key#:String} = 'status' AND status = {status#:UInt8} OR {key#:String} = 'kind' AND kind = {kind#:UInt8} OR {all#:Bool}) AS met#,
    (trace_id, ids, kind) AS tie
SELECT trace_id, ids, start, dur, name, service, environment, kind, status, res, shape, vals
FROM spans
PREWHERE 1
    AND (shape IN {varying#:Array(UInt64)} OR shape = 0 OR met#) -- if few#
    AND (position(vals, {text#:String}) > 0 OR shape = 0 AND notEmpty(vals) OR met#) -- if text#
    AND (multiSearchAny(vals, {texts#:Array(String)}) OR shape = 0 AND notEmpty(vals) OR met#) -- if several#
WHERE tenant = {tenant:String}
    AND day >= {since:Date}
    AND intDiv(start, 600000000000) BETWEEN {first:Int64} AND {last:Int64}
    AND start >= {from:Int64}
    AND (start < {before:Int64} OR start = {before:Int64} AND tie < (unhex({trace:String}), unhex({ids:String}), {kind:UInt8}))
    AND environment = {environment:String} -- if environment
    AND (hasAny(splitByChar('\0', vals), {texts#:Array(String)}) OR shape = 0 AND position(vals, {key#:String}) > 0 AND position(vals, {plain#:String}) > 0 OR met#)
ORDER BY start DESC, trace_id DESC, ids DESC, kind DESC
LIMIT {limit:UInt64}
