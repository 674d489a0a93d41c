package store

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"golang.org/x/sync/errgroup"

	"github.com/baton-observability/baton/flow"
)

const (
	// MaxConditions of one search: each asks templates and resources, and adds lines to the statement.
	MaxConditions = 5
	// MaxSearchWindow is the longest window of a search.
	MaxSearchWindow = 24 * time.Hour
	// MaxFound is the most spans of one page of a search.
	MaxFound = 200
)

// SpanSearch asks for spans that start in a window and meet all conditions.
type SpanSearch struct {
	Tenant      string
	Environment string    // "" for all
	From, To    time.Time // the start of a span is at or after From and before To
	Where       []Condition
	After       *SpanPosition // where the page before ended
	Limit       int           // 0 for 50; at most MaxFound
	// Budget is for how long one page is searched for; 0 for a second. The
	// bucket that is being read when it is over is read to its end.
	Budget time.Duration

	step int64 // spans that are looked at in the first step; 0 for stepSpans
}

// since is the first day on which the spans can have arrived. What is known of
// them goes with that day.
func (q *SpanSearch) since() string { return q.From.UTC().AddDate(0, 0, -1).Format(time.DateOnly) }

// SpanPosition is a place in the order of a search, the newest first: what
// comes after it is older, or of the same nanosecond and has smaller ids.
type SpanPosition struct {
	Start int64
	Trace flow.TraceID
	IDs   [16]byte // parent and span
	Kind  flow.SpanKind
}

// before reports whether something at or after a time may come after the position.
func (at SpanPosition) before(from int64) bool {
	return at.Start > from || at.Start == from && !at.Trace.IsZero()
}

// FoundSpan is a span that meets all conditions.
type FoundSpan struct {
	Trace       flow.TraceID
	Span        flow.SpanID
	Start       int64 // Unix ns
	Duration    int64 // ns
	Name        string
	Service     string
	Environment string
	Kind        flow.SpanKind
	Status      flow.Status
	Matched     []Match // one for each condition, in their order
}

// SpanPage is what was found, the newest first, and how far the search came.
type SpanPage struct {
	Spans []FoundSpan
	From  int64         // everything from here to the end of the window was searched
	Next  *SpanPosition // nil when all of the window was searched
}

// searchSettings cap one statement of a search, which reads one bucket or a few
// small ones. 10 s are some 100M spans in ten minutes.
func searchSettings() clickhouse.Settings {
	c := readSettings()
	c["max_execution_time"] = 10
	c["max_memory_usage"] = 256 << 20
	// Columns that are only shown are read of the spans of the answer.
	c["query_plan_max_limit_for_lazy_materialization"] = 2 * MaxFound
	return c
}

const (
	searchBudget = time.Second
	// stepSpans take about half a second on two cores when every value is looked at.
	stepSpans = 10_000_000
	// quickStep is how short a step is that the next one may be twice as long.
	quickStep = 250 * time.Millisecond
	// manyCandidates are read at once where most do not match: their value is
	// somewhere else in the span. They take some megabytes.
	manyCandidates = 20_000
	// maxStep is the most buckets of a step that is made longer, ten hours.
	maxStep = 60
)

// SearchSpans finds spans by the values of their attributes, of their
// resource's attributes, and of a few fields. It reads the window in steps of
// whole buckets, the newest first, until it has enough, has taken long enough
// or is through: one page may be empty and still have a next one.
//
// A span that is dated more than a day after its arrival is not found.
func (s *Store) SearchSpans(ctx context.Context, q SpanSearch) (SpanPage, error) {
	if len(q.Where) == 0 || len(q.Where) > MaxConditions || q.To.Sub(q.From) > MaxSearchWindow {
		return SpanPage{}, errors.New("a search needs one to five conditions and a window of at most 24 hours")
	}
	q.Limit = min(cmp.Or(q.Limit, 50), MaxFound)
	from, to := q.From.UnixNano(), q.To.UnixNano()
	at := SpanPosition{Start: to}
	if q.After != nil && q.After.Start <= to {
		at = *q.After
	}
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(searchSettings()))
	var p params
	var buckets int64
	before, asking := errgroup.WithContext(ctx)
	before.Go(func() (err error) {
		p, err = s.plan(asking, &q)
		return err
	})
	before.Go(func() (err error) {
		buckets, err = s.firstStep(asking, &q, from, at.Start)
		return err
	})
	if err := before.Wait(); err != nil {
		return SpanPage{}, err
	}
	var found []foundRow
	began, least := time.Now(), 0
	for at.before(from) {
		step := time.Now()
		begin := max(from, (bucketOf(at)-buckets+1)*bucketNs)
		limit := max(q.Limit-len(found), least)
		rows, err := s.searchStep(ctx, &q, p, begin, at, limit)
		if err != nil {
			return SpanPage{}, err
		}
		last := SpanPosition{Start: begin}
		if len(rows) == limit {
			last = rows[limit-1].position()
		}
		candidates := len(rows)
		if rows, err = s.exact(ctx, &q, rows); err != nil {
			return SpanPage{}, err
		}
		if found, at = append(found, rows...), last; len(found) > q.Limit {
			found = found[:q.Limit]
			at = found[q.Limit-1].position()
		}
		if len(found) == q.Limit || time.Since(began) > cmp.Or(q.Budget, searchBudget) {
			break
		}
		if 2*len(rows) < candidates {
			least = manyCandidates
		}
		if time.Since(step) < quickStep {
			buckets = max(buckets, min(2*buckets, maxStep))
		}
	}
	page := SpanPage{From: max(at.Start, from)}
	if at.before(from) {
		page.Next = &at
	}
	for _, r := range once(found) {
		page.Spans = append(page.Spans, r.span())
	}
	return page, nil
}

// firstStep is how many buckets hold so many spans that they are searched well
// within a second, as many in each as in the others.
func (s *Store) firstStep(ctx context.Context, q *SpanSearch, from, to int64) (int64, error) {
	ask := params{"tenant": q.Tenant, "since": q.since(), "first": from / bucketNs, "last": to / bucketNs}
	var spans uint64
	err := s.each(ctx, "search_size", ask, func(r driver.Rows) error {
		var database, table string
		var parts, rows, marks uint64
		err := r.Scan(&database, &table, &parts, &rows, &marks)
		spans += rows
		return err
	})
	all := to/bucketNs - from/bucketNs + 1
	return min(max(all*cmp.Or(q.step, stepSpans)/int64(spans+1), 1), all), err
}

// bucketOf is the newest bucket that has spans after the position.
func bucketOf(at SpanPosition) int64 {
	if at.Trace.IsZero() {
		return (at.Start - 1) / bucketNs
	}
	return at.Start / bucketNs
}

// foundRow is a row that a search has read.
type foundRow struct {
	spanRow
	service, environment string
	matched              []Match
}

func (r *foundRow) position() SpanPosition {
	return SpanPosition{Start: r.start, Trace: r.trace, IDs: r.ids, Kind: flow.SpanKind(r.kind)}
}

func (r *foundRow) span() FoundSpan {
	return FoundSpan{Trace: r.trace, Span: flow.SpanID(r.ids[8:]), Start: r.start, Duration: max(r.dur, 0), Name: r.name, Service: r.service,
		Environment: r.environment, Kind: flow.SpanKind(r.kind), Status: flow.Status(r.status), Matched: r.matched}
}

// once drops what was sent twice and keeps the longest of them.
func once(rows []foundRow) []foundRow {
	first := make(map[spanKey]int, len(rows))
	return slices.DeleteFunc(rows, func(r foundRow) bool {
		at, seen := first[r.key()]
		if !seen {
			first[r.key()] = len(first)
			return false
		}
		if r.dur > rows[at].dur {
			rows[at] = r
		}
		return true
	})
}

// searchStep reads the newest rows from a time up to a position.
func (s *Store) searchStep(ctx context.Context, q *SpanSearch, p params, from int64, before SpanPosition, limit int) ([]foundRow, error) {
	p["from"], p["before"] = from, before.Start
	p["first"], p["last"] = from/bucketNs, before.Start/bucketNs
	p["trace"], p["ids"], p["kind"] = hex.EncodeToString(before.Trace[:]), hex.EncodeToString(before.IDs[:]), uint8(before.Kind)
	p["limit"] = uint64(limit)
	var rows []foundRow
	err := s.eachOf(ctx, "span_search", searchStatement(len(q.Where)), p, func(rs driver.Rows) error {
		rows = append(rows, foundRow{})
		r := &rows[len(rows)-1]
		return rs.Scan(&r.trace, &r.ids, &r.start, &r.dur, &r.name, &r.service, &r.environment, &r.kind, &r.status, &r.res, &r.shape, &r.vals)
	})
	if err != nil {
		return nil, fmt.Errorf("search from %s: %w", time.Unix(0, from).UTC(), err)
	}
	return rows, nil
}
