package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// sheet is a table of the report.
type sheet struct {
	title string
	head  []string
	rows  [][]string
}

func (s *sheet) add(cells ...string) { s.rows = append(s.rows, cells) }

// sheets are the tables of a result, for people and for the documentation alike.
func (r *Result) sheets() []sheet {
	out := []sheet{r.ingest()}
	if len(r.Stages) > 1 {
		out = append(out, r.growth())
	}
	out = append(out, r.disk(), r.reads(), r.rest(), r.goals())
	return out
}

func (r *Result) ingest() sheet {
	s := sheet{"Ingest", []string{"", "spans", "spans/s", "acknowledged/s", "CPU-s per M spans", "of it the engine", "peak RSS MB", "peak PSS MB", "retries"}, nil}
	row := func(name string, in *Ingest) {
		s.add(name, count(in.Spans), count(int64(in.Rate)), count(int64(in.Acknowledged)), number(in.CPU), number(in.EngineCPU),
			number(megabytes(in.PeakRSS)), number(megabytes(in.PeakPSS)), count(in.Retries))
	}
	if r.Floor != nil {
		row("floor: OTLP -> nop", r.Floor)
	}
	for i := range r.Stages {
		name := "Baton, joined, judged and owned"
		if len(r.Stages) > 1 {
			name = "Baton, to " + count(r.Stages[i].Stored)
		}
		row(name, &r.Stages[i].Ingest)
	}
	if f, in := r.Floor, &r.Last().Ingest; f != nil {
		s.add("Baton / floor", "", number(in.Rate/f.Rate), "", number(in.CPU/f.CPU), "", number(float64(in.PeakRSS)/float64(f.PeakRSS)), "", "")
	}
	return s
}

func (r *Result) growth() sheet {
	s := sheet{title: "Growth", head: []string{"p50 / p95 ms"}}
	for i := range r.Stages {
		s.head = append(s.head, count(r.Stages[i].Stored)+" spans")
	}
	s.head = append(s.head, "largest / smallest")
	for k, q := range r.Stages[0].Queries {
		if q.NotOffered != "" {
			continue
		}
		row := []string{string(q.Kind)}
		for i := range r.Stages {
			at := r.Stages[i].Queries[k]
			row = append(row, number(at.P50)+" / "+number(at.P95))
		}
		s.add(append(row, number(r.Last().Queries[k].P50/q.P50))...)
	}
	row := []string{"bytes a span"}
	for i := range r.Stages {
		row = append(row, number(r.Stages[i].BytesPerSpan()))
	}
	s.add(append(row, number(r.Last().BytesPerSpan()/r.Stages[0].BytesPerSpan()))...)
	return s
}

func (r *Result) disk() sheet {
	last := r.Last()
	s := sheet{"On disk", []string{"table", "rows", "parts", "MB", "bytes a span"}, nil}
	for _, t := range last.Tables {
		if t.Bytes > 0 {
			s.add(t.Name, count(t.Rows), count(t.Parts), number(megabytes(t.Bytes)), number(float64(t.Bytes)/float64(last.Stored)))
		}
	}
	s.add("all tables", "", "", number(last.BytesPerSpan()*float64(last.Stored)/1e6), number(last.BytesPerSpan()))
	s.add("all tables, before the joiner's feed was dropped", "", "", number(last.Untrimmed*float64(last.Stored)/1e6), number(last.Untrimmed))
	s.add("log, as far as it is trimmed", "", "", number(megabytes(last.Log)), number(float64(last.Log)/float64(last.Stored)))
	return s
}

func (r *Result) reads() sheet {
	s := sheet{"Questions", []string{"", "calls", "p50 ms", "p95 ms", "wrong"}, nil}
	for _, q := range r.Last().Queries {
		if q.NotOffered != "" {
			s.add(string(q.Kind), "not offered: "+q.NotOffered, "", "", "")
			continue
		}
		s.add(string(q.Kind), count(int64(q.Calls)), number(q.P50), number(q.P95), count(int64(q.Wrong)))
	}
	return s
}

func (r *Result) rest() sheet {
	s := sheet{"Latency, rest and truth", []string{"", ""}, nil}
	for _, l := range []*Latency{r.Quiet, r.Busy} {
		if l != nil {
			late := ""
			if l.Late > 0 {
				late = fmt.Sprintf("; %d not within a minute, the first: %s", l.Late, l.FirstLate)
			}
			s.add(fmt.Sprintf("visible; verdict beside %s spans/s: p50 (p95) of %d flows", count(int64(l.Load)), l.Flows),
				fmt.Sprintf("%s (%s); %s (%s) ms%s", number(l.VisibleP50), number(l.VisibleP95), number(l.VerdictP50), number(l.VerdictP95), late))
		}
	}
	if i := r.Idle; i != nil {
		s.add(fmt.Sprintf("idle for %.0f s, after %.0f s of rest", i.Seconds, i.Rested), fmt.Sprintf("%s %% of a core, RSS %s MB, PSS %s MB", number(i.CPU), number(megabytes(i.RSS)), number(megabytes(i.PSS))))
	}
	if t := r.RoundTrip; t != nil {
		s.add("spans read back and compared, every field", fmt.Sprintf("%d, of which %d differ", t.Spans, t.Wrong))
	}
	return s
}

func (r *Result) goals() sheet {
	s := sheet{"Goals", []string{"goal", "limit", "measured", ""}, nil}
	for _, g := range r.Goals {
		sign, verdict := "<=", "ok"
		if g.AtLeast {
			sign = ">="
		}
		if !g.Met {
			verdict = "miss"
		}
		s.add(g.Name, strings.TrimSpace(sign+" "+number(g.Limit)+" "+g.Unit), number(g.Measured), verdict)
	}
	for _, q := range r.Last().Queries {
		if q.NotOffered != "" {
			s.add(string(q.Kind), fmt.Sprintf("<= %s / %s ms", number(latencies[q.Kind][0]), number(latencies[q.Kind][1])), "-", "not offered")
		}
	}
	return s
}

// about says what was run, where and when.
func (r *Result) about() string {
	c := &r.Corpus
	days := ""
	if c.Days > 0 {
		days = fmt.Sprintf(" over %d days", c.Days)
	}
	return fmt.Sprintf("%s, %s: %s. %s, load average before the run %s. %s spans of %s flows%s, %d services, %d attributes and %.0f bytes a span on the wire, "+
		"%g %% of flows fail, seed %d, %s over %d connections, version %s.", r.At.UTC().Format("2006-01-02 15:04"), "UTC", r.Command, r.Machine, r.Load,
		count(c.Spans), count(c.Flows), days, c.Services, c.Attributes, c.BytesPerSpan, 100*c.Failures, c.Seed, c.Protocol, c.Connections, r.Version)
}

// WriteText writes the result for people.
func (r *Result) WriteText(w io.Writer) error {
	fmt.Fprintln(w, r.about())
	for _, s := range r.sheets() {
		fmt.Fprintf(w, "\n%s\n", s.title)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, strings.Join(s.head, "\t"))
		for _, row := range s.rows {
			fmt.Fprintln(t, strings.Join(row, "\t"))
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// number shows three digits or all before the point.
func number(v float64) string {
	switch {
	case v >= 1000:
		return count(int64(v + 0.5))
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v == float64(int64(v)):
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}

// count groups digits.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
