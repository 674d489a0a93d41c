package score

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

func team(s string) *string { return &s }

// truth is a flow with traces named by letters.
func truth(fault, flow, traces, verdict, service string) sim.Truth {
	t := sim.Truth{Fault: fault, Flow: flow, Verdict: verdict, CulpritService: service}
	if service != "" {
		t.CulpritTeam = team("team-" + service)
	}
	for _, c := range traces {
		t.TraceIDs = append(t.TraceIDs, strings.Repeat(string(c), 8))
	}
	return t
}

func answer(id, traces, verdict string, suspects ...Suspect) Answer {
	a := Answer{ID: id, Verdict: verdict, Suspects: suspects}
	for _, c := range traces {
		a.Traces = append(a.Traces, strings.Repeat(string(c), 8))
	}
	return a
}

func suspect(service string) Suspect { return Suspect{Service: service, Team: "team-" + service} }

func TestKinds(t *testing.T) {
	kind := func(t sim.Truth) string { return t.Fault }
	handed := truth("k", "1", "ab", "slow", "x")
	handed.Between = []string{"x", "y"}
	handed.Or = []sim.Suspect{{Service: "y", Team: team("team-y")}}
	either := truth("k", "1", "ab", "failed", "x")
	either.Or = []sim.Suspect{{Service: "z", Team: team("team-z")}}
	either.OrVerdicts = []string{"stalled"}
	nobody := truth("k", "1", "ab", "failed", "x")
	nobody.CulpritTeam = nil
	for _, tt := range []struct {
		name    string
		truths  []sim.Truth
		answers []Answer
		want    Row
	}{
		{"all is right", []sim.Truth{truth("k", "1", "abc", "failed", "x")}, []Answer{answer("f", "abc", "failed", suspect("x"))},
			Row{Precision: Share{6, 6}, Recall: Share{6, 6}, Verdict: Share{1, 1}, Team: Share{1, 1}, Service: Share{1, 1}, TopThree: Share{1, 1}, Stalls: Share{0, 1}}},
		{"parted", []sim.Truth{truth("k", "1", "abc", "completed", "")}, []Answer{answer("f", "ab", "completed"), answer("g", "c", "running")},
			Row{Precision: Share{2, 2}, Recall: Share{2, 6}, Verdict: Share{1, 1}, Stalls: Share{0, 1}}},
		{"glued", []sim.Truth{truth("k", "1", "ab", "completed", ""), truth("k", "2", "cd", "failed", "x")}, []Answer{answer("f", "abcd", "failed", suspect("x"))},
			Row{Precision: Share{4, 12}, Recall: Share{4, 4}, Verdict: Share{1, 2}, Team: Share{1, 1}, Service: Share{1, 1}, TopThree: Share{1, 1}, Stalls: Share{0, 2}}},
		{"a batch is shared by its items", []sim.Truth{truth("k", "1", "az", "completed", ""), truth("k", "2", "bz", "failed", "x")},
			[]Answer{answer("f", "az", "completed"), answer("g", "bz", "failed", suspect("x"))},
			Row{Precision: Share{4, 4}, Recall: Share{4, 4}, Verdict: Share{2, 2}, Team: Share{1, 1}, Service: Share{1, 1}, TopThree: Share{1, 1}, Stalls: Share{0, 2}}},
		{"nothing was said", []sim.Truth{truth("k", "1", "a", "failed", "x")}, nil,
			Row{Verdict: Share{0, 1}, Team: Share{0, 1}, Service: Share{0, 1}, TopThree: Share{0, 1}}},
		{"falsely stalled, another service of the same team", []sim.Truth{truth("k", "1", "a", "failed", "x")}, []Answer{answer("f", "a", "stalled", Suspect{Service: "y", Team: "team-x"})},
			Row{Verdict: Share{0, 1}, Team: Share{1, 1}, Service: Share{0, 1}, TopThree: Share{0, 1}, Stalls: Share{1, 1}}},
		{"the third suspect", []sim.Truth{truth("k", "1", "a", "slow", "x")}, []Answer{answer("f", "a", "slow", suspect("p"), suspect("q"), suspect("x"))},
			Row{Verdict: Share{1, 1}, Team: Share{0, 1}, Service: Share{0, 1}, TopThree: Share{1, 1}, Stalls: Share{0, 1}}},
		{"a hand-off is named by both sides", []sim.Truth{handed}, []Answer{answer("f", "ab", "slow", Suspect{Service: "y", Team: "team-y", Between: []string{"y", "x"}})},
			Row{Precision: Share{2, 2}, Recall: Share{2, 2}, Verdict: Share{1, 1}, Team: Share{1, 1}, Service: Share{1, 1}, TopThree: Share{1, 1}, Stalls: Share{0, 1}}},
		{"a service is no hand-off", []sim.Truth{handed}, []Answer{answer("f", "ab", "slow", suspect("x"))},
			Row{Precision: Share{2, 2}, Recall: Share{2, 2}, Verdict: Share{1, 1}, Team: Share{0, 1}, Service: Share{0, 1}, TopThree: Share{0, 1}, Stalls: Share{0, 1}}},
		{"another culprit and verdict are as right", []sim.Truth{either}, []Answer{answer("f", "ab", "stalled", suspect("z"))},
			Row{Precision: Share{2, 2}, Recall: Share{2, 2}, Verdict: Share{1, 1}, Team: Share{1, 1}, Service: Share{1, 1}, TopThree: Share{1, 1}}},
		{"a culprit that nobody owns", []sim.Truth{nobody}, []Answer{answer("f", "ab", "failed", Suspect{Service: "x"})},
			Row{Precision: Share{2, 2}, Recall: Share{2, 2}, Verdict: Share{1, 1}, Team: Share{1, 1}, Service: Share{1, 1}, TopThree: Share{1, 1}, Stalls: Share{0, 1}}},
		{"traces that no truth names", []sim.Truth{truth("k", "1", "ab", "completed", "")}, []Answer{answer("f", "abz", "completed"), answer("g", "y", "completed")},
			Row{Precision: Share{2, 2}, Recall: Share{2, 2}, Verdict: Share{1, 1}, Stalls: Share{0, 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows := Kinds(tt.truths, tt.answers, kind)
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			got := Sum("", rows)
			tt.want.Flows = len(tt.truths)
			if Table([]Row{got}) != Table([]Row{tt.want}) || got.Recall != tt.want.Recall || got.Precision != tt.want.Precision {
				t.Errorf("got\n%swant\n%s", Table([]Row{got}), Table([]Row{tt.want}))
			}
		})
	}
}

// Two flows whose every trace is shared are told apart by their keys.
func TestAnswersAreFoundByKey(t *testing.T) {
	truths := []sim.Truth{truth("k", "o-1", "z", "completed", ""), truth("k", "o-2", "z", "failed", "x")}
	one, two := answer("f", "z", "completed"), answer("g", "z", "failed", suspect("x"))
	one.Keys, two.Keys = []string{"o-1"}, []string{"o-2"}
	rows := Kinds(truths, []Answer{two, one}, func(t sim.Truth) string { return t.Fault })
	if rows[0].Verdict != (Share{2, 2}) {
		t.Errorf("%s", Misses(rows, 2))
	}
}

func TestGoals(t *testing.T) {
	rows := []Row{{Kind: "a", Flows: 2, Precision: Share{999, 1000}, Team: Share{89, 100}, Verdict: Share{100, 100}, Stalls: Share{0, 1000}},
		{Kind: "late", Service: Share{8, 10}, TopThree: Share{96, 100}, Team: Share{1, 10}, Stalls: Share{1, 1000}}}
	for i, g := range Goals(rows, func(k string) bool { return k == "late" }) {
		if want := []bool{true, true, true, false, false, false, true, true}[i]; g.Met() != want {
			t.Errorf("%s: %.2f of %.2f is met: %v", g.What, g.Have, g.Want, g.Met())
		}
	}
	if s := GoalTable(Goals(rows, func(k string) bool { return k == "late" })); !strings.Contains(s, "(a) | ≥ 90 % | 89.00 % | not met") {
		t.Error(s)
	}
	totals := Totals(rows, []string{"x", "y"}, func(k string) string { return map[string]string{"a": "x", "late": "y"}[k] })
	if len(totals) != 3 || totals[1].Team != (Share{89, 100}) || totals[0].Team != (Share{90, 110}) {
		t.Errorf("totals %+v", totals)
	}
}

func TestInsert(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("a\n<!-- x -->\nold\n<!-- /x -->\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"new\n", "newer\n"} {
		if err := Insert(page, "x", text); err != nil {
			t.Fatal(err)
		}
	}
	if b, _ := os.ReadFile(page); string(b) != "a\n<!-- x -->\nnewer\n<!-- /x -->\nb\n" {
		t.Errorf("%s", b)
	}
	if err := Insert(page, "y", ""); err == nil {
		t.Error("a page without the comment")
	}
}

func TestFloorsOnlyRise(t *testing.T) {
	good := []Row{{Kind: "k", Verdict: Share{9, 10}, Team: Share{1, 1}}}
	bad := []Row{{Kind: "k", Verdict: Share{5, 10}, Team: Share{1, 1}}}
	f := Floors{}
	f.Raise(bad)
	if below := f.Below(good); len(below) > 0 {
		t.Errorf("better than the floor, and yet: %v", below)
	}
	f.Raise(good)
	f.Raise(bad)
	worse := []Row{{Kind: "k", Verdict: Share{9, 10}, Team: Share{1, 1}, Stalls: Share{5, 100}}}
	if below := f.Below(worse); len(below) != 1 || !strings.Contains(below[0], "falsely stalled 5.0 %") {
		t.Errorf("false stalls: %v", below)
	}
	if f.Raise(worse); f["k"].Stalled != 0 {
		t.Errorf("false stalls may be %v", f["k"].Stalled)
	}
	if f["k"].Verdict != 90 {
		t.Errorf("the floor is %v", f["k"].Verdict)
	}
	if below := f.Below(bad); len(below) != 1 || !strings.Contains(below[0], "verdicts 50.0 %") {
		t.Errorf("below: %v", below)
	}
	if below := f.Below(nil); len(below) != 1 {
		t.Errorf("a kind that is not seen: %v", below)
	}
	file := filepath.Join(t.TempDir(), "floors.json")
	if err := f.Write(file); err != nil {
		t.Fatal(err)
	}
	if read, err := ReadFloors(file); err != nil || read["k"] != f["k"] {
		t.Errorf("read %v, %v", read, err)
	}
}
