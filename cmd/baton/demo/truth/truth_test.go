package truth

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

func TestWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "truth.jsonl")
	w, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	team := "payments"
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 200 {
				w.Write(sim.Truth{Flow: "ORD-1", Verdict: "failed", TraceIDs: []string{"aa", "bb"}, CulpritTeam: &team})
			}
		})
	}
	all.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for s := bufio.NewScanner(f); s.Scan(); lines++ {
		var one map[string]any
		if err := json.Unmarshal(s.Bytes(), &one); err != nil {
			t.Fatalf("line %d: %v", lines, err)
		}
		if one["culprit_team"] != "payments" || one["verdict"] != "failed" {
			t.Fatalf("line %d: %v", lines, one)
		}
	}
	if lines != 1600 {
		t.Errorf("%d lines, want 1600", lines)
	}
}

func TestUnownedIsNull(t *testing.T) {
	line, err := json.Marshal(sim.Truth{})
	if err != nil {
		t.Fatal(err)
	}
	var one map[string]any
	if err := json.Unmarshal(line, &one); err != nil {
		t.Fatal(err)
	}
	if v, present := one["culprit_team"]; !present || v != nil {
		t.Errorf("culprit_team is %v, want null", v)
	}
}

func TestNoFile(t *testing.T) {
	w, err := Create("")
	if err != nil {
		t.Fatal(err)
	}
	w.Write(sim.Truth{})
	w.Flush()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Create(filepath.Join(t.TempDir(), "missing", "truth.jsonl")); err == nil {
		t.Error("created a file in a folder that is not there")
	}
}
