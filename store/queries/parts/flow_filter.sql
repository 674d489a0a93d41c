tenant = {tenant:String}
  AND start < {to:Int64} AND placed_until >= {from:Int64}
  AND if(failed_at > 0, failed_at >= {from:Int64} AND failed_at < {to:Int64}, last_activity >= {from:Int64})
  AND has({verdicts:Array(UInt8)}, verdict) -- if verdicts
  AND environment = {environment:String} -- if environment
  AND type_id = {type:UInt64} -- if type
  AND (hasAny(endpoints, {endpoints:Array(UInt64)}) -- if endpoints or touched
    OR arrayExists((since, until, ids) -> if(failed_at > 0, failed_at, last_activity) >= since AND if(failed_at > 0, failed_at, last_activity) < until AND hasAny(endpoints, ids), {touched_from:Array(Int64)}, {touched_until:Array(Int64)}, {touched:Array(Array(UInt64))}) -- if touched
  ) -- if endpoints or touched
  AND culprit = 1 AND (has({culprits:Array(UInt64)}, c_endpoint) -- if culprits or blamed
    OR arrayExists((since, until, ids) -> if(failed_at > 0, failed_at, last_activity) >= since AND if(failed_at > 0, failed_at, last_activity) < until AND has(ids, c_endpoint), {blamed_from:Array(Int64)}, {blamed_until:Array(Int64)}, {blamed:Array(Array(UInt64))}) -- if blamed
  ) -- if culprits or blamed
  AND arrayAll(set -> arrayExists((of, since, until, ids) -> of = set AND if(failed_at > 0, failed_at, last_activity) >= since AND if(failed_at > 0, failed_at, last_activity) < until AND hasAny(endpoints, ids), {also_of:Array(UInt32)}, {also_from:Array(Int64)}, {also_until:Array(Int64)}, {also:Array(Array(UInt64))}), range({also_sets:UInt32})) -- if also_sets
