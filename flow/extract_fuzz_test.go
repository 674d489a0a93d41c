package flow

import (
	"testing"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// fuzzKeys are attribute names that steer the extractor; fuzzValues what they may meet.
var (
	fuzzKeys = []string{"messaging.system", "messaging.destination.name", "messaging.operation", "messaging.operation.name", "messaging.batch.message_count", "messaging.message.id",
		"messaging.kafka.offset", "messaging.kafka.partition", "messaging.destination.temporary", "http.request.method", "http.method", "http.route", "url.full", "url.path", "http.status_code",
		"rpc.system", "rpc.service", "rpc.method", "rpc.grpc.status_code", "db.system", "db.statement", "db.operation.name", "durabletask.type", "durabletask.task.name",
		"durabletask.task.instance_id", "temporalRunID", "temporalActivityID", "airflow.dag_id", "airflow.dag_run.run_id", "airflow.task_id", "camunda.elementId", "azure.datafactory.status",
		"aws.step_functions.state_machine.arn", "nservicebus.saga.saga_id", "nservicebus.enclosed_message_types", "messaging.masstransit.tracking_number", "cicd.pipeline.run.id", "hop.kind", "hop.source",
		"component", "upstream_cluster", "server.address", "error", "Success", "correlation.id", "order.id", "trackedProperties.order.id", "shipment.id", "traceparent",
		"http.request.header.request-id", "http.request.header.ce-id", "http.request.header.", "http.request.header", "cloudevents.event_id", "cloudevents.event_source", "aws.sns.topic.arn",
		"dead_letter_reason", "deadletterreason", "n", "on", "az.namespace", "faas.trigger", "faas.name", "dapr.api", "dapr.workflow.", "durabletask.", ".", ""}
	fuzzScopes = []string{"", "DurableTask", "temporal-sdk-go", "envoy", "Azure.Messaging.ServiceBus", "Azure.Core.Http", "NServiceBus.Core", "NServiceBus.Core.Handler", "MassTransit"}
	fuzzValues = []string{"", "redis", "rabbitmq", "servicebus", "process", "receive", "XREADGROUP GROUP STREAMS", "XADD", "|", "|.", "://", "http://", "http://[", "arn:", "::", "||", ":", "@", "@(", "\xff",
		"workflow", "db", "proxy", "timer", "14", "-1", "{}", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "sb://x/y/Subscriptions/z/$DeadLetterQueue", "amq.topic:a:b:c"}
)

// FuzzExtractor builds a span from the bytes: pairs of a key and a value, with
// now and then a piece of the input itself.
func FuzzExtractor(f *testing.F) {
	f.Add("RunActivity:Charge", []byte{5, 2, 0, 1, 1, 9, 2, 4})
	f.Add("orchestration||Order||v2", []byte{3, 1, 22, 3, 23, 9})
	f.Add("ServiceBusReceiver.DeadLetter", []byte{4, 4, 0, 3, 1, 28, 5, 200})
	f.Add(".", []byte{9, 3, 15, 200, 16, 8, 46, 0, 47, 201})
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		s := ptrace.NewSpan()
		s.SetName(name)
		s.SetTraceID(pcommon.TraceID{1})
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(b)
		}
		scope := fuzzScopes[next()%len(fuzzScopes)]
		s.SetKind(ptrace.SpanKind(next() % 7))
		for len(data) > 0 {
			key, n := fuzzKeys[next()%len(fuzzKeys)], next()
			v := s.Attributes().PutEmpty(key)
			switch {
			case n < len(fuzzValues):
				v.SetStr(fuzzValues[n])
			case n < 60:
				v.SetInt(int64(n-40) << (n % 60))
			case n < 80:
				v.SetBool(n%2 == 0)
			case n < 100:
				l := v.SetEmptySlice()
				l.AppendEmpty().SetStr(name)
				l.AppendEmpty().SetEmptySlice()
			case n < 120:
				v.SetEmptyMap().PutStr(key, name)
			case n < 140:
				v.SetDouble(float64(n) * 1e300)
			case n < 160:
				s.Links().AppendEmpty().SetTraceID(pcommon.TraceID{byte(n)})
			default:
				v.SetStr(string(data[:min(len(data), n-160)]))
			}
		}
		x := extractor(t, Rules{Keys: []string{"order.id", "shipment.id*"}})
		var got Facts
		x.Span(&Resource{Environment: "prod", Service: "s"}, scope, s, &got)
		for _, v := range []string{got.Operation, got.Destination, got.Workflow, got.System, got.RunStatus, got.GRPCStatus, got.ErrorType, got.PeerService, got.Host} {
			if len(v) > maxName || !utf8.ValidString(v) {
				t.Fatalf("%q: %d bytes, valid %v", v, len(v), utf8.ValidString(v))
			}
		}
		for _, v := range []string{got.Name, got.AttemptOf, got.DeadLetterReason, got.OriginalDest, got.ExceptionMessage} {
			if !utf8.ValidString(v) {
				t.Fatalf("%q is no UTF-8", v)
			}
		}
		for _, k := range got.Keys {
			if v, ok := NormalizeValue(k.Value); !ok || v != k.Value {
				t.Fatalf("key %+v is not normalised", k)
			}
			if k.Name != "trace" && k.Hash != HashKey("prod", k.Name, k.Value) {
				t.Fatalf("key %+v has another hash", k)
			}
		}
		if got.Rule == "" || got.EndpointID != got.Endpoint.ID() {
			t.Fatalf("no rule or another endpoint: %+v", got)
		}
		first, keys := got.EndpointID, len(got.Keys)
		x.Span(&Resource{Environment: "prod", Service: "s"}, scope, s, &got)
		if got.EndpointID != first || len(got.Keys) != keys {
			t.Fatal("a second pass over the same span says something else")
		}
	})
}
