package flow

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// facts extracts one span in the environment "prod".
func facts(t testing.TB, r Rules, attrs map[string]any, more ...func(ptrace.Span)) *Facts {
	t.Helper()
	s := ptrace.NewSpan()
	s.SetTraceID(pcommon.TraceID{15: 1})
	s.SetKind(ptrace.SpanKindServer)
	if err := s.Attributes().FromRaw(attrs); err != nil {
		t.Fatal(err)
	}
	for _, m := range more {
		m(s)
	}
	res := pcommon.NewResource()
	res.Attributes().PutStr("deployment.environment.name", "prod")
	x := extractor(t, r)
	var f Facts
	x.Span(x.Resource("", res), "", s, &f)
	return &f
}

func TestNewerSpellingWins(t *testing.T) {
	for _, c := range []struct {
		newer, older string
		kind         any
		got          func(*Facts) any
	}{
		{"http.response.status_code", "http.status_code", 201, func(f *Facts) any { return f.HTTPStatus }},
		{"http.request.resend_count", "http.resend_count", 3, func(f *Facts) any { return f.Attempt }},
		{"messaging.destination.name", "messaging.destination", "orders", func(f *Facts) any { return f.Destination }},
		{"messaging.destination", "message_bus.destination", "orders", func(f *Facts) any { return f.Destination }},
		{"rpc.response.status_code", "rpc.grpc.status_code", "OK", func(f *Facts) any { return f.GRPCStatus }},
		{"messaging.servicebus.message.delivery_count", "messaging.delivery_count", 4, func(f *Facts) any { return f.Deliveries }},
	} {
		t.Run(c.newer, func(t *testing.T) {
			older := map[string]any{"OK": 14, "orders": "old"}[fmt.Sprint(c.kind)]
			if older == nil {
				older = 1
			}
			for _, newFirst := range []bool{true, false} {
				f := facts(t, Rules{}, nil, func(s ptrace.Span) {
					put := func(k string, v any) {
						if err := s.Attributes().PutEmpty(k).FromRaw(v); err != nil {
							t.Fatal(err)
						}
					}
					if newFirst {
						put(c.newer, c.kind)
						put(c.older, older)
					} else {
						put(c.older, older)
						put(c.newer, c.kind)
					}
				})
				if got := c.got(f); got != c.kind {
					t.Errorf("new first %v: got %v, want %v", newFirst, got, c.kind)
				}
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		name            string
		start, end      uint64
		wantStart, want int64
	}{
		{"usual", 1000, 3500, 1000, 2500},
		{"end before start", 3500, 1000, 3500, 0},
		{"no end", 3500, 0, 3500, 0},
		{"no start", 0, 5, 0, 5},
		{"negative start", 1<<63 + 5, 7, 0, 7},
		{"negative end", 10, 1<<63 + 5, 10, math.MaxInt64 - 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			start, d := times(c.start, c.end)
			if start != c.wantStart || d != c.want || start+d < start {
				t.Errorf("got %d for %d, want %d for %d", start, d, c.wantStart, c.want)
			}
		})
	}
}

func TestResource(t *testing.T) {
	res := pcommon.NewResource()
	for k, v := range map[string]string{"service.name": " orders ", "service.namespace": "shop", "deployment.environment": "old", "team": "a\xff", "owner": "b", "other": "c", "hop.source": "azure.apim"} {
		res.Attributes().PutStr(k, v)
	}
	r := extractor(t, Rules{}).Resource("acme", res)
	want := &Resource{Tenant: "acme", Environment: "old", Namespace: "shop", Service: "orders", Attrs: []Attr{{"owner", "b"}, {"team", "a\uFFFD"}}, Source: "azure.apim"}
	if fmt.Sprintf("%+v", r) != fmt.Sprintf("%+v", want) {
		t.Errorf("got %+v, want %+v", r, want)
	}
	res.Attributes().PutStr("deployment.environment.name", "prod")
	r = extractor(t, Rules{OwnerAttributes: []string{"other", "other"}}).Resource("acme", res)
	if r.Environment != "prod" || !slices.Equal(r.Attrs, []Attr{{"other", "c"}}) {
		t.Errorf("got %+v, want environment prod and only the configured attribute", r)
	}
	if r = extractor(t, Rules{}).Resource("", pcommon.NewResource()); r.Service != "unknown_service" {
		t.Errorf("service = %q, want unknown_service", r.Service)
	}
}

func TestRulesAreChecked(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []string
		want string // part of the error, empty for none
	}{
		{"valid", []string{"order.id", " shipment.id* "}, ""},
		{"empty", []string{""}, "empty"},
		{"only a star", []string{"*"}, "empty"},
		{"star inside", []string{"order.*.id"}, "exact"},
		{"a list in one", []string{"order.id,claim.id"}, "exact"},
		{"twice", []string{"order.id", "order.id*"}, "twice"},
		{"a person", []string{"user.id"}, "person"},
		{"too many", slices.Collect(func(yield func(string) bool) {
			for i := range maxRules + 1 {
				if !yield(fmt.Sprint("key", i)) {
					return
				}
			}
		}), "at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := NewExtractor(Rules{Keys: c.keys})
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error = %v, want %q", err, c.want)
			}
		})
	}
}

func TestGatewayByRule(t *testing.T) {
	f := facts(t, Rules{GatewayAttributes: []string{"gateway.name"}}, map[string]any{"http.request.method": "GET", "gateway.name": "edge"})
	if f.Role != Gateway || f.Step != Serve {
		t.Errorf("role = %v, step = %v, want a serving gateway", f.Role, f.Step)
	}
	if f = facts(t, Rules{}, map[string]any{"http.request.method": "GET", "gateway.name": "edge"}); f.Role != Provider {
		t.Errorf("role = %v without the rule, want provider", f.Role)
	}
}

func TestLastExceptionWins(t *testing.T) {
	f := facts(t, Rules{}, nil, func(s ptrace.Span) {
		for i, typ := range []string{"first", "last"} {
			e := s.Events().AppendEmpty()
			e.SetName("exception")
			e.SetTimestamp(pcommon.Timestamp(i + 1))
			e.Attributes().PutStr("exception.type", typ)
			e.Attributes().PutStr("exception.message", strings.Repeat("ü", 400))
		}
		s.Events().AppendEmpty().SetName("message")
	})
	if f.ExceptionType != "last" || f.ExceptionTime != 2 || len(f.ExceptionMessage) != maxException || !utf8.ValidString(f.ExceptionMessage) {
		t.Errorf("got %q at %d with %d bytes", f.ExceptionType, f.ExceptionTime, len(f.ExceptionMessage))
	}
	if f.Flags&FlagSuspect != 0 {
		t.Error("an exception event alone does not make a span suspect")
	}
}

func TestStatusThatOnlyAttributesTell(t *testing.T) {
	for _, c := range []struct {
		name  string
		attrs map[string]any
		code  ptrace.StatusCode
		want  Status
	}{
		{"error=true", map[string]any{"error": true}, 0, StatusError},
		{"error as text", map[string]any{"error": "true"}, 0, StatusError},
		{"error=false", map[string]any{"error": false}, 0, StatusUnset},
		{"Success=false", map[string]any{"Success": false}, 0, StatusError},
		{"Zipkin", map[string]any{"otel.status_code": "ERROR"}, 0, StatusError},
		{"the application said ok", map[string]any{"error": true}, ptrace.StatusCodeOk, StatusOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := facts(t, Rules{}, c.attrs, func(s ptrace.Span) { s.Status().SetCode(c.code) })
			if f.Status != c.want || (f.Status == StatusError) != (f.Flags&FlagError != 0) {
				t.Errorf("status = %v with flags %s, want %v", f.Status, flagNames(f.Flags), c.want)
			}
		})
	}
}

func TestDeadLetterReasonInAnySpelling(t *testing.T) {
	for _, k := range []string{"DeadLetterReason", "dead_letter_reason", "messaging.servicebus.dead-letter-reason", "x.Dead.Letter.Reason", "deadletterreason"} {
		if f := facts(t, Rules{}, map[string]any{k: "TTLExpiredException"}); f.DeadLetterReason != "TTLExpiredException" || f.Flags&FlagSuspect == 0 {
			t.Errorf("%s: got %q, flags %s", k, f.DeadLetterReason, flagNames(f.Flags))
		}
	}
	for _, k := range []string{"deadletterreasons", "letterreason", "dead_letter_region"} {
		if f := facts(t, Rules{}, map[string]any{k: "x"}); f.DeadLetterReason != "" {
			t.Errorf("%s is no reason, got %q", k, f.DeadLetterReason)
		}
	}
}

func TestFactsOfACopyAreItsOwn(t *testing.T) {
	x := extractor(t, Rules{})
	r := x.Resource("", pcommon.NewResource())
	s := ptrace.NewSpan()
	s.SetName("order 12345")
	var a Facts
	x.Span(r, "", s, &a)
	b := a
	s.SetName("claim 67890")
	x.Span(r, "", s, &b)
	if a.Operation != "order {id}" || b.Operation != "claim {id}" || b.block == a.block {
		t.Errorf("a = %q, b = %q, shared block %v", a.Operation, b.Operation, a.block == b.block)
	}
}

func TestHostileSpan(t *testing.T) {
	s := ptrace.NewSpan()
	s.SetName(strings.Repeat("x1\xff", 1<<20))
	s.SetStartTimestamp(math.MaxUint64)
	s.SetKind(99)
	s.Status().SetCode(77)
	a := s.Attributes()
	a.EnsureCapacity(10_002)
	for i := range 10_000 {
		a.PutStr(fmt.Sprintf("http.request.header.%d", i), strings.Repeat("v", 100))
	}
	m := a.PutEmptyMap("http.route")
	for range 1000 {
		m = m.PutEmptyMap("order.id")
	}
	for range 5000 {
		s.Links().AppendEmpty().SetTraceID(pcommon.TraceID{1})
		s.Events().AppendEmpty()
	}
	began := time.Now() // milliseconds; the limit only tells bounded from quadratic
	x := extractor(t, Rules{Keys: []string{"order.id"}})
	var f Facts
	x.Span(&Resource{}, "", s, &f)
	if took := time.Since(began); took > time.Minute {
		t.Errorf("took %v", took)
	}
	if len(f.Links) != maxLinks || len(f.Keys) > maxKeys || !utf8.ValidString(f.Name) || len(f.Operation) > maxName {
		t.Errorf("%d links, %d keys, %d bytes of operation", len(f.Links), len(f.Keys), len(f.Operation))
	}
	f = Facts{}
	x.Span(nil, "", ptrace.NewSpan(), &f) // nothing at all, not even a resource
	if f.Kind != Internal || f.Rule != RuleInternal {
		t.Errorf("an empty span is %v by %s", f.Kind, f.Rule)
	}
}

func TestOrdinarySpansAllocateNothing(t *testing.T) {
	x := extractor(t, Rules{Keys: []string{"order.id", "shipment.id*"}})
	for name, build := range map[string]func() (pcommon.Resource, ptrace.Span){"http": benchSpan, "kafka": benchMessage} {
		res, s := build()
		r := x.Resource("", res)
		var f Facts
		// The block is one allocation in some dozens of spans, which the average rounds away.
		if n := testing.AllocsPerRun(1000, func() { x.Span(r, "tomcat", s, &f) }); n > 0 {
			t.Errorf("%s: %v allocations a span, want 0", name, n)
		}
	}
}
