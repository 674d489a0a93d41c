SELECT count()
FROM spans
WHERE {{trace_filter}}
