-- How many spans there are to be looked at, from the primary key alone.
EXPLAIN ESTIMATE
SELECT count()
FROM spans
WHERE tenant = {tenant:String}
    AND day >= {since:Date}
    AND intDiv(start, 600000000000) BETWEEN {first:Int64} AND {last:Int64}
