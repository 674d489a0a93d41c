package flow

import "strings"

// event finds events that carry no messaging attributes.
func (f *Facts) event(b *bag) bool {
	switch {
	case b.has(sTopicARN):
		f.message(b, Event, RuleSNS, "aws.sns", b.text(sTopicARN))
	case b.has(sAzure) && b.text(sAzure) == "Microsoft.EventGrid" && f.Scope != "Azure.Core.Http":
		f.message(b, Event, RuleEventGrid, "eventgrid", b.text(sEventType))
	case b.has(sEventHeader):
		f.message(b, Event, RuleEventHeader, "cloudevents", b.text(sEventType))
	case b.has(sEventID) || b.has(sEventSource) || b.has(sEventType):
		f.message(b, Event, RuleCloudEvents, "cloudevents", b.text(sEventType))
	default:
		return false
	}
	return true
}

// api finds calls. A GraphQL span inside an HTTP server span is no hop of its
// own: it belongs to the HTTP one and names its operation.
func (f *Facts) api(b *bag) bool {
	graphql := b.has(sGraphQLType) || b.has(sGraphQLName)
	switch {
	case graphql && f.SpanKind != KindServer && f.SpanKind != KindClient:
		f.set(Internal, RuleGraphQLInner, "graphql", f.graphqlOperation(b))
		return true
	case f.Scope == "Azure.Core.Http" && azureMessaging(b.text(sAzure)) != "":
		f.set(Internal, RuleTransport, "http", f.httpOperation(b))
		return true
	case b.has(sRPCSystem):
		f.set(API, RuleRPC, rpcSystem(f.block, b.text(sRPCSystem)), f.rpcOperation(b))
	case graphql:
		f.set(API, RuleGraphQL, "graphql", f.graphqlOperation(b))
	case b.has(sDaprAPI) && !b.has(sMethod):
		f.set(API, RuleDapr, "dapr", f.rpcOperation(b))
	case b.has(sMethod), f.SpanKind != KindInternal && f.SpanKind != KindUnspecified && (b.has(sURL) || b.has(sPath) || b.has(sRoute)):
		f.set(API, RuleHTTP, "http", f.httpOperation(b))
	case b.has(sComponent) && b.text(sComponent) == "proxy":
		f.set(API, RuleProxy, "http", f.operationName(f.Name))
	case b.has(sDependency) && strings.EqualFold(b.text(sDependency), "HTTP"):
		f.set(API, RuleDependency, "http", f.httpOperation(b))
	default:
		return false
	}
	f.apiSide(b)
	return true
}

// apiSide tells the caller from the provider. Spans of neither kind serve: a
// framework that forgets the kind does so on its entry spans.
func (f *Facts) apiSide(b *bag) {
	f.Step, f.Role = Serve, Provider
	if f.SpanKind == KindClient || f.SpanKind == KindProducer || b.has(sDependency) {
		f.Step, f.Role = Call, Caller
	}
}

func rpcSystem(k *block, s string) string {
	switch s {
	case "connect_rpc":
		return "connectrpc"
	case "apache_dubbo":
		return "dubbo"
	}
	return k.lower(s)
}

// rpcOperation is package.Service/Method in the old and in the new spelling.
func (f *Facts) rpcOperation(b *bag) string {
	service, method := b.text(sRPCService), strings.TrimPrefix(b.text(sRPCMethod), "/")
	if b.has(sDaprMethod) {
		method = b.text(sDaprMethod)
	}
	switch {
	case method == "" && service == "":
		return f.operationName(strings.TrimPrefix(f.Name, "/"))
	case service == "" || strings.IndexByte(method, '/') > 0 && strings.HasPrefix(method, service):
		return f.operationName(method)
	case method == "":
		return f.operationName(service)
	}
	if name := strings.TrimPrefix(f.Name, "/"); len(name) == len(service)+1+len(method) && name[:len(service)] == service && name[len(service)] == '/' && name[len(service)+1:] == method {
		return f.operationName(name)
	}
	return f.operationName(f.block.join(service, "/", method))
}

func (f *Facts) graphqlOperation(b *bag) string {
	kind, name := b.text(sGraphQLType), b.text(sGraphQLName)
	switch {
	case kind == "" && name == "":
		return f.operationName(f.Name)
	case kind == "" || name == "":
		return f.operationName(kind + name)
	}
	return f.operationName(f.block.join(kind, " ", name))
}

// httpOperation is the method and the route, or the path with its ids templated.
// A caller's operation names what it calls.
func (f *Facts) httpOperation(b *bag) string {
	method := httpMethod(f.block, b.text(sMethod))
	var path string
	switch {
	case b.has(sRoute):
		path = f.block.template(b.text(sRoute), false)
	case b.has(sURLTemplate):
		path = f.block.template(b.text(sURLTemplate), false)
	case b.has(sURL):
		_, path = splitURL(b.text(sURL))
		path = f.block.path(path)
	case b.has(sPath):
		_, path = splitURL(b.text(sPath))
		path = f.block.path(path)
	}
	switch {
	case path == "" && method == "":
		return f.operationName(f.Name)
	case path == "":
		if strings.HasPrefix(f.Name, method) {
			return f.operationName(f.Name)
		}
		return method
	case method == "":
		return path
	}
	if n := f.Name; len(n) == len(method)+1+len(path) && n[:len(method)] == method && n[len(method)] == ' ' && n[len(method)+1:] == path {
		return n
	}
	return f.block.join(method, " ", path)
}

// httpMethod keeps the cardinality of methods bounded: what is not a word is _OTHER.
func httpMethod(k *block, m string) string {
	if m == "" {
		return ""
	}
	if len(m) > 16 {
		return "_OTHER"
	}
	for i := range len(m) {
		if c := m[i] | 0x20; (c < 'a' || c > 'z') && m[i] != '_' && m[i] != '-' {
			return "_OTHER"
		}
	}
	return k.upper(m)
}

// database finds calls of databases. They are no hops of their own, but for
// brokers that speak a database's protocol.
func (f *Facts) database(b *bag) bool {
	if !b.has(sDBSystem) || f.SpanKind == KindServer || f.SpanKind == KindConsumer || f.SpanKind == KindProducer {
		return false
	}
	system := dbSystem(f.block, b.text(sDBSystem))
	if b.has(sDaprAPI) && system == "bindings" {
		f.set(API, RuleBinding, "dapr", f.operationName(f.Name))
		f.Step, f.Role = Call, Caller
		return true
	}
	op := b.text(sDBOperation)
	statement := cut(b.text(sDBText), 1024)
	if op == "" {
		op, _, _ = strings.Cut(strings.TrimSpace(statement), " ")
	}
	if system == "redis" && f.redis(b, op, statement) {
		return true
	}
	f.Step, f.Role = Call, Caller
	f.set(DB, RuleDB, system, f.dbOperation(b))
	return true
}

// dbOperation never is the query's text, whose values have no bounds.
func (f *Facts) dbOperation(b *bag) string {
	op, table := b.text(sDBOperation), b.text(sDBCollection)
	switch {
	case b.has(sDBSummary):
		return f.operationName(b.text(sDBSummary))
	case op == "" && table == "":
		return f.operationName(f.Name)
	case op == "" || table == "":
		return f.operationName(op + table)
	}
	return f.operationName(f.block.join(op, " ", table))
}

func dbSystem(k *block, s string) string {
	switch s = k.lower(s); s {
	case "mssql":
		return "microsoft.sql_server"
	case "cosmosdb":
		return "azure.cosmosdb"
	case "dynamodb":
		return "aws.dynamodb"
	case "oracle":
		return "oracle.db"
	case "db2":
		return "ibm.db2"
	}
	return cut(s, 64)
}

// redis finds streams and channels: brokers by another name.
func (f *Facts) redis(b *bag, op, statement string) bool {
	kind, rule := Queue, RuleRedisStream
	var step Step
	switch f.block.upper(cut(op, 20)) {
	case "XADD":
		step = Send
	case "XREAD", "XREADGROUP", "XCLAIM", "XAUTOCLAIM":
		step = Receive
	case "XACK":
		step = Settle
	case "PUBLISH", "SPUBLISH":
		kind, rule, step = Event, RuleRedisPubSub, Send
	case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE":
		kind, rule, step = Event, RuleRedisPubSub, Receive
	default:
		return false
	}
	dest := b.text(sDBCollection)
	if words := strings.Fields(statement); dest == "" && len(words) > 1 {
		dest = words[1]
		for i, w := range words[:len(words)-1] {
			if strings.EqualFold(w, "STREAMS") {
				dest = words[i+1]
			}
		}
		if len(words) > 1 && strings.EqualFold(words[0], "XREADGROUP") && strings.EqualFold(dest, "GROUP") {
			dest = ""
		}
	}
	f.Step = step
	f.finishMessage(b, kind, rule, "redis", dest)
	return true
}
