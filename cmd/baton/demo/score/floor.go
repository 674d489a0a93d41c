package score

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// Floor is what a kind must reach, in percent. It can only rise.
type Floor struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	Verdict   float64 `json:"verdict"`
	Team      float64 `json:"team"`
	Service   float64 `json:"service"`
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
	return Floor{down(r.Precision), down(r.Recall), down(r.Verdict), down(r.Team), down(r.Service)}
}

// Raise lifts the floors to what was reached. It never lowers one.
func (f Floors) Raise(rows []Row) {
	for i := range rows {
		now, was := floorOf(&rows[i]), f[rows[i].Kind]
		f[rows[i].Kind] = Floor{max(now.Precision, was.Precision), max(now.Recall, was.Recall), max(now.Verdict, was.Verdict),
			max(now.Team, was.Team), max(now.Service, was.Service)}
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
		floor := f[r.Kind]
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
