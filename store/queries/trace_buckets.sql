SELECT DISTINCT toInt64(bucket)
FROM traces
WHERE tenant = {tenant:String} AND k IN {keys:Array(UInt64)}
