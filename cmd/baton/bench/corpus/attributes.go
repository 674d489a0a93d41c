package corpus

// The attributes that each kind of span carries, in the words of the semantic conventions.

func httpServer(host string, status int, entry bool) []attr {
	out := []attr{
		{"http.request.method", "POST"}, {"http.route", "/v2/orders/{id}"}, {"url.path", "/v2/orders/{order}"}, {"url.scheme", "https"},
		{"server.address", host + ".shop.example"}, {"server.port", 443}, {"client.address", "10.{address}"},
		{"network.peer.port", drawn(slotPort)}, {"user_agent.original", "shop-app/7.21 (Android 16; okhttp 5.1)"},
		{"http.response.status_code", status}, {"http.response.body.size", drawn(slotSize)},
	}
	if !entry {
		out[0], out[1], out[2] = attr{"http.request.method", "GET"}, attr{"http.route", "/prices/{sku}"}, attr{"url.path", "/prices/{order}"}
		return out
	}
	// A gateway puts the correlation id into the baggage, from where it is copied to spans that carry it on.
	return append(out, attr{"correlation.id", "{correlation}"}, attr{"order.id", "ord-{order}"})
}

func httpClient(host string, status int) []attr {
	method, path := "POST", "/v2/orders/{order}"
	if status == 200 || status == 500 {
		method, path = "GET", "/prices/{order}"
	}
	return []attr{
		{"http.request.method", method}, {"url.full", "http://" + host + ".shop.svc:8080" + path},
		{"server.address", host + ".shop.svc"}, {"server.port", 8080}, {"network.peer.address", "10.{address}"},
		{"network.protocol.version", "1.1"}, {"http.response.status_code", status}, {"http.request.body.size", drawn(slotSize)},
	}
}

var tables = []string{"orders", "order_lines", "customers", "stock", "payments"}

func query(operation, table string) []attr {
	statement := "SELECT id, state, payload FROM " + table + " WHERE id = $1"
	if operation == "INSERT" {
		statement = "INSERT INTO " + table + " (id, topic, payload) VALUES ($1, $2, $3)"
	}
	return []attr{
		{"db.system.name", "postgresql"}, {"db.namespace", "shop"}, {"db.operation.name", operation}, {"db.collection.name", table},
		{"db.query.text", statement},
		{"server.address", "shop-db-" + string(rune('0'+len(table)%4)) + ".postgres.example"}, {"server.port", 5432},
		{"network.peer.address", "10.{address}"}, {"db.response.returned_rows", drawn(slotSmall)},
		{"db.client.connection.pool.name", "pool"},
	}
}

func work() []attr {
	return []attr{
		{"code.function.name", "com.example.shop.Validator.check"}, {"app.rule_set", "2026-11"}, {"app.cart.items", drawn(slotSmall)},
		{"app.cart.total", 0.0}, {"app.priority", true}, {"app.labels", []string{"batch-{two}"}}, {"app.voucher", ""},
		{"app.checksum", []byte{0, 1, 0xfe, 0xff}}, {"app.delivery", []attr{{"method", "express"}, {"days", 2}}},
	}
}

func message(system, destination, operation string, by carrier) []attr {
	out := []attr{
		{"messaging.system", system}, {"messaging.destination.name", destination}, {"messaging.operation.name", operation},
		{"messaging.operation.type", operation}, {"messaging.message.body.size", drawn(slotSize)},
		{"messaging.client.id", "shop-{two}"}, {"server.address", "shop-" + system + ".servicebus.example"}, {"server.port", 9093},
	}
	if operation == "process" && system == "kafka" {
		out = append(out, attr{"messaging.consumer.group.name", "orders"})
	}
	switch by {
	case byMessage:
		out = append(out, attr{"messaging.message.id", "{message}"})
	case byCorrelation:
		out = append(out, attr{"correlation.id", "{correlation}"})
	}
	if operation == "process" {
		out = append(out, attr{"order.id", "ord-{order}"})
	}
	return out
}

func temporal(name string) []attr {
	return []attr{
		{"temporalWorkflowID", "fulfil-ord-{order}"}, {"temporalRunID", "{run}"}, {"temporal.task_queue", "fulfilment"},
		{"temporal.namespace", "shop-production"}, {"temporal.type", name}, {"server.address", "shop.tmprl.example"}, {"server.port", 7233},
	}
}
