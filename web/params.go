package web

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/baton-observability/baton/flow"
)

const (
	defaultLimit  = 50
	maxLimit      = 1000
	maxWindow     = 400 * 24 * time.Hour // a year and a month, for reports
	defaultWindow = time.Hour
	maxText       = 256
)

// Times outside these do not fit into nanoseconds since 1970 with room for
// arithmetic, nor into the store.
var (
	minTime = time.Unix(0, 0)
	maxTime = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

// params reads parameters and collects everything that is wrong with them, so
// that one answer tells all.
type params struct {
	now    time.Time
	wrong  []FieldError
	cursor *cursor
}

func (s *Server) params() *params { return &params{now: s.cfg.Now().UTC()} }

func (p *params) fail(field, detail, remedy string) {
	p.wrong = append(p.wrong, FieldError{Field: field, Detail: detail, Remedy: remedy})
}

// err is nil when all parameters could be read.
func (p *params) err() error {
	if len(p.wrong) == 0 {
		return nil
	}
	return badParameter(p.wrong...)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// position reads a cursor of the given list and parameters.
func (p *params) position(raw *string, query uint32) cursor {
	if deref(raw) == "" {
		return cursor{}
	}
	if len(*raw) > 2048 {
		p.fail("cursor", "is longer than any cursor", "Leave it out to start again.")
		return cursor{}
	}
	c, wrong := decodeCursor(*raw, query)
	if wrong != nil {
		p.wrong = append(p.wrong, *wrong)
		return cursor{}
	}
	p.cursor = &c
	return c
}

// window reads from and to; on later pages those of the first page hold.
func (p *params) window(rawFrom, rawTo *string) (from, to time.Time) {
	if p.cursor != nil && p.cursor.To != 0 {
		return p.cursor.window()
	}
	to = p.moment("to", deref(rawTo), p.now)
	from = p.moment("from", deref(rawFrom), to.Add(-defaultWindow))
	switch {
	case !from.Before(to):
		p.fail("from", "is not before to", "Swap them, or leave to out for now.")
	case to.Sub(from) > maxWindow:
		p.fail("from", "makes the window longer than 400 days", "Ask for a shorter window.")
	}
	return from, to
}

var relative = regexp.MustCompile(`^now-(\d{1,6})([smhd])$`)

func (p *params) moment(field, s string, otherwise time.Time) time.Time {
	const remedy = "Use RFC 3339 (2026-11-22T12:00:00Z), now, or now-15m with s, m, h or d."
	switch {
	case s == "":
		return otherwise
	case s == "now":
		return p.now
	case len(s) > 64:
		p.fail(field, "is longer than any time", remedy)
		return otherwise
	}
	if m := relative.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err == nil {
			unit := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
			if t := p.now.Add(-time.Duration(n) * unit); time.Duration(n) < maxTime.Sub(minTime)/unit && t.After(minTime) {
				return t
			}
		}
		p.fail(field, "is before 1970", remedy)
		return otherwise
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		if strings.Contains(s, " ") {
			p.fail(field, fmt.Sprintf("%q is not a time", s), "A + in a query must be written %2B. "+remedy)
		} else {
			p.fail(field, fmt.Sprintf("%q is not a time", s), remedy)
		}
		return otherwise
	}
	if t.Before(minTime) || t.After(maxTime) {
		p.fail(field, "is outside 1970 to 2200", remedy)
		return otherwise
	}
	return t.UTC()
}

// number reads a whole number between 1 and most.
func (p *params) number(field string, raw *string, otherwise, most int) int {
	if deref(raw) == "" {
		return otherwise
	}
	n, err := strconv.Atoi(*raw)
	if err != nil || n < 1 || n > most {
		p.fail(field, fmt.Sprintf("%.32q is not a whole number from 1 to %d", *raw, most), fmt.Sprintf("Leave it out for %d.", otherwise))
		return otherwise
	}
	return n
}

func (p *params) limit(raw *string) int { return p.number("limit", raw, defaultLimit, maxLimit) }

// oneOf reads a word of a closed set; the first is the default.
func (p *params) oneOf(field string, raw *string, words ...string) string {
	s := deref(raw)
	if s == "" {
		return words[0]
	}
	for _, w := range words {
		if s == w {
			return w
		}
	}
	p.fail(field, fmt.Sprintf("%.32q is unknown", s), "Use one of: "+strings.Join(words, ", ")+".")
	return words[0]
}

// text reads free text of bounded length.
func (p *params) text(field string, raw *string, most int) string {
	s := strings.TrimSpace(deref(raw))
	if len(s) > most {
		p.fail(field, fmt.Sprintf("has %d bytes, more than %d", len(s), most), "Shorten it.")
		return ""
	}
	if strings.ContainsRune(s, 0) || strings.ToValidUTF8(s, "") != s {
		p.fail(field, "is not valid text", "Send UTF-8 without zero bytes.")
		return ""
	}
	return s
}

// verdicts reads a comma list of statuses; nil when there are none.
func (p *params) verdicts(raw *string) []flow.Verdict {
	s := p.text("status", raw, 256)
	if s == "" {
		return nil
	}
	out := []flow.Verdict{}
	for word := range strings.SplitSeq(s, ",") {
		word = strings.TrimSpace(word)
		v, err := flow.ParseVerdict(strings.ToLower(word))
		if err != nil {
			p.fail("status", fmt.Sprintf("%.32q is unknown", word), "Use some of: "+strings.Join(flow.Verdicts(), ", ")+".")
			return out
		}
		out = append(out, v)
	}
	return out
}

// endpointID reads the id of an endpoint or of a flow type; 0 when absent.
func (p *params) endpointID(field, raw string) uint64 {
	if raw == "" {
		return 0
	}
	id, err := flow.ParseEndpointID(raw)
	if err != nil {
		p.fail(field, fmt.Sprintf("%.40q is not an id", raw), "Use the 16 hexadecimal digits that a list showed.")
	}
	return id
}

func (p *params) traceID(raw string) flow.TraceID {
	id, err := flow.ParseTraceID(raw)
	if err != nil {
		p.fail("trace_id", fmt.Sprintf("%.40q is not a trace id", raw), "Use the 32 hexadecimal digits of the trace.")
	}
	return id
}

func (p *params) spanID(raw string) flow.SpanID {
	id, err := flow.ParseSpanID(raw)
	if err != nil {
		p.fail("span_id", fmt.Sprintf("%.40q is not a span id", raw), "Use the 16 hexadecimal digits of the span.")
	}
	return id
}

func (p *params) flowID(raw string) flow.FlowID {
	id, err := flow.ParseFlowID(raw)
	if err != nil {
		p.fail("id", fmt.Sprintf("%.40q is not a flow id", raw), "Use the 32 hexadecimal digits that a list showed.")
	}
	return id
}
