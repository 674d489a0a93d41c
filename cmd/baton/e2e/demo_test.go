package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// truth is a line of the demo's account of what really happened.
type truth struct {
	Flow, Type, Verdict, Fault string
	TraceIDs                   []string `json:"trace_ids"`
	CulpritService             string   `json:"culprit_service"`
	CulpritTeam                *string  `json:"culprit_team"`
	Start, End                 time.Time
	Unfinished                 bool
}

func (tr truth) failed() bool {
	return tr.Verdict == "failed" || tr.Verdict == "stalled" || tr.Verdict == "compensated"
}

// demo is a run of baton demo.
type demo struct {
	*process
	truthFile string
}

// startDemo sends to an address of OTLP over gRPC, unless args say otherwise.
func startDemo(t *testing.T, address string, args ...string) *demo {
	t.Helper()
	d := &demo{truthFile: filepath.Join(t.TempDir(), "truth.jsonl")}
	d.process = start(t, "demo", nil, append([]string{"demo", "--endpoint", address, "--truth", d.truthFile}, args...)...)
	return d
}

var acknowledged = regexp.MustCompile(`, (\d+) spans \(.* (\d+) refused, (\d+) retries`)

// finish waits for the end of the run and answers what happened: every flow's truth, and how many spans were
// acknowledged.
func (d *demo) finish(t *testing.T, limit time.Duration) (flows []truth, spans int) {
	t.Helper()
	if err := d.wait(limit); err != nil {
		t.Fatalf("the demo did not end well: %v", err)
	}
	all := acknowledged.FindAllStringSubmatch(d.said(), -1)
	if len(all) == 0 {
		t.Fatal("the demo did not say how many spans it sent")
	}
	last := all[len(all)-1]
	spans, _ = strconv.Atoi(last[1]) // digits, says the expression
	if last[2] != "0" {
		t.Fatalf("%s spans were refused for good", last[2])
	}
	t.Logf("the demo sent %d spans and tried %s requests again", spans, last[3])
	f, err := os.Open(d.truthFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var tr truth
		if err := json.Unmarshal(lines.Bytes(), &tr); err != nil {
			t.Fatal(err)
		}
		if tr.Unfinished {
			t.Fatalf("flow %s is unfinished, though the demo ended well", tr.Flow)
		}
		flows = append(flows, tr)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return flows, spans
}
