tenant = {tenant:String}
  AND indexHint(intDiv(start, 600000000000) IN {buckets:Array(Int64)})
  AND trace_id IN (SELECT unhex(arrayJoin({traces:Array(String)}))::FixedString(16))
