package flow

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"pgregory.net/rapid"
)

func TestSpellingsFoldToOneKey(t *testing.T) {
	const value = "6f1e3d5c7b9a417d9f3c5a0b9e4d2c8a"
	for _, c := range []struct {
		concept string
		names   []string
	}{
		{"correlation.id", []string{"correlation.id", "correlation_id", "correlationId", "CorrelationId", "x-correlation-id", "http.request.header.x-correlation-id",
			"http.request.header.x_correlation_id", "http.request.header.Correlation-ID", "http.request.header.ce-correlationid", "ce-correlationid",
			"rpc.grpc.request.metadata.x-correlation-id", "http.request.header.x-ms-client-tracking-id", "azure.logicapps.client_tracking_id"}},
		{"conversation.id", []string{"messaging.message.conversation_id", "messaging.conversation_id", "nservicebus.conversation_id"}},
		{"request.id", []string{"http.request.header.x-request-id", "http.request.header.x_request_id", "guid:x-request-id"}},
		{"workflow.run", []string{"temporalRunID", "durabletask.task.execution_id", "x-ms-workflow-run-id", "http.request.header.x-ms-workflow-run-id",
			"messaging.masstransit.tracking_number", "workflow.run_id", "cicd.pipeline.run.id"}},
		{"workflow.id", []string{"temporalWorkflowID", "durabletask.task.instance_id"}},
	} {
		rapid.Check(t, func(t *rapid.T) {
			name := rapid.SampledFrom(c.names).Draw(t, "name")
			spelled := rapid.SampledFrom([]string{value, strings.ToUpper(value), "6f1e3d5c-7b9a-417d-9f3c-5a0b9e4d2c8a", "{6F1E3D5C-7B9A-417D-9F3C-5A0B9E4D2C8A}", "  " + value + "\t",
				"urn:uuid:6f1e3d5c-7b9a-417d-9f3c-5a0b9e4d2c8a"}).Draw(t, "value")
			f := factsOf(t, Rules{}, map[string]any{name: spelled})
			if len(f.Keys) == 0 || f.Keys[0].Name != c.concept || f.Keys[0].Value != value || f.Keys[0].Hash != HashKey("prod", c.concept, value) {
				t.Fatalf("%s=%q gives %+v, want %s", name, spelled, f.Keys, c.concept)
			}
			if f.Keys[0].Identifying {
				t.Fatalf("%s is identifying, but proxies mint new ones", name)
			}
			if got := KeyConcept(name); got != c.concept {
				t.Fatalf("KeyConcept(%q) = %q, want %q", name, got, c.concept)
			}
			if v, ok := NormalizeValue(spelled); !ok || v != value {
				t.Fatalf("NormalizeValue(%q) = %q, %v", spelled, v, ok)
			}
		})
	}
}

func factsOf(t *rapid.T, r Rules, attrs map[string]any) *Facts {
	s := ptrace.NewSpan()
	if err := s.Attributes().FromRaw(attrs); err != nil {
		t.Fatal(err)
	}
	x, err := NewExtractor(r)
	if err != nil {
		t.Fatal(err)
	}
	var f Facts
	x.Span(&Resource{Environment: "prod"}, "", s, &f)
	return &f
}

func TestNormalizeValue(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{" ORD-10045\t", "ORD-10045"},
		{"{6F1E3D5C-7B9A-417D-9F3C-5A0B9E4D2C8A}", "6f1e3d5c7b9a417d9f3c5a0b9e4d2c8a"},
		{"(6f1e3d5c7b9a417d9f3c5a0b9e4d2c8a)", "6f1e3d5c7b9a417d9f3c5a0b9e4d2c8a"},
		{"6f1e3d5c-7b9a-417d-9f3c5a0b9e4d2c8aff", "6f1e3d5c-7b9a-417d-9f3c5a0b9e4d2c8aff"}, // a dash is missing
		{"6F1E3D5C7B9A417D9F3C5A0B9E4D2C8A0000", "6F1E3D5C7B9A417D9F3C5A0B9E4D2C8A0000"},   // 36 digits
		{"6f1e3d5c-7b9a-417d-9f3c-5a0b9e4d2c8g", "6f1e3d5c-7b9a-417d-9f3c-5a0b9e4d2c8g"},
		{"{ORD-1}", "{ORD-1}"},
		{"a\xffb", "a\uFFFDb"},
		{"", ""}, {"  ", ""}, {"0", ""}, {"00000", ""}, {"-", ""}, {"NULL", ""}, {"undefined", ""}, {"None", ""}, {"unknown", ""}, {"test", ""}, {"N/A", ""},
		{"00000000-0000-0000-0000-000000000000", ""}, {strings.Repeat("0", 32), ""}, {strings.Repeat("x", 129), ""},
		{"tests", "tests"}, {"null-1", "null-1"},
	} {
		got, ok := NormalizeValue(c.in)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("NormalizeValue(%q) = %q, %v, want %q", c.in, got, ok, c.want)
		}
	}
}

func TestBusinessKeys(t *testing.T) {
	rules := Rules{Keys: []string{"order.id", "shipment.id*"}}
	for _, c := range []struct {
		name, key string
		value     any
		want      *Key
	}{
		{"identifying", "order.id", "ORD-10045", &Key{Name: "order.id", Value: "ORD-10045", Trust: 3, Identifying: true}},
		{"a short one identifies too", "order.id", "7", &Key{Name: "order.id", Value: "7", Trust: 3, Identifying: true}},
		{"a number", "order.id", 10045, &Key{Name: "order.id", Value: "10045", Trust: 3, Identifying: true}},
		{"repeating", "shipment.id", "SHP-10045", &Key{Name: "shipment.id", Value: "SHP-10045", Trust: 3}},
		{"a short repeating one", "shipment.id", "S7", nil},
		{"tracked property", "trackedProperties.order.id", "ORD-10045", &Key{Name: "order.id", Value: "ORD-10045", Trust: 3, Identifying: true}},
		{"baggage", "baggage.order.id", "ORD-10045", &Key{Name: "order.id", Value: "ORD-10045", Trust: 3, Identifying: true}},
		{"another name that ends alike", "reorder.id", "ORD-10045", nil},
		{"a longer name", "app.order.id", "ORD-10045", nil},
		{"nothing said", "order.id", "null", nil},
		{"zeros", "order.id", "00000000-0000-0000-0000-000000000000", nil},
		{"too long", "order.id", strings.Repeat("x", 129), nil},
		{"several values", "order.id", []any{"a1", "a2"}, nil},
		{"one value twice", "order.id", []any{"a1", "a1 "}, &Key{Name: "order.id", Value: "a1", Trust: 3, Identifying: true}},
		{"a person", "user.id", "jo-12345678", nil},
		{"a short correlation", "correlation.id", "12345", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := facts(t, rules, map[string]any{c.key: c.value})
			switch {
			case c.want == nil && len(f.Keys) > 0:
				t.Errorf("got %+v, want no key", f.Keys)
			case c.want != nil:
				c.want.Hash = HashKey("prod", c.want.Name, c.want.Value)
				if len(f.Keys) != 1 || f.Keys[0] != *c.want {
					t.Errorf("got %+v, want %+v", f.Keys, *c.want)
				}
			}
		})
	}
}

func TestTrustAndWindows(t *testing.T) {
	for _, c := range []struct {
		key, value string
		trust      uint8
		window     int64
	}{
		{"correlation.id", "abcdef", 3, 0},
		{"azure.logicapps.client_tracking_id", "order-10045", 4, 0},
		{"azure.logicapps.client_tracking_id", "08587330013509921958", 3, 0},
		{"temporalRunID", "abcdef", 4, 0},
		{"temporalWorkflowID", "abcdef", 3, 24 * 3600 * 1e9},
		{"faas.invocation_id", "abcdef", 4, 0},
	} {
		f := facts(t, Rules{}, map[string]any{c.key: c.value})
		if len(f.Keys) != 1 || f.Keys[0].Trust != c.trust || f.Keys[0].Window != c.window {
			t.Errorf("%s=%s: got %+v, want trust %d and window %d", c.key, c.value, f.Keys, c.trust, c.window)
		}
	}
}

func TestCarriersOfTraceContext(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	id, _ := ParseTraceID(trace)
	for _, c := range []struct {
		name, key, value string
		link, traceKey   bool
		first            string // name and value of the first key
	}{
		{"traceparent of another trace", "http.request.header.traceparent", "00-" + trace + "-00f067aa0ba902b7-01", true, false, ""},
		{"Diagnostic-Id", "Diagnostic-Id", "00-" + trace + "-00f067aa0ba902b7-00", true, false, ""},
		{"Request-Id that is a traceparent", "http.request.header.request-id", "00-" + trace + "-00f067aa0ba902b7-00", true, false, ""},
		{"its own trace", "http.request.header.traceparent", "00-00000000000000000000000000000001-00f067aa0ba902b7-01", false, false, ""},
		{"garbage", "http.request.header.traceparent", "00-" + trace + "-zzf067aa0ba902b7-01", false, false, ""},
		{"Request-Id root", "http.request.header.request-id", "|" + trace + ".a1b2_c3.", false, true, "operation.id " + trace},
		{"Request-Id root of another form", "http.request.header.request-id", "|dotnet-app-17.1.", false, false, "operation.id dotnet-app-17"},
		{"a trace id as correlation id", "correlation.id", trace, false, true, "correlation.id " + trace},
		{"a GUID as correlation id", "correlation.id", "4bf92f35-77b3-4da6-a3ce-929d0e0e4736", false, false, "correlation.id " + trace},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := facts(t, Rules{}, map[string]any{c.key: c.value})
			if got := len(f.Links) == 1 && f.Links[0].Trace == id; got != c.link {
				t.Errorf("links = %v, want the other trace: %v", f.Links, c.link)
			}
			if f.hasKey(TraceHash(id)) != c.traceKey {
				t.Errorf("keys = %+v, want a trace key: %v", f.Keys, c.traceKey)
			}
			if c.first != "" && (len(f.Keys) == 0 || f.Keys[0].Name+" "+f.Keys[0].Value != c.first) {
				t.Errorf("keys = %+v, want %s first", f.Keys, c.first)
			}
		})
	}
}

func TestMessageIDIsTheSameOnBothSides(t *testing.T) {
	for _, c := range []struct {
		name           string
		sent, received map[string]any
		same           bool
	}{
		{"queue", map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders", "messaging.message.id": "m-1"},
			map[string]any{"messaging.system": "servicebus", "messaging.destination": "orders", "messaging.message_id": "m-1"}, true},
		{"topic and subscription", map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders", "messaging.message.id": "m-1"},
			map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders/Subscriptions/billing", "messaging.message.id": "m-1"}, true},
		{"dead letters keep the id", map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders", "messaging.message.id": "m-1"},
			map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders/Subscriptions/billing/$DeadLetterQueue", "messaging.message.id": "m-1"}, true},
		{"dead letters of a queue", map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders", "messaging.message.id": "m-1"},
			map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders/$deadletterqueue", "messaging.message.id": "m-1"}, true},
		{"Kafka by offset", map[string]any{"messaging.system": "kafka", "messaging.destination": "orders", "messaging.kafka.partition": 3, "messaging.kafka.message.offset": 99},
			map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders", "messaging.destination.partition.id": "3", "messaging.kafka.offset": 99}, true},
		{"CloudEvents", map[string]any{"cloudevents.event_id": "e-1", "cloudevents.event_source": "/shop"},
			map[string]any{"http.request.header.ce-id": "e-1", "http.request.header.ce-source": "/shop"}, true},
		{"another destination", map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders", "messaging.message.id": "m-1"},
			map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "claims", "messaging.message.id": "m-1"}, false},
		{"another source", map[string]any{"cloudevents.event_id": "e-1", "cloudevents.event_source": "/shop"},
			map[string]any{"cloudevents.event_id": "e-1", "cloudevents.event_source": "/claims"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := facts(t, Rules{}, c.sent), facts(t, Rules{}, c.received)
			if a.MessageID == 0 || b.MessageID == 0 || (a.MessageID == b.MessageID) != c.same {
				t.Errorf("sent %016x, received %016x, want the same: %v", a.MessageID, b.MessageID, c.same)
			}
		})
	}
}

// TestIDsAreForEver holds ids that are stored and shown to what they were.
func TestIDsAreForEver(t *testing.T) {
	var want map[string]string
	raw, err := os.ReadFile("testdata/ids.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	e := Endpoint{Tenant: "acme", Environment: "prod", Namespace: "shop", Service: "orders", Kind: Queue, System: "servicebus", Operation: "orders send",
		Destination: "orders", Role: Producer, Attrs: []Attr{{"team", "orders"}}}
	channel := e.ChannelOf()
	trace, _ := ParseTraceID("4bf92f3577b34da6a3ce929d0e0e4736")
	message := func(attrs map[string]any) uint64 { return facts(t, Rules{}, attrs).MessageID }
	_, span := benchSpan()
	var f Facts
	x := extractor(t, Rules{})
	x.Span(&Resource{Environment: "prod", Service: "orders"}, "", span, &f)
	for name, id := range map[string]uint64{
		"endpoint":      e.ID(),
		"channel":       channel.ID(),
		"http endpoint": f.EndpointID,
		"key":           HashKey("prod", "order.id", "ORD-10045"),
		"trace":         TraceHash(trace),
		"message":       message(map[string]any{"messaging.system": "servicebus", "messaging.destination.name": "orders", "messaging.message.id": "m-1"}),
		"kafka record":  message(map[string]any{"messaging.system": "kafka", "messaging.destination.name": "orders", "messaging.destination.partition.id": "3", "messaging.kafka.offset": 99}),
		"cloud event":   message(map[string]any{"cloudevents.event_id": "e-1", "cloudevents.event_source": "/shop"}),
	} {
		if got := FormatEndpointID(id); got != want[name] {
			t.Errorf("%q: %q, want %q: stored ids would no longer match", name, got, want[name])
		}
	}
}

func FuzzNormalizeValue(f *testing.F) {
	for _, s := range []string{"", " a ", "{6F1E3D5C-7B9A-417D-9F3C-5A0B9E4D2C8A}", "null", "\xff\xff", "urn:uuid:6f1e3d5c-7b9a-417d-9f3c-5a0b9e4d2c8a", strings.Repeat("a", 36)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := NormalizeValue(s)
		if !ok {
			return
		}
		if again, ok := NormalizeValue(v); !ok || again != v || len(v) > maxValue || v == "" {
			t.Errorf("%q gives %q gives %q, %v", s, v, again, ok)
		}
	})
}
