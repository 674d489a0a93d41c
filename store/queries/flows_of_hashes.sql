-- The flows that the traces are in which carry a value, of a hot one those of the
-- earliest traces.
SELECT DISTINCT flow
FROM
(
    SELECT trace_id, root, ref, argMax(flow, revision) AS flow
    FROM flow_of_segment
    WHERE tenant = {tenant:String} AND trace_id IN
    (
        SELECT trace_id
        FROM correlations
        WHERE tenant = {tenant:String} AND h IN {hashes:Array(UInt64)}
        GROUP BY h, trace_id
        ORDER BY h, min(seen), trace_id
        LIMIT {most:UInt64} BY h
    )
    GROUP BY trace_id, root, ref
)
WHERE flow != toFixedString('', 16)
