// Package csvowners imports tables of owners: one line for a service, or for
// whatever the columns name.
package csvowners

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// Importer is the importer of type csv.
type Importer struct{}

// Options names the fields of a source.
func (Importer) Options() []string { return []string{"columns"} }

// Columns that are about the team; all others are fields of rules.
const (
	colTeam     = "team"
	colTeamName = "team_name"
	colParent   = "parent"
	colRunbook  = "runbook"
	colNote     = "note"
)

var (
	matched  = []string{"service", "namespace", "kind", "system", "operation", "destination", "workflow", "route", "host", "role", "environment", "tenant"}
	contacts = []string{"slack", "teams", "email", "pagerduty", "opsgenie"}
	about    = []string{colTeam, colTeamName, colParent, colRunbook, colNote}
	synonyms = map[string]string{"owner": colTeam, "service_name": "service", "service.name": "service", "topic": "destination", "queue": "destination", "e-mail": "email"}
)

// Import reads tables. The first line names the columns: team, which there
// must be, fields of rules (service, namespace, destination, ..., attr.<key>)
// and what is to be known of the team. Several lines for a team add up.
func (Importer) Import(docs []ownership.Document, o ownership.Options) (*ownership.Catalogue, error) {
	rename := map[string]string{}
	for _, p := range o["columns"].Pairs {
		if !known(p.Value) {
			return nil, p.Wrong(o["columns"], fmt.Sprintf("unknown column %q", doc.Clip(p.Value)), nearest(p.Value))
		}
		rename[fold(p.Key)] = p.Value
	}
	out := &ownership.Catalogue{}
	teams := map[string]int{} // lower-case ID -> position in out.Teams
	var problems ownership.Problems
	for _, d := range docs {
		t := table{name: d.Name, out: out, teams: teams, rename: rename}
		t.read(d.Body)
		problems = append(problems, t.problems...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

func known(column string) bool {
	key, isAttr := strings.CutPrefix(column, "attr.")
	return isAttr && key != "" || slices.Contains(slices.Concat(matched, contacts, about), column)
}

func nearest(column string) string {
	all := slices.Concat(about, contacts, matched)
	return doc.Nearest(column, all, "use "+strings.Join(all, ", ")+", or attr.<key>")
}

func fold(column string) string { return strings.ToLower(strings.TrimSpace(column)) }

// table is one file.
type table struct {
	name     string
	out      *ownership.Catalogue
	teams    map[string]int
	rename   map[string]string
	columns  []string // "" for those that are not read
	problems ownership.Problems
}

const maxRows = 200_000

func (t *table) fail(line, column int, what, remedy string) {
	if len(t.problems) < doc.MaxProblems {
		t.problems = append(t.problems, ownership.Problem{File: t.name, Line: line, Column: column, What: what, Remedy: remedy})
	}
}

func (t *table) read(b []byte) {
	if p := doc.Readable(t.name, b); p != nil {
		t.problems = append(t.problems, *p)
		return
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	r := csv.NewReader(bytes.NewReader(b))
	r.Comma = separator(b)
	r.Comment = '#'
	r.TrimLeadingSpace = true
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	for rows := 0; ; rows++ {
		record, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return
		case err != nil:
			t.syntax(err)
			return
		case len(t.problems) == doc.MaxProblems:
			return
		case rows > maxRows:
			t.fail(line(r), 1, fmt.Sprintf("the table has more than %d rows", maxRows), "split it into several files")
			return
		case t.columns == nil:
			t.header(r, record)
			if len(t.problems) > 0 {
				return
			}
		default:
			t.row(r, record)
		}
	}
}

func line(r *csv.Reader) int {
	n, _ := r.FieldPos(0)
	return n
}

// separator is the one of comma, semicolon and tab that the first line with
// columns has most of: spreadsheets of half of Europe write semicolons.
func separator(b []byte) rune {
	for text := range bytes.Lines(b) {
		if text = bytes.TrimSpace(text); len(text) == 0 || text[0] == '#' {
			continue
		}
		best := ','
		for _, c := range ";\t" {
			if bytes.Count(text, []byte(string(c))) > bytes.Count(text, []byte(string(best))) {
				best = c
			}
		}
		return best
	}
	return ','
}

func (t *table) syntax(err error) {
	var pe *csv.ParseError
	if !errors.As(err, &pe) {
		t.fail(1, 1, "is not a table: "+err.Error(), "save it as CSV")
		return
	}
	t.fail(pe.Line, max(pe.Column, 1), "is not a table: "+pe.Err.Error(), `put fields that hold quotes, separators or line breaks in quotes, and write a quote in them twice`)
}

func (t *table) header(r *csv.Reader, record []string) {
	t.columns = make([]string, len(record))
	for i, name := range record {
		ln, col := r.FieldPos(i)
		name = fold(name)
		if to, ok := t.rename[name]; ok {
			name = to
		} else if to, ok := synonyms[name]; ok {
			name = to
		}
		if strings.HasPrefix(name, "attr.") {
			name = "attr." + strings.TrimPrefix(strings.TrimSpace(record[i]), "attr.") // keys have their case
		}
		switch {
		case name == "":
		case !known(name):
			// Tables have columns for other purposes; a slip in a name that counts is worth telling.
			// Among short words that means nothing: cost is no slip for host.
			if remedy := nearest(name); len(name) > 4 && strings.HasPrefix(remedy, "did you mean") {
				t.fail(ln, col, fmt.Sprintf("unknown column %q", doc.Clip(name)), remedy)
			}
		case slices.Contains(t.columns, name):
			t.fail(ln, col, fmt.Sprintf("column %q is there twice", name), "keep one")
		default:
			t.columns[i] = name
		}
	}
	if !slices.Contains(t.columns, colTeam) {
		t.fail(line(r), 1, "the table has no column team", `name it in the first line, or say what it is called: "columns: {squad: team}"`)
	}
}

func (t *table) row(r *csv.Reader, record []string) {
	if len(record) > len(t.columns) {
		ln, col := r.FieldPos(len(t.columns))
		t.fail(ln, col, fmt.Sprintf("the row has %d fields and the table %d columns", len(record), len(t.columns)), "put a field with a separator in quotes")
		return
	}
	ln, col := r.FieldPos(0)
	c := ownership.Claim{File: t.name, Line: ln, Column: col, Entity: fmt.Sprintf("row %d", ln)}
	team := ownership.Team{File: t.name, Line: ln, Column: col}
	blank := true
	for i, field := range record {
		field = strings.TrimSpace(field)
		if field == "" {
			continue
		}
		blank = false
		fln, fcol := r.FieldPos(i)
		if len(field) > doc.MaxText {
			t.fail(fln, fcol, fmt.Sprintf("the field is longer than %d bytes", doc.MaxText), "shorten it")
			return
		}
		if t.columns[i] != "" && strings.ContainsFunc(field, unicode.IsControl) {
			t.fail(fln, fcol, fmt.Sprintf("the field %q holds a line break or another control character", doc.Clip(field)), "write it on one line")
			return
		}
		switch name := t.columns[i]; {
		case name == "":
		case name == colTeam:
			team.ID = field
		case name == colTeamName:
			team.Name = field
		case name == colParent:
			team.Parent = field
		case name == colNote:
			c.Note = field
		case name == colRunbook:
			if u, err := url.Parse(field); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				t.fail(fln, fcol, fmt.Sprintf("runbook %q is not a web address", doc.Clip(field)), "write it in full: https://wiki.example.com/payments")
				return
			}
			team.Runbook = field
		case slices.Contains(contacts, name):
			if team.Contacts == nil {
				team.Contacts = map[string]string{}
			}
			team.Contacts[name] = field
		default:
			c.Match = append(c.Match, ownership.Condition{Field: name, Patterns: []string{field}})
		}
	}
	switch {
	case blank:
	case team.ID == "" && len(c.Match) == 0:
		t.fail(ln, col, "the row names neither a team nor what it owns", "fill in its team")
	default:
		t.declare(team)
		if len(c.Match) > 0 {
			c.Owner = team.ID
			t.out.Claims = append(t.out.Claims, c)
		}
	}
}

// declare adds a team, or what the row says of one that rows before named.
func (t *table) declare(team ownership.Team) {
	if team.ID == "" {
		return // what the row matches is unowned on purpose
	}
	key := strings.ToLower(team.ID)
	i, ok := t.teams[key]
	if !ok {
		t.teams[key] = len(t.out.Teams)
		t.out.Teams = append(t.out.Teams, team)
		return
	}
	old := &t.out.Teams[i]
	for _, f := range []struct {
		name string
		old  *string
		new  string
	}{{"name", &old.Name, team.Name}, {"parent", &old.Parent, team.Parent}, {"runbook", &old.Runbook, team.Runbook}} {
		switch {
		case *f.old == "":
			*f.old = f.new
		case f.new != "" && f.new != *f.old:
			t.fail(team.Line, team.Column, fmt.Sprintf("%s of team %q is %q here and %q in %s:%d", f.name, team.ID, doc.Clip(f.new), doc.Clip(*f.old), old.File, old.Line), "keep one of the two")
		}
	}
	for channel, address := range team.Contacts {
		if old.Contacts == nil {
			old.Contacts = map[string]string{}
		}
		if old.Contacts[channel] == "" {
			old.Contacts[channel] = address
		}
	}
}
