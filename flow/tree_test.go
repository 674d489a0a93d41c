package flow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTree(t *testing.T) {
	for _, c := range []struct {
		name, spans, want string // a span is ID[<PARENT][@START][:KIND]
	}{
		{"parents before children, siblings by start", "c<a@3 b<a@2 a@5", "a b<a c<a"},
		{"an unknown parent", "b<x a", "a b!"},
		{"its own parent", "a<a b<a", "a b<a"},
		{"a cycle of two", "a<b@1 b<a@2", "b a<b"},
		{"a cycle that is entered from below", "x<a@1 a<b@2 b<a@3", "b a<b x<a"},
		{"two cycles", "a<b b<a c<d d<c", "b a<b d c<d"},
		{"Zipkin: children belong to the server's side", "a:server b<a:client b<a:server c<b", "a:server b:client<a:server b:server<b:client c<b:server"},
		{"Zipkin: whichever came first", "c<b b<a:server b<a:client a:server", "a:server b:client<a:server b:server<b:client c<b:server"},
		{"one id three times", "b:client@1 b:server@2 b:client@3 c<b@4", "b:client b:server<b:client b:client c<b:server"},
		{"one id twice, of no call", "b:internal@1 b:consumer@2 c<b@3", "b:internal b:consumer c<b:internal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var spans []Span
			for _, w := range strings.Fields(c.spans) {
				var s Span
				w, kind, _ := strings.Cut(w, ":")
				if kind, at, ok := strings.Cut(kind, "@"); ok {
					s.Start = number64(t, at)
					s.SpanKind = SpanKind(slices.Index(spanKinds, kind))
				} else if kind != "" {
					s.SpanKind = SpanKind(slices.Index(spanKinds, kind))
				}
				w, at, ok := strings.Cut(w, "@")
				if ok {
					s.Start = number64(t, at)
				}
				id, parent, _ := strings.Cut(w, "<")
				s.ID, s.Parent = spanID(id), spanID(parent)
				spans = append(spans, s)
			}
			name := func(i int) string {
				if spans[i].SpanKind == KindUnspecified {
					return label(spans[i].ID)
				}
				return label(spans[i].ID) + ":" + spans[i].SpanKind.String()
			}
			tr := newTree(new(room), spans)
			var got []string
			for _, i := range tr.order {
				n := name(i)
				if p := tr.parent[i]; p >= 0 {
					n += "<" + name(p)
				}
				if tr.orphan[i] {
					n += "!"
				}
				got = append(got, n)
			}
			if have := strings.Join(got, " "); have != c.want {
				t.Errorf("got  %s\nwant %s", have, c.want)
			}
		})
	}
}

// TestCutPartitionsAnyTrace holds that each span is in one segment, that the
// result does not depend on the order of the spans, and that no span below two
// flows' work is owned by one of them.
func TestCutPartitionsAnyTrace(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := genTale(r)
		x := extractor(t, Rules{Keys: c.Keys})
		var spans []Span
		for _, line := range c.Spans {
			spans = append(spans, tell(t, x, "1"+line[1:]).Narrow())
		}
		write := func(spans []Span) string {
			var out []string
			seen := map[int]bool{}
			for _, g := range Cut(traceID("1"), spans) {
				var own []string
				for _, i := range g.Spans {
					if seen[i] {
						r.Fatalf("span %s is in two segments", label(spans[i].ID))
					}
					seen[i] = true
					own = append(own, label(spans[i].ID))
				}
				slices.Sort(own)
				out = append(out, fmt.Sprint(label(g.ID.Root), g.Start, own, g.Keys, g.Sent, g.Taken, g.Links, g.Shared, g.Poll, g.identity, label(g.under)))
			}
			if len(seen) != len(spans) {
				r.Fatalf("%d of %d spans are in a segment", len(seen), len(spans))
			}
			slices.Sort(out)
			return strings.Join(out, "\n")
		}
		want := write(spans)
		if got := write(rapid.Permutation(spans).Draw(r, "order")); got != want {
			r.Fatalf("in another order\n%s\nwas\n%s", got, want)
		}
	})
}

func TestChannels(t *testing.T) {
	end := func(k Kind, system, destination string) *Endpoint {
		return &Endpoint{Environment: "prod", Service: "s", Kind: k, System: system, Destination: destination, Operation: destination + " x"}
	}
	for _, c := range []struct {
		name     string
		from, to *Endpoint
		kind     Kind
		want     string
	}{
		{"both sides say queue", end(Queue, "servicebus", "orders"), end(Queue, "servicebus", "orders"), Queue, "queue orders"},
		{"the consumer has a subscription", end(Queue, "servicebus", "orders"), end(Event, "servicebus", "orders"), Event, "event orders"},
		{"the producer publishes", end(Event, "rabbitmq", "orders"), end(Queue, "rabbitmq", "orders"), Event, "event orders"},
		{"an exchange and a queue", end(Event, "rabbitmq", "orders"), end(Queue, "rabbitmq", "billing"), Queue, "event orders, queue billing"},
		{"a topic into a queue of another system", end(Event, "aws.sns", "orders"), end(Queue, "aws_sqs", "orders"), Queue, "event orders, queue orders"},
		{"a workflow's message", end(Workflow, "masstransit", ""), end(Workflow, "masstransit", ""), Workflow, ""},
		{"a call", end(API, "http", ""), end(API, "http", ""), API, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if k := KindBetween(c.from, c.to); k != c.kind {
				t.Errorf("kind %s, want %s", k, c.kind)
			}
			var got []string
			for _, e := range Channels(c.from, c.to) {
				got = append(got, e.Kind.String()+" "+e.Destination)
				if e.Role != Channel || e.Service != "" || e.Environment != "prod" {
					t.Errorf("%+v", e)
				}
			}
			if have := strings.Join(got, ", "); have != c.want {
				t.Errorf("channels %q, want %q", have, c.want)
			}
		})
	}
	if got := Channels(end(Queue, "x", "orders"), nil); len(got) != 1 || got[0].Kind != Queue {
		t.Errorf("of the sender alone: %+v", got)
	}
	if got := Channels(nil, end(Event, "x", "orders")); len(got) != 1 || got[0].Kind != Event {
		t.Errorf("of the consumer alone: %+v", got)
	}
}
