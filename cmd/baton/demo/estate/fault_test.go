package estate

import (
	"testing"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// everyFault plays one flow for each fault of each scenario.
func everyFault(visit func(s *Scenario, f *Fault, flow *sim.Flow)) {
	for _, s := range Scenarios {
		all := append(append(append(append([]*Fault{}, s.failures...), s.rejections...), s.degradations...), s.harmless...)
		if s.stall != nil {
			all = append(all, s.stall)
		}
		for i, f := range all {
			visit(s, f, Simulate(Plan{Number: int64(i), Scenario: s, Fault: f, Seed: 11, Start: start}, 1))
		}
	}
}

// hasTag reports whether a step of the scenario carries the tag.
func hasTag(s *Step, tag string) bool {
	if s.tag == tag {
		return true
	}
	for _, child := range s.steps {
		if hasTag(child, tag) {
			return true
		}
	}
	return false
}

func TestEveryFaultHitsAStep(t *testing.T) {
	everyFault(func(s *Scenario, f *Fault, _ *sim.Flow) {
		if !hasTag(s.entry, f.at) {
			t.Errorf("%s/%s: no step is tagged %q", s.Name, f.Kind, f.at)
		}
	})
}

func TestTheCulpritIsWhereTheDeepestErrorIs(t *testing.T) {
	everyFault(func(s *Scenario, f *Fault, flow *sim.Flow) {
		if f.Verdict != "failed" && f.Verdict != "compensated" {
			return
		}
		spans := spansOf(t, flow)
		failing := map[string]bool{} // spans that have a failing child
		for _, d := range spans {
			if d.Status().Code() == ptrace.StatusCodeError {
				failing[d.ParentSpanID().String()] = true
			}
		}
		for _, d := range spans {
			if d.Status().Code() != ptrace.StatusCodeError || failing[d.SpanID().String()] {
				continue
			}
			party := d.service
			if host, ok := d.Attributes().Get("server.address"); ok && serviceByName[f.Culprit] == nil {
				party = host.Str()
			}
			if party != f.Culprit {
				t.Errorf("%s/%s: the deepest error is %q of %s, the truth says %s", s.Name, f.Kind, d.Name(), party, f.Culprit)
			}
		}
	})
}

func TestWhatEachVerdictLooksLike(t *testing.T) {
	everyFault(func(s *Scenario, f *Fault, flow *sim.Flow) {
		var errors, entryStatusErrors, compensations, delivered int
		for _, d := range spansOf(t, flow) {
			failed := d.Status().Code() == ptrace.StatusCodeError
			if failed {
				errors++
			}
			if failed && d.service == "api-gateway" {
				entryStatusErrors++
			}
			if d.Name() == "RunActivity:CancelAllocation" && !failed {
				compensations++
			}
			if d.service == "account-activator" {
				delivered++
			}
		}
		name := s.Name + "/" + f.Kind
		switch f.Verdict {
		case "failed":
			if errors == 0 {
				t.Errorf("%s: failed without an error", name)
			}
			if compensations > 0 {
				t.Errorf("%s: failed, but compensated", name)
			}
		case "compensated":
			if compensations != 1 || errors == 0 {
				t.Errorf("%s: %d compensations, %d errors", name, compensations, errors)
			}
		case "rejected":
			if entryStatusErrors > 0 || len(flow.Truth.TraceIDs) != 1 {
				t.Errorf("%s: a refused request has %d gateway errors and %d traces", name, entryStatusErrors, len(flow.Truth.TraceIDs))
			}
		case "degraded":
			if errors == 0 {
				t.Errorf("%s: degraded without an error", name)
			}
		case "stalled":
			if errors > 0 || delivered > 0 {
				t.Errorf("%s: stalled with %d errors and %d deliveries", name, errors, delivered)
			}
		case "completed":
		default:
			t.Errorf("%s: verdict %q", name, f.Verdict)
		}
	})
}

func TestRecoveredFlowsSendWhatCompletedOnesSend(t *testing.T) {
	everyFault(func(s *Scenario, f *Fault, flow *sim.Flow) {
		if f.Verdict != "degraded" && f.Verdict != "completed" {
			return
		}
		clean := Simulate(Plan{Scenario: s, Seed: 11, Start: start}, 1)
		if len(flow.Spans) < len(clean.Spans)-2 {
			t.Errorf("%s/%s: %d spans, a clean flow has %d", s.Name, f.Kind, len(flow.Spans), len(clean.Spans))
		}
	})
}

func TestTeamsOfCulprits(t *testing.T) {
	for party, want := range map[string]string{
		"inventory-service": "inventory", "billing-worker": "payments", "notification-service": "customers",
		"payment-worker": "payments", "fulfilment-worker": "fulfilment", "order-api": "ordering", "fraud-scoring": "risk",
		"warehouse-worker": "inventory", "psp-adapter": "payments", "api.northpay.example": "payments",
		"refund-orchestrator": "ordering", "account-activator": "customers", "api.fastship.example": "", "loyalty-service": "", "": "",
	} {
		got := ""
		if team := TeamOf(party); team != nil {
			got = *team
		}
		if got != want {
			t.Errorf("team of %q: %q, want %q", party, got, want)
		}
	}
}

func TestEightTeamsAndTwoUnowned(t *testing.T) {
	if len(ownership.Teams) != 8 {
		t.Errorf("%d teams, want eight", len(ownership.Teams))
	}
	var unowned []string
	for _, s := range services {
		if TeamOf(s.Name) == nil {
			unowned = append(unowned, s.Name)
		}
	}
	if len(unowned) != 1 || unowned[0] != "loyalty-service" {
		t.Errorf("unowned services %v", unowned)
	}
}
