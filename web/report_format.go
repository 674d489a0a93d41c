package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

func writeReport(c echo.Context, r OwnershipReport, format string) error {
	name := fmt.Sprintf("ownership-%s.%s", r.From.UTC().Format("20060102T150405Z"), format)
	switch format {
	case "csv":
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
		return c.Blob(http.StatusOK, "text/csv; charset=utf-8", reportCSV(r))
	case "md":
		return c.Blob(http.StatusOK, "text/markdown; charset=utf-8", reportMarkdown(r))
	case "html":
		b, err := reportHTML(r, c.Scheme()+"://"+c.Request().Host)
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderContentSecurityPolicy, reportCSP)
		return c.Blob(http.StatusOK, "text/html; charset=utf-8", b)
	}
	return answer(c, r)
}

// column is one figure of a team: as a cell of a spreadsheet, and for people.
type column struct {
	key, title string
	figure     func(*ReportFigures) (figure, bool) // false where there is none
}

// figure is a number in its unit.
type figure struct {
	n    float64
	unit unit
}

type unit uint8

const (
	whole    unit = iota
	share         // 0 to 1
	duration      // ns
)

func count(of func(*ReportFigures) int64) func(*ReportFigures) (figure, bool) {
	return func(f *ReportFigures) (figure, bool) { return figure{float64(of(f)), whole}, true }
}

func optional(u unit, of func(*ReportFigures) *int64) func(*ReportFigures) (figure, bool) {
	return func(f *ReportFigures) (figure, bool) {
		if n := of(f); n != nil {
			return figure{float64(*n), u}, true
		}
		return figure{}, false
	}
}

// The columns of every format. New ones go to the end: spreadsheets count them.
var reportColumns = []column{
	{"endpoints", "Endpoints", count(func(f *ReportFigures) int64 { return f.Endpoints })},
	{"flows", "Flows", count(func(f *ReportFigures) int64 { return f.Flows })},
	{"failures_caused", "Failures caused", count(func(f *ReportFigures) int64 { return f.FailuresCaused })},
	{"failures_suffered", "Failures suffered", count(func(f *ReportFigures) int64 { return f.FailuresSuffered })},
	{"stalled", "Stalled", count(func(f *ReportFigures) int64 { return f.Stalled })},
	{"slow", "Slow", count(func(f *ReportFigures) int64 { return f.Slow })},
	{"failed_handoffs", "Failed hand-offs", count(func(f *ReportFigures) int64 { return f.FailedHandoffs })},
	{"unowned_hops", "Unowned hops", count(func(f *ReportFigures) int64 { return f.UnownedHops })},
	{"latency_share", "Share of latency", func(f *ReportFigures) (figure, bool) {
		if f.LatencyShare == nil {
			return figure{}, false
		}
		return figure{*f.LatencyShare, share}, true
	}},
	{"incidents", "Incidents", count(func(f *ReportFigures) int64 { return f.Incidents })},
	{"incidents_open", "Still open", count(func(f *ReportFigures) int64 { return f.IncidentsOpen })},
	{"recovery_mean_s", "Mean time to recovery", optional(duration, func(f *ReportFigures) *int64 { return f.RecoveryMeanNs })},
	{"recovery_max_s", "Longest", optional(duration, func(f *ReportFigures) *int64 { return f.RecoveryMaxNs })},
}

// figuresOf are a row's figures of this window.
func (t *TeamReport) figuresOf() *ReportFigures {
	return &ReportFigures{Endpoints: t.Endpoints, Flows: t.Flows, FailuresCaused: t.FailuresCaused, FailuresSuffered: t.FailuresSuffered,
		Stalled: t.Stalled, Slow: t.Slow, FailedHandoffs: t.FailedHandoffs, UnownedHops: t.UnownedHops, OwnTimeNs: t.OwnTimeNs,
		LatencyShare: t.LatencyShare, Incidents: t.Incidents, IncidentsOpen: t.IncidentsOpen, RecoveryMeanNs: t.RecoveryMeanNs, RecoveryMaxNs: t.RecoveryMaxNs}
}

// rows are all teams and, last, what nobody owns.
func (r *OwnershipReport) rows() []TeamReport { return append(slices.Clone(r.Teams), r.Unowned) }

// cell is a figure for a spreadsheet: seconds, and empty for none.
func (c *column) cell(f *ReportFigures) string {
	x, ok := c.figure(f)
	switch {
	case !ok:
		return ""
	case x.unit == duration:
		return strconv.FormatFloat(x.n/1e9, 'f', 3, 64)
	case x.unit == share:
		return strconv.FormatFloat(x.n, 'f', 6, 64)
	}
	return strconv.FormatInt(int64(x.n), 10)
}

func reportCSV(r OwnershipReport) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b) // a bytes.Buffer does not refuse
	head := []string{"id", "name"}
	for _, suffix := range []string{"", "_before"} {
		for _, c := range reportColumns {
			head = append(head, c.key+suffix)
		}
	}
	_ = w.Write(append(head, "from", "to"))
	for _, t := range r.rows() {
		cells := []string{t.ID, t.Name}
		for i := range cells {
			// A spreadsheet runs a cell that begins like a formula.
			if cells[i] != "" && strings.ContainsRune("=+-@\t\r", rune(cells[i][0])) {
				cells[i] = "'" + cells[i]
			}
		}
		for _, f := range []*ReportFigures{t.figuresOf(), &t.Before} {
			for i := range reportColumns {
				cells = append(cells, reportColumns[i].cell(f))
			}
		}
		_ = w.Write(append(cells, r.From.String(), r.To.String()))
	}
	w.Flush()
	return b.Bytes()
}

// text is a figure for people.
func (x figure) text() string {
	switch x.unit {
	case duration:
		return people(time.Duration(x.n))
	case share:
		return strconv.FormatFloat(100*x.n, 'f', 1, 64) + " %"
	}
	return strconv.FormatInt(int64(x.n), 10)
}

// people writes a duration as people say it.
func people(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%dd %dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh %dm", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%dm %ds", d/time.Minute, d%time.Minute/time.Second)
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// shown is a cell with its change since the window before, "" for none.
type shown struct{ Text, Change string }

func (c *column) shown(now, before *ReportFigures) shown {
	x, ok := c.figure(now)
	if !ok {
		return shown{Text: "-"}
	}
	out := shown{Text: x.text()}
	was, ok := c.figure(before)
	more := x.n - was.n
	switch {
	case !ok || more == 0:
	case x.unit == duration && more > 0:
		out.Change = "+" + people(time.Duration(more))
	case x.unit == duration:
		out.Change = "-" + people(time.Duration(-more))
	case x.unit == share:
		out.Change = fmt.Sprintf("%+.1f", 100*more)
	default:
		out.Change = fmt.Sprintf("%+d", int64(more))
	}
	return out
}

// note says of how many flows own time and hand-offs are, where not of all.
func (m *Measured) note() string {
	if m.Flows == m.OfFlows && m.Failures == m.OfFailures {
		return ""
	}
	return fmt.Sprintf("Not measured by the Baton that wrote them, or too large: the share of latency is of %d of %d flows, failed hand-offs are of %d of %d failures.", m.Flows, m.OfFlows, m.Failures, m.OfFailures)
}

func reportMarkdown(r OwnershipReport) []byte {
	var b bytes.Buffer
	escape := strings.NewReplacer("|", `\|`, "\n", " ", "\r", " ", "<", "&lt;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`).Replace
	fmt.Fprintf(&b, "# Ownership report\n\n%s to %s", r.From, r.To)
	if r.Environment != "" {
		fmt.Fprintf(&b, ", environment %s", escape(r.Environment))
	}
	fmt.Fprintf(&b, ", owners %s. In brackets: the change since %s.\n\n| Team |", r.Owners, r.Before.From)
	for _, c := range reportColumns {
		fmt.Fprintf(&b, " %s |", c.title)
	}
	b.WriteString("\n|---|" + strings.Repeat("--:|", len(reportColumns)) + "\n")
	for _, t := range r.rows() {
		name := escape(t.Name)
		if t.ID == "" {
			name = "_nobody_"
		}
		fmt.Fprintf(&b, "| %s |", name)
		for i := range reportColumns {
			x := reportColumns[i].shown(t.figuresOf(), &t.Before)
			if x.Change != "" {
				x.Text += " (" + x.Change + ")"
			}
			fmt.Fprintf(&b, " %s |", x.Text)
		}
		b.WriteString("\n")
	}
	if n := r.Measured.note(); n != "" {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	b.WriteString("\n## Time to recovery\n\n| Team | Flow type | Incidents | Still open | Mean | Longest |\n|---|---|--:|--:|--:|--:|\n")
	for _, t := range r.rows() {
		for _, x := range t.Recoveries {
			name := escape(t.Name)
			if t.ID == "" {
				name = "_nobody_"
			}
			fmt.Fprintf(&b, "| %s | %s | %d | %d | %s | %s |\n", name, escape(x.Type.Operation+" at "+x.Type.Service), x.Incidents, x.Open, maybe(x.MeanNs), maybe(x.MaxNs))
		}
	}
	return b.Bytes()
}

func maybe(ns *int64) string {
	if ns == nil {
		return "-"
	}
	return people(time.Duration(*ns))
}
