package score

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// Floor is what a kind must reach, in percent. It can only rise, and what it may have of false stalls can only fall.
type Floor struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	Verdict   float64 `json:"verdict"`
	Team      float64 `json:"team"`
	Service   float64 `json:"service"`
	Stalled   float64 `json:"falsely_stalled"`
}

// Floors are floors by kind.
type Floors map[string]Floor

// ReadFloors reads floors from a file of JSON.
func ReadFloors(name string) (Floors, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	out := Floors{}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// Write writes the floors to a file.
func (f Floors) Write(name string) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(b, '\n'), 0o644)
}

// down rounds down to a tenth of a percent.
func down(s Share) float64 { return math.Floor(s.Percent()*10) / 10 }

func floorOf(r *Row) Floor {
	stalled := 0.0
	if r.Stalls.N > 0 {
		stalled = math.Ceil(r.Stalls.Percent()*10) / 10
	}
	return Floor{down(r.Precision), down(r.Recall), down(r.Verdict), down(r.Team), down(r.Service), stalled}
}

// Raise lifts the floors to what was reached. It never lowers one.
func (f Floors) Raise(rows []Row) {
	for i := range rows {
		now := floorOf(&rows[i])
		if was, ok := f[rows[i].Kind]; ok {
			now = Floor{max(now.Precision, was.Precision), max(now.Recall, was.Recall), max(now.Verdict, was.Verdict),
				max(now.Team, was.Team), max(now.Service, was.Service), min(now.Stalled, was.Stalled)}
		}
		f[rows[i].Kind] = now
	}
}

// Below lists what has fallen below its floor.
func (f Floors) Below(rows []Row) []string {
	var out []string
	for name := range f {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Kind == name }) {
			out = append(out, name+": not seen at all")
		}
	}
	for i := range rows {
		r := &rows[i]
		floor, ok := f[r.Kind]
		if ok && float64(r.Stalls.N-1) > floor.Stalled/100*float64(r.Stalls.Of) {
			out = append(out, fmt.Sprintf("%s: falsely stalled %.1f %% (%d of %d), it was at most %.1f", r.Kind, r.Stalls.Percent(), r.Stalls.N, r.Stalls.Of, floor.Stalled))
		}
		for _, c := range []struct {
			what        string
			share       Share
			have, floor float64
		}{
			{"precision of joins", r.Precision, floorOf(r).Precision, floor.Precision}, {"recall of joins", r.Recall, floorOf(r).Recall, floor.Recall},
			{"verdicts", r.Verdict, floorOf(r).Verdict, floor.Verdict}, {"teams", r.Team, floorOf(r).Team, floor.Team},
			{"services", r.Service, floorOf(r).Service, floor.Service},
		} {
			// One flow more or less is no news; a pair of traces is.
			pairs := strings.HasSuffix(c.what, "joins")
			if c.have < c.floor && (pairs || float64(c.share.N+1) < c.floor/100*float64(c.share.Of)) {
				out = append(out, fmt.Sprintf("%s: %s %.1f %% (%d of %d), the floor is %.1f", r.Kind, c.what, c.have, c.share.N, c.share.Of, c.floor))
			}
		}
	}
	slices.Sort(out)
	return out
}
