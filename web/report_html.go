package web

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/url"
	"time"
)

//go:embed report.html
var reportPage string

//go:embed report.css
var reportStyle string

var reportTemplate = template.Must(template.New("report").Parse(reportPage))

// reportCSP lets the report use its own style and nothing else.
var reportCSP = func() string {
	sum := sha256.Sum256([]byte(reportStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}()

type reportRow struct {
	Name   string
	Page   string // of the team; of what has no owner for nobody
	Nobody bool
	Cells  []shown
}

type recoveryRow struct {
	Name          string
	Nobody        bool
	Type          string
	Incidents     int64
	Open          int64
	Mean, Longest string
}

// reportHTML is one page that needs nothing beside it. Its teams lead to their
// pages of the same time at base, the address of this Baton.
func reportHTML(r OwnershipReport, base string) ([]byte, error) {
	window := url.Values{"from": {r.From.UTC().Format(time.RFC3339Nano)}, "to": {r.To.UTC().Format(time.RFC3339Nano)}}
	if r.Environment != "" {
		window.Set("environment", r.Environment)
	}
	const minute = "2006-01-02 15:04 UTC"
	view := struct {
		From, To, Before, Environment, Owners, Note string
		Style                                       template.CSS
		Columns                                     []string
		Rows                                        []reportRow
		Recoveries                                  []recoveryRow
	}{From: r.From.UTC().Format(minute), To: r.To.UTC().Format(minute), Before: r.Before.From.UTC().Format(minute), Environment: r.Environment,
		Owners: r.Owners, Note: r.Measured.note(), Style: template.CSS(reportStyle)} // #nosec G203 -- it is ours
	for _, c := range reportColumns {
		view.Columns = append(view.Columns, c.title)
	}
	for _, t := range r.rows() {
		name, page, nobody := t.Name, "/teams/"+url.PathEscape(t.ID), t.ID == ""
		if nobody {
			name, page = "nobody", "/ownership"
		}
		row := reportRow{Name: name, Page: base + page + "?" + window.Encode(), Nobody: nobody}
		for i := range reportColumns {
			row.Cells = append(row.Cells, reportColumns[i].shown(t.figuresOf(), &t.Before))
		}
		view.Rows = append(view.Rows, row)
		for _, x := range t.Recoveries {
			view.Recoveries = append(view.Recoveries, recoveryRow{Name: name, Nobody: nobody, Type: x.Type.Operation + " at " + x.Type.Service,
				Incidents: x.Incidents, Open: x.Open, Mean: maybe(x.MeanNs), Longest: maybe(x.MaxNs)})
		}
	}
	var b bytes.Buffer
	err := reportTemplate.Execute(&b, view)
	return b.Bytes(), err
}
