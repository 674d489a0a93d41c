package flow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// genTale draws spans that no estate would send together: any step below any
// other, unknown parents, cycles, links to anywhere, equal times.
func genTale(t *rapid.T) tale {
	verbs := []string{"serve GET /x", "call bank GET /x", "call - GET /y", "grpc.serve p.S/M", "send orders", "receive orders", "process orders", "settle orders",
		"db SELECT x", "do work", "StartWorkflow:W", "RunWorkflow:W", "StartActivity:A", "RunActivity:A", "RunActivity:RefundA", "create_orchestration:O", "orchestration:O",
		"activity:A", "send orders-dlq", "receive orders/$DeadLetterQueue"}
	options := []string{"error=boom", "status=500", "status=404", "status=401", "grpc=14", "type=timeout", "msg=m1", "msg=m2", "n=2", "n=0", "corr=corr-000001", "corr=corr-000002",
		"order.id=7", "order.id=8", "link=1/s0", "link=2/s1", "link=3/s2", "link=1/s3", "disposition=abandon", "disposition=dead_letter", "disposition=complete", "deliveries=3",
		"resend=1", "state=FAILED", "state=CANCELED", "state=TimedOut", "run=run-000001", "scope=envoy", "system=kafka", "kind=client", "kind=consumer", "ok=", "reason=TTLExpiredException",
		"scope=MassTransit; messaging.masstransit.tracking_number=trip-000001", "subscription=s1"}
	c := tale{Keys: []string{"order.id"}}
	n := rapid.IntRange(1, 12).Draw(t, "spans")
	for i := range n {
		parent := ""
		if p := rapid.IntRange(-2, n-1).Draw(t, "parent"); p == -2 {
			parent = "<lost"
		} else if p >= 0 {
			parent = fmt.Sprintf("<s%d", p)
		}
		line := fmt.Sprintf("%d/s%d%s %s %d+%d %s", rapid.IntRange(1, 3).Draw(t, "trace"), i, parent, rapid.SampledFrom([]string{"shop", "bank"}).Draw(t, "service"),
			rapid.IntRange(0, 6).Draw(t, "start")*10, rapid.IntRange(0, 4).Draw(t, "took")*10, rapid.SampledFrom(verbs).Draw(t, "verb"))
		for range rapid.IntRange(0, 3).Draw(t, "options") {
			line += "; " + rapid.SampledFrom(options).Draw(t, "option")
		}
		c.Spans = append(c.Spans, line)
	}
	return c
}

// TestAnyFlowIsTheSameInAnyOrder also holds that every span is in one hop, that
// every failed flow names a culprit, and that the quick judge agrees.
func TestAnyFlowIsTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := genTale(r)
		tell := func(seed uint64) []string {
			got := c.join(t, rand.New(rand.NewPCG(seed, 3)))
			var out []string
			for _, s := range got.stories {
				for i, h := range s.HopOf {
					if h < 0 || h >= len(s.Hops) {
						r.Fatalf("span %s is in no hop", label(s.Facts[i].ID))
					}
				}
				j := s.Judge(expectations{}, c.clock())
				if (j.Verdict == Failed || j.Verdict == Rejected || j.Verdict == Cancelled || j.Verdict == Compensated) && (j.Culprit == nil || j.Culprit.Reason == "" || j.Culprit.Rule == "" || j.FailedAt == 0) {
					r.Fatalf("%s without a culprit: %+v", j.Verdict, j.Culprit)
				}
				o := Sketch(piecesOfStory(s))
				if quick, sure := o.Judge(expectations{}, c.clock()); sure && quick.Verdict != j.Verdict {
					r.Fatalf("%s\nthe quick judge says %s, the full one %s", strings.Join(c.Spans, "\n"), quick.Verdict, j.Verdict)
				}
				o.Close()
				out = append(out, s.digest(j))
			}
			return out
		}
		want := tell(1)
		for seed := range uint64(3) {
			if got := tell(seed + 2); !slices.Equal(got, want) {
				r.Fatalf("%s\nin another order\n%s\nwas\n%s", strings.Join(c.Spans, "\n"), strings.Join(got, "\n---\n"), strings.Join(want, "\n---\n"))
			}
		}
	})
}
