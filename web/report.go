package web

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// OwnershipReport answers flows and failures by team.
func (s *Server) OwnershipReport(c echo.Context, in OwnershipReportParams) error {
	p := s.params()
	f := p.filter(c, in.From, in.To, nil, in.Environment, nil)
	owners, format := p.oneOf("owners", in.Owners, "then", "now"), p.oneOf("format", in.Format, "json", "csv", "md")
	team := p.text("team", in.Team, 128)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	prints, err := s.deps.Sums.Footprints(c.Request().Context(), f, d.moments(f.From))
	if err != nil {
		return err
	}
	out := report(prints, d)
	out.From, out.To, out.Owners = Time{f.From}, Time{f.To}, owners
	if team != "" {
		out.Teams = slices.DeleteFunc(out.Teams, func(t TeamReport) bool { return t.ID != team })
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	switch format {
	case "csv":
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="ownership.csv"`)
		return c.Blob(http.StatusOK, "text/csv; charset=utf-8", reportCSV(out))
	case "md":
		return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", reportMarkdown(out))
	}
	return answer(c, out)
}

// report adds footprints up by team. A flow counts once for each team that it
// touched, and its failure once for the team that caused it.
func report(prints []store.Footprint, d *directory) OwnershipReport {
	by := map[string]*TeamReport{"": {}}
	row := func(team string) *TeamReport {
		if by[team] == nil {
			by[team] = &TeamReport{ID: team, Name: d.name(team)}
		}
		return by[team]
	}
	for _, t := range d.teamRefs() {
		row(t.ID)
	}
	type held struct {
		team     string
		endpoint uint64
	}
	counted := map[held]bool{}
	for i := range prints {
		f := &prints[i]
		for _, id := range f.Endpoints {
			if h := (held{d.team(id, f.At), id}); !counted[h] {
				counted[h] = true
				row(h.team).Endpoints++
			}
		}
		touched := d.teams(f.Endpoints, f.At)
		for _, t := range touched {
			row(t).Flows += int64(f.Count)
		}
		if slices.ContainsFunc(f.Endpoints, func(id uint64) bool { return d.team(id, f.At) == "" }) {
			row("").Flows += int64(f.Count)
		}
		if slices.Contains(failing, f.Verdict) && f.Culprit != 0 {
			blame(f, d.team(f.Culprit, f.At), touched, row)
		}
	}
	out := OwnershipReport{Teams: []TeamReport{}, Unowned: *by[""]}
	for id, r := range by {
		if id != "" {
			out.Teams = append(out.Teams, *r)
		}
	}
	slices.SortFunc(out.Teams, func(a, b TeamReport) int {
		return cmp.Or(cmp.Compare(b.FailuresCaused, a.FailuresCaused), strings.Compare(a.ID, b.ID))
	})
	return out
}

func blame(f *store.Footprint, culprit string, touched []string, row func(string) *TeamReport) {
	r := row(culprit)
	r.FailuresCaused += int64(f.Count)
	switch f.Verdict {
	case flow.Stalled:
		r.Stalled += int64(f.Count)
	case flow.Slow:
		r.Slow += int64(f.Count)
		return // nobody's flow broke
	}
	for _, t := range touched {
		if t != culprit {
			row(t).FailuresSuffered += int64(f.Count)
		}
	}
}

var reportColumns = []string{"id", "name", "endpoints", "flows", "failures_caused", "failures_suffered", "stalled", "slow"}

// cells are one team's row; what nobody owns has an empty id.
func (t TeamReport) cells() []string {
	out := []string{t.ID, t.Name}
	for _, n := range []int64{t.Endpoints, t.Flows, t.FailuresCaused, t.FailuresSuffered, t.Stalled, t.Slow} {
		out = append(out, strconv.FormatInt(n, 10))
	}
	return out
}

func reportCSV(r OwnershipReport) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b) // a bytes.Buffer does not refuse
	_ = w.Write(reportColumns)
	for _, t := range append(slices.Clone(r.Teams), r.Unowned) {
		cells := t.cells()
		for i := range cells[:2] {
			// A spreadsheet runs a cell that begins like a formula.
			if cells[i] != "" && strings.ContainsRune("=+-@\t\r", rune(cells[i][0])) {
				cells[i] = "'" + cells[i]
			}
		}
		_ = w.Write(cells)
	}
	w.Flush()
	return b.Bytes()
}

func reportMarkdown(r OwnershipReport) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Ownership report\n\n%s to %s, owners %s.\n\n", r.From, r.To, r.Owners)
	b.WriteString("| Team | Endpoints | Flows | Failures caused | Failures suffered | Stalled | Slow |\n|---|--:|--:|--:|--:|--:|--:|\n")
	escape := strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", "`", "\\`")
	for _, t := range append(slices.Clone(r.Teams), r.Unowned) {
		name := escape.Replace(t.Name)
		if t.ID == "" {
			name = "_nobody_"
		}
		fmt.Fprintf(&b, "| %s | %s |\n", name, strings.Join(t.cells()[2:], " | "))
	}
	return b.Bytes()
}
