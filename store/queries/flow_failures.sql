-- One group for each culprit: what its newest flow says of it, and the counts.
WITH groups AS
(
    SELECT c_endpoint, c_role, c_rule, c_signature, c_from, c_to,
           argMax((toString(c_service), toString(c_operation), c_kind, toString(c_system), toString(c_host), c_reason, c_confidence, c_trace, c_span), at) AS newest,
           sumMap([verdict], [toUInt64(1)]) AS verdicts,
           min(if(failed_at > 0, failed_at, last_activity) AS at) AS first, max(at) AS last,
           groupUniqArrayArray(1000)(endpoints) AS touched,
           groupUniqArray(100)((type_id, toString(type_service), toString(type_operation))) AS types,
           groupArraySorted(5)((-at, id)) AS samples,
           count() AS n
    FROM {{flows}} FINAL
    WHERE {{flow_filter}}
      AND culprit = 1
    GROUP BY c_endpoint, c_role, c_rule, c_signature, c_from, c_to
    ORDER BY n DESC
    LIMIT {limit:UInt64}
)
SELECT c_endpoint, c_role, c_rule, c_signature, c_from, c_to,
       newest.1, newest.2, newest.3, newest.4, newest.5, newest.6, newest.7, newest.8, newest.9,
       verdicts.1, verdicts.2, first, last, touched, types.1, types.2, types.3, samples.2
FROM groups
ORDER BY n DESC
