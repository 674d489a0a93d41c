tenant = {tenant:String}
  AND (intDiv(start, 600000000000), arrived) IN (SELECT toInt64(toInt32(bucket)), arrived FROM traces WHERE tenant = {tenant:String} AND k IN {keys:Array(UInt64)})
  AND trace_id IN (SELECT unhex(arrayJoin({traces:Array(String)}))::FixedString(16))
