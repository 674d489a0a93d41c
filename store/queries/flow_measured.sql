SELECT countIf(notEmpty(own_us)), count()
FROM flows FINAL
WHERE {{flow_filter}}
