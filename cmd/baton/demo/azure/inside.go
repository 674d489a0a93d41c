package azure

import "strings"

// sql is a statement. Its database sends no spans: what goes wrong there goes wrong in the service that asked.
type sql struct {
	tag    string
	system string // microsoft.sql_server, azure.cosmosdb, postgresql, redis
	op     string
	table  string
	own    dist
}

func (q *sql) play(r *run, p place, t int64) (int64, *failure) {
	hit := r.hit(q.tag, 0)
	s := span{id: r.newSpan(), parent: p.span, kind: client, start: t, end: t + r.draw(q.own), name: q.op + " " + q.table}
	var f *failure
	if hit != nil {
		switch hit.how {
		case locks:
			s.end += r.around(hit.delay)
		case throws:
			f = &failure{kind: hit.exception, message: hit.message}
			s.failed, s.message = true, hit.message
		}
	}
	switch p.svc.stack {
	case java, snake: // the old names
		s.scope = [2]string{"io.opentelemetry.jdbc", "1.26.0-alpha"}
		old := map[string]string{"microsoft.sql_server": "mssql", "azure.cosmosdb": "cosmosdb"}[q.system]
		if old == "" {
			old = q.system
		}
		s.attrs = []attr{str("db.system", old), str("db.name", "shop"), str("db.sql.table", q.table), str("db.operation", q.op),
			str("db.statement", q.op+" "+q.table+" WHERE id = ?"), str("net.peer.name", "sql-shop.database.windows.net")}
	default:
		s.scope = [2]string{"OpenTelemetry.Instrumentation.SqlClient", "1.12.0-beta.2"}
		if p.svc.stack == golang {
			s.scope = [2]string{"github.com/XSAM/otelsql", "0.38.0"}
		}
		s.attrs = []attr{str("db.system.name", q.system), str("db.namespace", "shop"), str("db.collection.name", q.table), str("db.operation.name", q.op),
			str("db.query.summary", q.op+" "+q.table), str("server.address", "sql-shop.database.windows.net")}
		if f != nil {
			s.attrs = append(s.attrs, str("error.type", f.kind), str("db.response.status_code", hit.reason))
		}
	}
	r.emit(p, s)
	return s.end, f
}

// work is code that a developer found worth a span.
type work struct {
	tag  string
	name string
	own  dist
	do   []step
}

func (w *work) play(r *run, p place, t int64) (int64, *failure) {
	hit := r.hit(w.tag, 0)
	s := span{id: r.newSpan(), parent: p.span, kind: internal, start: t, name: w.name, scope: [2]string{"Shop." + strings.ReplaceAll(p.svc.name, "-", "."), "1.0.0"},
		attrs: []attr{str("code.function.name", w.name), str("shop.channel", "web")}}
	inner := p
	inner.span = s.id
	end, f := r.serve(inner, t, w.own, w.do, hit)
	s.end = end
	if f != nil {
		s.failed, s.thrown, s.message = true, f, f.message
	}
	if hit != nil && hit.how == notes {
		s.thrown = &failure{kind: hit.exception, message: hit.message}
	}
	r.emit(p, s)
	return end, f
}

// rpc is a gRPC call: the caller's library writes the old names, the callee's the newest.
type rpc struct {
	tag     string
	to      *service
	service string
	method  string
	own     dist
	do      []step
}

func (c *rpc) play(r *run, p place, t int64) (int64, *failure) {
	hit := r.hit(c.tag, 0)
	out := span{id: r.newSpan(), parent: p.span, kind: client, start: t, name: c.service + "/" + c.method,
		scope: [2]string{"OpenTelemetry.Instrumentation.GrpcNetClient", "1.12.0-beta.1"}}
	code := int64(0)
	var f *failure
	if hit != nil && hit.how == refuses {
		out.end, code = t+r.draw(dist{3 * ms, 9 * ms}), 14
		f = &failure{status: 0, kind: "Grpc.Core.RpcException", message: "Status(StatusCode=\"Unavailable\", Detail=\"Error connecting to subchannel.\")"}
	} else {
		in := span{id: r.newSpan(), parent: out.id, kind: server, start: t + r.draw(network), name: c.service + "/" + c.method,
			scope: [2]string{"opentelemetry.instrumentation.grpc", "0.60b0"}}
		there := place{svc: c.to, site: site{p.trace, in.id}, remote: true, owner: p.owner, corr: p.corr, key: p.key}
		in.end, f = r.serve(there, in.start, c.own, c.do, hit)
		name := "OK"
		switch {
		case f != nil && f.refused:
			code, name = 3, "INVALID_ARGUMENT"
		case f != nil:
			code, name, in.failed, in.thrown = 13, "INTERNAL", true, f
		}
		in.attrs = []attr{str("rpc.system.name", "grpc"), str("rpc.method", c.service+"/"+c.method), str("rpc.response.status_code", name),
			str("server.address", c.to.host)}
		there.span = out.id
		r.emit(there, in)
		out.end = in.end + r.draw(network)
	}
	out.failed = code != 0
	if f != nil && code == 14 {
		out.message = f.message
	}
	out.attrs = []attr{str("rpc.system", "grpc"), str("rpc.service", c.service), str("rpc.method", c.method), num("rpc.grpc.status_code", code),
		str("server.address", c.to.host), num("server.port", 50051)}
	r.emit(p, out)
	return out.end, f
}
