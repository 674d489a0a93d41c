SELECT endpoints, verdict, if(culprit = 1, c_endpoint, 0) AS blamed,
       intDiv(if(failed_at > 0, failed_at, last_activity), 3600000000000) * 3600000000000 AS hour, count()
FROM flows FINAL
WHERE {{flow_filter}}
GROUP BY endpoints, verdict, blamed, hour
