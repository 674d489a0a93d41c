package ownership

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// company is a set of rules as large companies write them: most name a
// service, many a prefix or a destination, a few are broad.
func company(rules int) string {
	var b strings.Builder
	b.WriteString("teams:\n")
	for i := range 200 {
		fmt.Fprintf(&b, "  - {id: team-%d}\n", i)
	}
	b.WriteString("rules:\n  - {match: {kind: queue}, owner: team-0}\n  - {match: {destination: \"*-dlq\"}, owner: team-1}\n")
	for i := range rules - 2 {
		var match string
		switch svc := i % 2000; i % 10 {
		case 0, 1, 2, 3:
			match = fmt.Sprintf("service: domain%d-svc-%d", svc%50, svc)
		case 4, 5:
			match = fmt.Sprintf("service: \"domain%d-svc-%d*\", role: provider", svc%50, svc)
		case 6:
			match = fmt.Sprintf("kind: [queue, event], destination: \"orders.%d.*\", role: channel", svc)
		case 7:
			match = fmt.Sprintf("service: domain%d-svc-%d, environment: [prod, staging], operation: \"*Order*\"", svc%50, svc)
		case 8:
			match = fmt.Sprintf("namespace: domain%d, route: \"/api/%d/*\"", svc%50, svc)
		default:
			match = fmt.Sprintf("attr.cost.center: \"%d\"", svc)
		}
		fmt.Fprintf(&b, "  - {match: {%s}, owner: team-%d}\n", match, i%200)
	}
	return b.String()
}

func endpoints(n int) []Subject {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]Subject, n)
	for i := range out {
		svc := r.IntN(2000)
		s := Subject{
			Environment: []string{"prod", "staging", "dev"}[r.IntN(3)],
			Namespace:   fmt.Sprintf("domain%d", svc%50),
			Service:     fmt.Sprintf("domain%d-svc-%d", svc%50, svc),
			Attrs:       []Attr{{"cost.center", fmt.Sprint(r.IntN(3000))}, {"team", "team-7"}},
		}
		switch r.IntN(3) {
		case 0:
			s.Kind, s.System, s.Role, s.Destination = "queue", "servicebus", []string{"producer", "channel", "consumer"}[r.IntN(3)], fmt.Sprintf("orders.%d.new", r.IntN(4000))
		case 1:
			s.Kind, s.System, s.Role, s.Route = "api", "http", "provider", fmt.Sprintf("/api/%d/{id}", r.IntN(4000))
			s.Operation = "GET " + s.Route
		default:
			s.Kind, s.System, s.Role, s.Operation, s.Workflow = "workflow", "temporal", "activity", "RunOrderActivity", "fulfil"
		}
		out[i] = s
	}
	return out
}

func BenchmarkResolve(b *testing.B) {
	for _, rules := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprintf("rules=%d", rules), func(b *testing.B) {
			set := mustSet(b, company(rules))
			subs := endpoints(10_000)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				set.Resolve(subs[i%len(subs)])
				i++
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "resolutions/s")
		})
	}
}

// BenchmarkReload is what a changed rule costs in all: parsing and compiling
// 10,000 rules, and resolving 100,000 endpoints anew.
func BenchmarkReload(b *testing.B) {
	yaml := []byte(company(10_000))
	subs := endpoints(100_000)
	b.Run("parse", func(b *testing.B) {
		for b.Loop() {
			if _, err := Parse("ownership.yaml", yaml); err != nil {
				b.Fatal(err)
			}
		}
	})
	f, err := Parse("ownership.yaml", yaml)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("compile", func(b *testing.B) {
		for b.Loop() {
			if _, err := New(f); err != nil {
				b.Fatal(err)
			}
		}
	})
	set := mustSet(b, string(yaml))
	b.Run("resolve-100000", func(b *testing.B) {
		for b.Loop() {
			for i := range subs {
				set.Resolve(subs[i])
			}
		}
	})
}

func BenchmarkExplain(b *testing.B) {
	set := mustSet(b, company(10_000))
	subs := endpoints(1_000)
	i := 0
	for b.Loop() {
		set.Explain(subs[i%len(subs)])
		i++
	}
}

// The large set is right too, and not only fast.
func TestCompanyEqualsLinear(t *testing.T) {
	set := mustSet(t, company(2_000))
	for _, sub := range endpoints(3_000) {
		sub.fold()
		want := int32(-1)
		for i := range set.rules.list {
			if set.rules.list[i].matches(&sub) {
				want = int32(i)
			}
		}
		if got := set.rules.last(&sub); got != want {
			t.Fatalf("%+v: rule %d, trying all says %d", sub, got, want)
		}
	}
}
