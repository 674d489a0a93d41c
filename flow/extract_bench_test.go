package flow

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func benchSpan() (pcommon.Resource, ptrace.Span) {
	res := pcommon.NewResource()
	res.Attributes().PutStr("service.name", "orders-api")
	res.Attributes().PutStr("service.namespace", "shop")
	res.Attributes().PutStr("deployment.environment.name", "prod")
	res.Attributes().PutStr("team", "orders")
	s := ptrace.NewSpan()
	s.SetName("POST /orders/{id}/lines")
	s.SetKind(ptrace.SpanKindServer)
	s.SetTraceID(pcommon.TraceID{1, 2, 3})
	s.SetSpanID(pcommon.SpanID{1, 2})
	s.SetStartTimestamp(1795287600000000000)
	s.SetEndTimestamp(1795287600100000000)
	a := s.Attributes()
	a.PutStr("http.request.method", "POST")
	a.PutStr("url.path", "/orders/10045/lines")
	a.PutStr("url.scheme", "https")
	a.PutStr("http.route", "/orders/{id}/lines")
	a.PutInt("http.response.status_code", 201)
	a.PutStr("server.address", "orders.internal")
	a.PutInt("server.port", 8443)
	a.PutStr("client.address", "10.0.4.17")
	a.PutStr("network.protocol.version", "1.1")
	a.PutStr("user_agent.original", "Java-http-client/21")
	a.PutStr("correlation.id", "0f4c3d1e-5a77-4a3b-9a51-0a7f1f9f2f11")
	a.PutStr("order.id", "ORD-10045")
	a.PutStr("thread.name", "http-nio-8080-exec-4")
	a.PutInt("thread.id", 41)
	return res, s
}

func BenchmarkExtractor(b *testing.B) {
	for _, c := range []struct {
		name  string
		build func() (pcommon.Resource, ptrace.Span)
	}{{"http server", benchSpan}, {"kafka process", benchMessage}} {
		b.Run(c.name, func(b *testing.B) {
			x, err := NewExtractor(Rules{Keys: []string{"order.id", "shipment.id*"}})
			if err != nil {
				b.Fatal(err)
			}
			res, s := c.build()
			r := x.Resource("acme", res)
			var f Facts
			b.ReportAllocs()
			for b.Loop() {
				x.Span(r, "io.opentelemetry.tomcat-10.0", s, &f)
			}
		})
	}
}

func benchMessage() (pcommon.Resource, ptrace.Span) {
	res, s := benchSpan()
	s.SetName("orders.placed process")
	s.SetKind(ptrace.SpanKindConsumer)
	l := s.Links().AppendEmpty()
	l.SetTraceID(pcommon.TraceID{9})
	l.SetSpanID(pcommon.SpanID{9})
	a := s.Attributes()
	a.Clear()
	a.PutStr("messaging.system", "kafka")
	a.PutStr("messaging.destination.name", "orders.placed")
	a.PutStr("messaging.operation.type", "process")
	a.PutStr("messaging.operation.name", "process")
	a.PutStr("messaging.destination.partition.id", "7")
	a.PutInt("messaging.kafka.offset", 8812)
	a.PutStr("messaging.consumer.group.name", "billing")
	a.PutStr("messaging.client.id", "billing-1")
	a.PutInt("messaging.message.body.size", 312)
	a.PutStr("correlation.id", "0f4c3d1e-5a77-4a3b-9a51-0a7f1f9f2f11")
	a.PutStr("order.id", "ORD-10045")
	a.PutStr("server.address", "kafka-2.internal")
	a.PutStr("thread.name", "consumer-4")
	a.PutInt("thread.id", 41)
	return res, s
}
