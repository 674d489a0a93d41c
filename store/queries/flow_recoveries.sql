-- Every failure of the window, and the end of the flow that showed that it was
-- over: of the flows of the same type through the same endpoint that started
-- between this failure and the next and completed in the window, the first to
-- start. Completed flows are many and stream through; failures are few.
WITH failures AS
(
    SELECT type_id, c_endpoint AS endpoint, failed_at, any(toString(type_service)) AS service, any(toString(type_operation)) AS operation
    FROM flows FINAL
    WHERE {{flow_filter}}
      AND has({failing:Array(UInt8)}, verdict) AND culprit = 1 AND failed_at > 0
    GROUP BY type_id, endpoint, failed_at
),
recoveries AS
(
    SELECT c.type_id AS type_id, c.endpoint AS endpoint, f.failed_at AS failed_at, argMin(c.ended, (c.started, c.ended)) AS recovered_at
    FROM
    (
        SELECT type_id, endpoint, started, ended
        FROM
        (
            SELECT type_id, endpoints, start AS started, last_activity AS ended
            FROM flows FINAL
            WHERE {{flow_filter}}
              AND verdict = {completed:UInt8} AND last_activity < {to:Int64}
        )
        ARRAY JOIN endpoints AS endpoint
        WHERE (type_id, endpoint) IN (SELECT type_id, endpoint FROM failures)
    ) AS c
    ASOF JOIN failures AS f ON c.type_id = f.type_id AND c.endpoint = f.endpoint AND c.started >= f.failed_at
    GROUP BY type_id, endpoint, failed_at
)
SELECT f.type_id, f.service, f.operation, f.endpoint, f.failed_at, r.recovered_at
FROM failures AS f
LEFT JOIN recoveries AS r ON f.type_id = r.type_id AND f.endpoint = r.endpoint AND f.failed_at = r.failed_at
ORDER BY f.type_id, f.endpoint, f.failed_at
LIMIT {limit:UInt64}
