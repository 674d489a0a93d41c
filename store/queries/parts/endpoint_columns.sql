id, any(environment), any(namespace), any(service), any(kind), any(system), any(operation), any(destination), any(workflow),
    any(host), any(role), any(attr_keys), any(attr_values), min(first_seen), max(last_seen)
