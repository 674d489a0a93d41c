-- The newest flows of each of some endpoints.
SELECT touched, arrayMap(s -> s.2, groupArraySorted(3)((-last_activity, id)))
FROM (SELECT arrayJoin(arrayIntersect(endpoints, {endpoints:Array(UInt64)})) AS touched, last_activity, id
      FROM flows FINAL
      WHERE {{flow_filter}}
)
GROUP BY touched
