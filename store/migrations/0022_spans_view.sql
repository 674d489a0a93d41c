-- Spans for people who write SQL: attributes as a map of text, ids as hex,
-- words for numbers. Spans without a shape show no attributes. A constant of a
-- shape is in consts, the other values are in vals, in order.
CREATE OR REPLACE VIEW spans_view AS
SELECT
    s.tenant AS tenant,
    lower(hex(s.trace_id)) AS trace_id,
    lower(hex(substring(s.ids, 9, 8))) AS span_id,
    lower(hex(substring(s.ids, 1, 8))) AS parent_span_id,
    fromUnixTimestamp64Nano(s.start, 'UTC') AS start,
    greatest(s.dur, 0) AS duration_ns,
    s.service AS service,
    s.environment AS environment,
    s.name AS name,
    ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'][s.kind + 1] AS span_kind,
    ['internal', 'api', 'event', 'queue', 'workflow', 'db'][s.hop + 1] AS hop_kind,
    ['', 'caller', 'provider', 'producer', 'channel', 'consumer', 'orchestrator', 'activity', 'gateway'][s.role + 1] AS role,
    ['unset', 'ok', 'error'][s.status + 1] AS status,
    s.msg AS status_message,
    lower(hex(s.endpoint)) AS endpoint_id,
    mapFromArrays(h.shape.1, if(empty(h.shape.2), arrayResize(splitByChar('\0', s.vals), length(h.shape.1)),
        arrayMap((d, c, n) -> if(d = 1, splitByChar('\0', s.vals)[n], c), h.shape.2, h.shape.3, arrayCumSum(h.shape.2)))) AS attributes,
    r.attributes AS resource,
    s.day AS arrival_day
FROM spans AS s
LEFT JOIN (SELECT tenant, id, any((keys, dynamic, consts)) AS shape FROM shapes GROUP BY tenant, id) AS h ON h.tenant = s.tenant AND h.id = s.shape
LEFT JOIN (SELECT tenant, id, any(attributes) AS attributes FROM resources GROUP BY tenant, id) AS r ON r.tenant = s.tenant AND r.id = s.res
