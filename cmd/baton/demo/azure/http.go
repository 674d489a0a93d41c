package azure

import (
	"strconv"
	"strings"
)

// call is an HTTP request to a service of the estate or, when to is nil, to somebody outside.
type call struct {
	tag    string
	to     *service
	host   string // of the party outside
	method string
	path   string // {id} stands for an id
	own    dist
	tries  int
	query  string
	head   func(r *run) []attr // further headers that the callee captures
	do     []step
}

func (c *call) play(r *run, p place, t int64) (int64, *failure) {
	for attempt := 0; ; attempt++ {
		end, f := c.attempt(r, p, t, attempt)
		if f == nil || f.refused || attempt+1 >= max(c.tries, 1) {
			return end, f
		}
		t = end + r.draw(backOff)
	}
}

func (c *call) attempt(r *run, p place, t int64, attempt int) (int64, *failure) {
	hit := r.hit(c.tag, attempt)
	out := span{id: r.newSpan(), parent: p.span, kind: client, start: t, scope: httpScope(p.svc, client)}
	there := place{svc: c.to, site: site{p.trace, out.id}, remote: true, owner: p.owner, corr: p.corr, key: p.key}
	var f *failure
	switch {
	case hit != nil && hit.how == refuses:
		out.end, f = t+r.draw(dist{3 * ms, 9 * ms}), refusal(p.svc, c.address())
	case hit != nil && hit.how == crashes:
		out.end, f = t+r.around(hit.delay), reset(p.svc)
	case c.to == nil:
		out.end = t + r.draw(c.own)
		if hit != nil {
			out.end, f = c.outside(r, p, t, out.end, hit)
		}
	default:
		way := r.draw(network)
		back := r.draw(network)
		if hit != nil && hit.how == delays {
			way += r.around(hit.delay) / 2
			back += r.around(hit.delay) / 2
		}
		end, answer := serveHTTP(r, there, t+way, c.method, c.path, c.own, c.do, hit, c.head)
		out.end, f = end+back, answer
		if hit != nil && (hit.how == outlasts || hit.how == impatient) {
			out.end, f = t+r.scaled(hit.deadline), gaveUp(p.svc, hit)
		}
	}
	c.describe(r, p, &out, f, attempt)
	r.emit(p, out)
	return out.end, f
}

func (c *call) address() string {
	if c.to != nil {
		return c.to.host
	}
	return c.host
}

// outside is what a party outside answers when something goes wrong there.
func (c *call) outside(r *run, p place, t, end int64, hit *effect) (int64, *failure) {
	switch hit.how {
	case answers:
		return end, &failure{status: hit.status, message: hit.message, refused: hit.status < 500}
	case outlasts:
		return t + r.scaled(hit.deadline), gaveUp(p.svc, hit)
	case delays, starves:
		return end + r.around(hit.delay), nil
	}
	return end, nil
}

func refusal(s *service, host string) *failure {
	f := &failure{kind: "connection_error", message: "Connection refused (" + host + ":443)"}
	switch s.stack {
	case java:
		f.kind, f.message = "java.net.ConnectException", "Connection refused: "+host
	case golang:
		f.kind, f.message = "*net.OpError", "dial tcp: lookup "+host+": connect: connection refused"
	case python, snake:
		f.kind = "httpx.ConnectError"
	}
	return f
}

func reset(s *service) *failure {
	if s.stack == golang {
		return &failure{kind: "*net.OpError", message: "read: connection reset by peer"}
	}
	return &failure{kind: "response_ended", message: "The response ended prematurely. (ResponseEnded)"}
}

func gaveUp(s *service, hit *effect) *failure {
	f := &failure{kind: "System.Threading.Tasks.TaskCanceledException", late: true,
		message: "The request was canceled due to the configured HttpClient.Timeout of " + hit.deadline.String() + " elapsing."}
	switch s.stack {
	case java:
		f.kind, f.message = "java.net.http.HttpTimeoutException", "request timed out"
	case golang:
		f.kind, f.message = "context.deadlineExceededError", "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
	case python, snake:
		f.kind, f.message = "httpx.ReadTimeout", "timed out"
	}
	return f
}

// describe names the client span and says how it ended, in the words of the caller's library.
func (c *call) describe(r *run, p place, s *span, f *failure, attempt int) {
	status := int64(200)
	if c.method == "POST" {
		status = 201
	}
	if f != nil {
		status, s.failed = f.status, true
	}
	path := strings.ReplaceAll(c.path, "{id}", strconv.FormatInt(r.customer, 10))
	scheme, port := "https://", int64(443)
	if c.to != nil && !strings.Contains(c.to.host, ".") {
		scheme, port = "http://", 8080
	}
	url := scheme + c.address() + path
	if port == 8080 {
		url = scheme + c.address() + ":8080" + path
	}
	s.name = c.method
	if p.svc.stack == java || p.svc.stack == python || p.svc.stack == snake {
		s.attrs = append(s.attrs, str("http.method", c.method), str("http.url", url+c.query), str("net.peer.name", c.address()), num("net.peer.port", port))
		if status != 0 {
			s.attrs = append(s.attrs, num("http.status_code", status))
		}
	}
	if p.svc.stack != java && p.svc.stack != snake {
		s.attrs = append(s.attrs, str("http.request.method", c.method), str("url.full", url+c.query), str("server.address", c.address()), num("server.port", port))
		if status != 0 {
			s.attrs = append(s.attrs, num("http.response.status_code", status))
		}
		if attempt > 0 {
			s.attrs = append(s.attrs, num("http.request.resend_count", int64(attempt)))
		}
		if f != nil {
			s.attrs = append(s.attrs, str("error.type", errorType(f)))
		}
	}
	if f != nil && f.status == 0 {
		s.message = f.message
		if p.svc.stack == java || p.svc.stack == snake { // the old conventions have no error.type: only the exception tells
			s.thrown = f
		}
	}
}

func errorType(f *failure) string {
	if f.status != 0 && f.kind == "" || f.kind == "" {
		return strconv.FormatInt(f.status, 10)
	}
	return f.kind
}

// serveHTTP plays the side that answers a request.
func serveHTTP(r *run, p place, t int64, method, path string, own dist, do []step, hit *effect, head func(*run) []attr) (int64, *failure) {
	s := span{id: r.newSpan(), parent: p.span, kind: server, start: t, name: method + " " + path, scope: httpScope(p.svc, server)}
	inner := p
	inner.span = s.id
	end, f := r.serve(inner, t, own, do, hit)
	s.end = end
	status := int64(200)
	if method == "POST" {
		status = 201
	}
	if f != nil {
		status = f.status
	}
	target := strings.ReplaceAll(path, "{id}", strconv.FormatInt(r.customer, 10))
	if p.svc.stack == java || p.svc.stack == python || p.svc.stack == snake {
		s.attrs = append(s.attrs, str("http.method", method), str("http.target", target), str("http.route", path), str("http.scheme", "https"),
			str("net.host.name", p.svc.host), num("http.status_code", status))
	}
	if p.svc.stack != java && p.svc.stack != snake {
		s.attrs = append(s.attrs, str("http.request.method", method), str("http.route", path), str("url.path", target), str("url.scheme", "https"),
			str("server.address", p.svc.host), num("http.response.status_code", status), str("network.protocol.version", "1.1"))
	}
	s.attrs = append(s.attrs, p.carried(r)...)
	if head != nil {
		s.attrs = append(s.attrs, head(r)...)
	}
	if p.svc.stack == isolated || p.svc.stack == snake {
		s.attrs = append(s.attrs, str("faas.trigger", "http"), str("faas.invocation_id", r.uuid()), str("faas.name", functionName(path)))
	}
	if f != nil && !f.refused && f.status >= 500 {
		s.failed = true
		if f.kind != "" {
			s.thrown = f
			s.attrs = append(s.attrs, str("error.type", f.kind))
		} else {
			s.attrs = append(s.attrs, str("error.type", strconv.FormatInt(f.status, 10)))
		}
	}
	if hit != nil && hit.how == notes {
		s.thrown = &failure{kind: hit.exception, message: hit.message}
	}
	r.emit(p, s)
	return end, f
}

func functionName(path string) string {
	return strings.ReplaceAll(strings.Trim(path, "/{}id"), "/", "_")
}

func httpScope(s *service, kind int64) [2]string {
	switch {
	case s.stack == dotnet && kind == server:
		return [2]string{"Microsoft.AspNetCore", "9.0.4"}
	case s.stack == dotnet, s.stack == isolated && kind == client:
		return [2]string{"System.Net.Http", "9.0.4"}
	case s.stack == isolated:
		return [2]string{"Microsoft.Azure.Functions.Worker", "2.0.0"}
	case s.stack == java && kind == server:
		return [2]string{"io.opentelemetry.tomcat-7.0", "1.26.0-alpha"}
	case s.stack == java:
		return [2]string{"io.opentelemetry.okhttp-3.0", "1.26.0-alpha"}
	case s.stack == golang:
		return [2]string{"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "0.61.0"}
	case kind == server:
		return [2]string{"opentelemetry.instrumentation.fastapi", "0.54b1"}
	}
	return [2]string{"opentelemetry.instrumentation.httpx", "0.54b1"}
}

// keepsKey are the services whose developers write the business key on their spans. The others never heard of it.
var keepsKey = map[*service]bool{ordersAPI: true, fulfilment: true, shipping: true, returnsAPI: true, importFunc: true, intake: true}

// carried are the ids that code at a place writes on its spans, each stack in its own spelling.
func (p place) carried(r *run) []attr {
	var out []attr
	if p.corr != "" {
		switch p.svc.stack {
		case dotnet, isolated:
			out = append(out, header("x-correlation-id", p.corr))
		case java:
			out = append(out, header("x_correlation_id", p.corr))
		case golang:
			out = append(out, str("correlation.id", p.corr))
		default:
			out = append(out, str("correlation_id", p.corr))
		}
	}
	if p.key != "" && keepsKey[p.svc] {
		out = append(out, str("order.id", p.key))
	}
	if r.session != "" && p.svc == ordersAPI {
		out = append(out, str("session.id", r.session))
	}
	return out
}
