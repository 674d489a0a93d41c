package estate

import "strings"

// The functions here are the estate's instrumentation: they say which attributes each kind of span carries, as the
// agents and SDKs of the field write them today.

// proxyServer is the front side of the gateway, in Envoy's own vocabulary.
func proxyServer(s *Service, step *Step) *template {
	return newTemplate(s, "http.server", step.method+" "+step.name, kindServer, resultProxy,
		str("component", "proxy"), str("http.method", step.method), str("http.url", "https://api.shop.example"+step.name),
		str("http.protocol", "HTTP/2"), str("node_id", "sidecar~10.244.3.17~api-gateway"), str("zone", "westeurope-1"),
		str("upstream_cluster", "outbound|8080||"+step.steps[0].target), str("downstream_cluster", "-"),
		str("peer.address", "{client}"), str("guid:x-request-id", "{request}"), header("x-correlation-id", "{correlation}"),
		str("user_agent", "shop-web/7.21 (+https://shop.example)"), str("request_size", "{thread}7"))
}

func proxyClient(s *Service, step *Step) *template {
	t := newTemplate(s, "http.client", "router "+step.target+" egress", kindClient, resultProxy,
		str("component", "proxy"), str("http.method", step.method), str("http.url", "http://"+step.target+":8080"+step.name),
		str("http.protocol", "HTTP/1.1"), str("node_id", "sidecar~10.244.3.17~api-gateway"), str("zone", "westeurope-1"),
		str("upstream_cluster", "outbound|8080||"+step.target), str("upstream_cluster.name", step.target),
		str("peer.address", "{peer}"), str("guid:x-request-id", "{request}"), str("request_size", "{thread}7"))
	return t
}

func httpServer(s *Service, step *Step) *template {
	t := newTemplate(s, "http.server", step.method+" "+routeOf(step.name), kindServer, resultHTTP,
		str("http.request.method", step.method), raw("http.route", routeOf(step.name)), str("url.path", step.name),
		str("url.scheme", "http"), str("server.address", s.Name), num("server.port", s.port),
		str("client.address", "{client}"), str("network.peer.address", "{peer}"), str("network.peer.port", "#port"),
		str("network.protocol.version", "1.1"), str("user_agent.original", "shop-http/2.3"),
		str(correlationKey(s), "{correlation}"), str("order.id", "{order}"), str("session.id", "{session}"))
	if step.method == "POST" {
		t.okCode = 201
	}
	return t
}

// routeOf turns a path template into the route that a framework reports.
func routeOf(path string) string { return strings.ReplaceAll(path, "{customer}", "{id}") }

func httpClient(s *Service, step *Step) *template {
	scheme, port := "http", int64(8080)
	if step.verb == verbExternal {
		scheme, port = "https", 443
	}
	address := scheme + "://" + step.target
	if port != 443 {
		address += ":8080"
	}
	t := newTemplate(s, "http.client", step.method, kindClient, resultHTTP,
		str("http.request.method", step.method), str("url.full", address+step.name), str("url.scheme", scheme),
		str("server.address", step.target), num("server.port", port), str("network.protocol.name", "http"),
		str("network.protocol.version", "1.1"), str("network.peer.address", "{peer}"), num("network.peer.port", port),
		str("http.request.resend_count", "#resend"), str("user_agent.original", "shop-http/2.3"))
	if step.method == "POST" {
		t.okCode = 201
	}
	return t
}

func rpcSpan(s, callee *Service, step *Step, kind int64) *template {
	service, method, _ := strings.Cut(step.name, "/")
	attrs := []attr{
		str("rpc.system", "grpc"), str("rpc.service", service), str("rpc.method", method),
		str("server.address", callee.Name), num("server.port", callee.port), str("network.transport", "tcp"),
		str("network.type", "ipv4"), str("network.peer.address", "{peer}"), str("network.peer.port", "#port"),
		str("rpc.message.size", "#size"),
	}
	if kind == kindServer {
		attrs = append(attrs, str(correlationKey(s), "{correlation}"), str("order.id", "{order}"))
	}
	return newTemplate(s, "rpc", step.name, kind, resultRPC, attrs...)
}

func dbSpan(s *Service, step *Step) *template {
	host, port := "shop-db.postgres.database.azure.com", int64(5432)
	query := step.method + " FROM " + step.name + " WHERE id = $1"
	switch step.method {
	case "INSERT":
		query = "INSERT INTO " + step.name + " (id, customer_id, payload, created_at) VALUES ($1, $2, $3, now())"
	case "UPDATE":
		query = "UPDATE " + step.name + " SET state = $2, updated_at = now() WHERE id = $1"
	case "SELECT":
		query = "SELECT id, state, payload FROM " + step.name + " WHERE id = $1"
	}
	if step.target == "redis" {
		host, port, query = "shop-cache.redis.cache.windows.net", 6380, step.method+" "+step.name+":?"
	}
	return newTemplate(s, "db", step.method+" "+step.name, kindClient, resultDB,
		str("db.system.name", step.target), str("db.namespace", strings.ReplaceAll(s.Name, "-", "_")),
		str("db.collection.name", step.name), str("db.operation.name", step.method), str("db.query.text", query),
		str("db.query.summary", step.method+" "+step.name), str("server.address", host), num("server.port", port),
		str("network.peer.address", "{peer}"), num("network.peer.port", port), str("db.response.returned_rows", "#rows"),
		str("db.client.connection.pool.name", s.Name+"-pool"))
}

func workSpan(s *Service, step *Step) *template {
	return newTemplate(s, "internal", step.name, kindInternal, resultPlain,
		str("code.function", step.name), str("code.namespace", "shop.domain"), str("shop.rule_set", "2026-03"),
		str("shop.channel", "web"), str("shop.currency", "EUR"), str("shop.items", "#rows"), str("feature_flag.key", "new-pricing"),
		str("feature_flag.provider.name", "flagd"), str("feature_flag.result.variant", "on"))
}
