package store

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

const (
	// maxVarying templates are named in a statement. What more of them have is
	// common enough to look at every span.
	maxVarying = 1000
	// maxListed templates and resources that meet a condition themselves are
	// named. Where there are more, every span is a candidate.
	maxListed = 5000
)

// plan asks templates and resources what can meet the conditions. It is the
// statement's parameters, but for the step.
func (s *Store) plan(ctx context.Context, q *SpanSearch) (params, error) {
	p := params{"tenant": q.Tenant, "environment": q.Environment, "since": q.since()}
	for i := range q.Where {
		c, n := &q.Where[i], strconv.Itoa(i)
		listed := [3][]uint64{{}, {}, {}}
		ask := params{"tenant": q.Tenant, "since": q.since(), "key": c.Key, "value": c.Value, "texts": c.texts()}
		err := s.each(ctx, "search_plan", ask, func(r driver.Rows) error {
			var id uint64
			var how uint8
			err := r.Scan(&id, &how)
			listed[how] = append(listed[how], id)
			return err
		})
		if err != nil {
			return nil, err
		}
		varying, constant, carriers := listed[0], listed[1], listed[2]
		many, all := len(varying) > maxVarying, len(constant) > maxListed || len(carriers) > maxListed
		if many {
			varying = varying[:0]
		}
		if all {
			constant, carriers = constant[:0], carriers[:0]
		}
		p["key"+n], p["value"+n], p["texts"+n], p["plain"+n] = c.Key, c.Value, c.texts(), c.plain()
		p["varying"+n], p["constant"+n], p["carriers"+n], p["few"+n], p["all"+n] = varying, constant, carriers, !many, all
		if texts := c.texts(); len(texts) == 1 {
			p["text"+n] = texts[0] // which is found in four fifths of the time
		} else {
			p["several"+n] = true
		}
		p["status"+n] = numberOf(c.Value, flow.StatusUnset, flow.StatusError)
		p["kind"+n] = numberOf(c.Value, flow.KindUnspecified, flow.KindConsumer)
	}
	return p, nil
}

// numberOf is the number of a word, or one that no word has.
func numberOf[T interface {
	~uint8
	String() string
}](word string, first, last T) uint8 {
	for n := first; n <= last; n++ {
		if n.String() == word {
			return uint8(n)
		}
	}
	return math.MaxUint8
}

// searchStatement is the statement for so many conditions.
func searchStatement(conditions int) string {
	var b strings.Builder
	for line := range strings.Lines(query("span_search")) {
		if !strings.Contains(line, "#") || strings.HasPrefix(line, "--") {
			b.WriteString(line)
			continue
		}
		for i := range conditions {
			b.WriteString(strings.ReplaceAll(line, "#", strconv.Itoa(i)))
		}
	}
	return b.String()
}
