SELECT intDiv(if(failed_at > 0, failed_at, last_activity) - {from:Int64}, {step:Int64}) AS bucket,
       verdict, environment, type_id, any(type_service), any(type_operation), count()
FROM {{flows}} FINAL
WHERE {{flow_filter}}
GROUP BY bucket, verdict, environment, type_id
ORDER BY bucket, verdict, environment, type_id
