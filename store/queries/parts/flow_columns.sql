tenant, id, revision, environment, type_id, type_service, type_operation, start, last_activity, failed_at, verdict,
    spans, hops, traces, endpoints, services, corr_keys, corr_values, trace_ids, check_at,
    culprit, c_endpoint, c_service, c_operation, c_kind, c_system, c_role, c_from, c_to, c_host, c_reason, c_signature, c_rule,
    c_confidence, c_trace, c_span
