package flow

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.yaml.in/yaml/v3"
)

// emitter is one case of testdata/emitters.yaml.
type emitter struct {
	Name   string
	Scope  string
	Span   string
	Kind   string
	Status string
	Links  int
	Attrs  map[string]any
	Want   struct {
		Kind, Role, Step, System, Operation, Destination, Workflow, Rule, Flags string
		Disposition, DeadLetterReason, RunStatus, AttemptOf, ErrorType          string
		GRPC, Peer, Host                                                        string
		HTTPStatus, Attempt, Deliveries, Batch                                  int
		Keys                                                                    map[string]string
	}
}

var stepNames = []string{"", "call", "serve", "send", "receive", "process", "settle", "schedule", "run"}

func flagNames(f Flags) string {
	var names []string
	for i, n := range []string{"error", "suspect", "awaits", "takes", "shared", "dlq", "poll", "compensates", "derived"} {
		if f&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func (e *emitter) span(t *testing.T) ptrace.Span {
	s := ptrace.NewSpan()
	s.SetName(e.Span)
	s.SetTraceID(pcommon.TraceID{15: 1})
	s.SetSpanID(pcommon.SpanID{7: 1})
	s.SetStartTimestamp(1000)
	s.SetEndTimestamp(3000)
	s.SetKind(ptrace.SpanKind(slices.Index(spanKinds, e.Kind)))
	if e.Status != "" {
		s.Status().SetCode(ptrace.StatusCode(slices.Index(statuses, e.Status)))
	}
	for i := range e.Links {
		s.Links().AppendEmpty().SetTraceID(pcommon.TraceID{0: byte(i + 1)})
	}
	if err := s.Attributes().FromRaw(e.Attrs); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEmitters(t *testing.T) {
	raw, err := os.ReadFile("testdata/emitters.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []emitter
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	x := extractor(t, Rules{})
	r := x.Resource("", pcommon.NewResource())
	var f Facts // reused on purpose: nothing of one span may show in the next
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			x.Span(r, c.Scope, c.span(t), &f)
			w := c.Want
			for _, v := range []struct {
				what      string
				got, want any
			}{
				{"kind", f.Kind.String(), w.Kind}, {"role", f.Role.String(), w.Role}, {"step", stepNames[f.Step], w.Step},
				{"system", f.System, w.System}, {"operation", f.Operation, w.Operation}, {"destination", f.Destination, w.Destination},
				{"workflow", f.Workflow, w.Workflow}, {"rule", f.Rule, w.Rule}, {"flags", flagNames(f.Flags), flagNames(parseFlags(t, w.Flags))},
				{"disposition", f.Disposition, w.Disposition}, {"dead letter reason", f.DeadLetterReason, w.DeadLetterReason},
				{"run status", f.RunStatus, w.RunStatus}, {"error type", f.ErrorType, w.ErrorType}, {"grpc", f.GRPCStatus, w.GRPC},
				{"http status", f.HTTPStatus, w.HTTPStatus}, {"attempt", f.Attempt, w.Attempt}, {"deliveries", f.Deliveries, w.Deliveries}, {"batch", f.Batch, w.Batch},
			} {
				if v.got != v.want {
					t.Errorf("%s = %v, want %v", v.what, v.got, v.want)
				}
			}
			for _, v := range [][3]string{{"peer", f.PeerService, w.Peer}, {"host", f.Host, w.Host}, {"attempt of", f.AttemptOf, w.AttemptOf}} {
				if v[2] != "" && v[1] != v[2] {
					t.Errorf("%s = %q, want %q", v[0], v[1], v[2])
				}
			}
			if w.Keys != nil {
				got := map[string]string{}
				for _, k := range f.Keys {
					got[k.Name] = k.Value
				}
				if len(got) != len(w.Keys) {
					t.Errorf("keys = %v, want %v", got, w.Keys)
				}
				for k, v := range w.Keys {
					if got[k] != v {
						t.Errorf("key %s = %q, want %q", k, got[k], v)
					}
				}
			}
			if e := f.Endpoint; f.EndpointID != e.ID() || e.Kind != f.Kind || e.Role != f.Role || e.Operation != f.Operation || e.Service != "unknown_service" {
				t.Errorf("endpoint %+v does not say what the facts say", e)
			}
		})
	}
}

func parseFlags(t *testing.T, s string) (f Flags) {
	for n := range strings.FieldsSeq(s) {
		i := slices.Index([]string{"error", "suspect", "awaits", "takes", "shared", "dlq", "poll", "compensates", "derived"}, n)
		if i < 0 {
			t.Fatalf("unknown flag %q", n)
		}
		f |= 1 << i
	}
	return f
}

func extractor(t testing.TB, r Rules) *Extractor {
	x, err := NewExtractor(r)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestDeadLetterDestinations(t *testing.T) {
	for _, d := range []string{"orders/$deadletterqueue", "t/Subscriptions/s/$DeadLetterQueue", "orders-dlq", "orders_DLQ", "orders.dlq", "orders.DLT", "orders-dlt",
		"orders-dead-letter", "deadletters", "orders_dead_letter_queue", "billing_error", "billing_skipped", "error", "Error"} {
		if !deadLetters(d) {
			t.Errorf("%q is a dead-letter destination", d)
		}
	}
	for _, d := range []string{"", "orders", "errors", "dlq-monitor", "deadlines", "dead", "skipped", "my.error"} {
		if deadLetters(d) {
			t.Errorf("%q is no dead-letter destination", d)
		}
	}
}

func TestDestinationsAreTheSameOnBothSides(t *testing.T) {
	for _, c := range []struct{ system, in, want string }{
		{"servicebus", "orders/Subscriptions/billing", "orders"},
		{"servicebus", "sb://shop.servicebus.windows.net/orders", "orders"},
		{"eventhubs", "telemetry/ConsumerGroups/$Default/Partitions/3", "telemetry"},
		{"pulsar", "persistent://public/default/orders-partition-3", "orders"},
		{"rabbitmq", "shop:orders.placed:billing-q", "shop:orders.placed"},
		{"rabbitmq", "rabbitmq://mq/prod/billing?durable=true", "billing"},
		{"aws_sqs", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "orders"},
		{"aws.sns", "arn:aws:sns:eu-west-1:123456789012:orders", "orders"},
		{"jms", "queue://orders", "orders"},
		{"kafka", " orders.placed ", "orders.placed"},
	} {
		if got := plainDestination(c.system, c.in); got != c.want {
			t.Errorf("%s %q gives %q, want %q", c.system, c.in, got, c.want)
		}
	}
}

func TestEveryEmitterRuleIsTested(t *testing.T) {
	raw, err := os.ReadFile("testdata/emitters.yaml")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("classify.go")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(source)) {
		if name, rule, ok := strings.Cut(line, `= "`); ok && strings.HasPrefix(strings.TrimSpace(name), "Rule") {
			rule, _, _ = strings.Cut(rule, `"`)
			if !strings.Contains(string(raw), "rule: "+rule+",") {
				t.Errorf("no emitter is classified by %s", rule)
			}
		}
	}
}
