package store

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// FlowFilter says which flows are meant. Zero fields do not filter.
type FlowFilter struct {
	Tenant string
	// From and To bound the activity of a flow, which must overlap them. A flow
	// that failed is placed by the time of its failure alone, so that
	// yesterday's loan that fails now is now's failure.
	From, To    time.Time
	Verdicts    []flow.Verdict
	Environment string
	Type        uint64
	Endpoints   []uint64 // flows that touch any of them; nil for all, empty for none
	Culprits    []uint64 // flows whose culprit is any of them; nil for all, empty for none

	// Also are further sets of endpoints; flows touch at least one of each.
	Also []Touch

	// Besides those: what counts only for flows of some time.
	TouchedWhile, BlamedWhile []Tenure
}

// Touch is a set of endpoints, and those that are in it for flows of some time.
type Touch struct {
	Endpoints []uint64
	While     []Tenure
}

// Tenure is endpoints, for flows that failed or else were last active in a time.
type Tenure struct {
	From, Until int64 // Unix ns; Until is outside
	Endpoints   []uint64
}

func (t *Tenure) covers(at int64) bool { return at >= t.From && at < t.Until }

// none reports a filter that nothing can pass.
func (q *FlowFilter) none() bool {
	return q.Endpoints != nil && len(q.Endpoints) == 0 && len(q.TouchedWhile) == 0 ||
		q.Culprits != nil && len(q.Culprits) == 0 && len(q.BlamedWhile) == 0 || q.Verdicts != nil && len(q.Verdicts) == 0
}

// troubled reports a filter that only flows in trouble pass.
func (q *FlowFilter) troubled() bool {
	return q.Verdicts != nil && !slices.ContainsFunc(q.Verdicts, func(v flow.Verdict) bool { return !v.Troubled() })
}

// eachFlow is each for a statement about the flows of a filter: those in trouble
// are in a table of their own, which is far smaller.
func (s *Store) eachFlow(ctx context.Context, name string, q *FlowFilter, p params, row func(driver.Rows) error) error {
	if q.troubled() {
		name += "_troubled"
	}
	return s.each(ctx, name, p, row)
}

func (q *FlowFilter) params() params {
	from, to := q.window()
	verdicts := make([]uint16, len(q.Verdicts)) // a slice of bytes would be taken for text
	for i, v := range q.Verdicts {
		verdicts[i] = uint16(v)
	}
	touchedFrom, touchedUntil, touched := tenureArrays(q.TouchedWhile)
	blamedFrom, blamedUntil, blamed := tenureArrays(q.BlamedWhile)
	var alsos []Tenure
	alsoOf := []uint32{}
	for n, set := range q.Also {
		for _, t := range append([]Tenure{{From: math.MinInt64, Until: math.MaxInt64, Endpoints: orEmpty(set.Endpoints)}}, set.While...) {
			alsos, alsoOf = append(alsos, t), append(alsoOf, uint32(n))
		}
	}
	alsoFrom, alsoUntil, also := tenureArrays(alsos)
	return params{
		"also_sets": uint32(len(q.Also)), "also_of": alsoOf, "also_from": alsoFrom, "also_until": alsoUntil, "also": also,
		"touched_from": touchedFrom, "touched_until": touchedUntil, "touched": touched,
		"blamed_from": blamedFrom, "blamed_until": blamedUntil, "blamed": blamed,
		"tenant": q.Tenant, "from": from, "to": to, "verdicts": verdicts, "environment": q.Environment, "type": q.Type,
		"endpoints": orEmpty(q.Endpoints), "culprits": orEmpty(q.Culprits),
	}
}

func tenureArrays(ts []Tenure) (from, until []int64, endpoints [][]uint64) {
	from, until, endpoints = []int64{}, []int64{}, [][]uint64{}
	for i := range ts {
		from, until, endpoints = append(from, ts[i].From), append(until, ts[i].Until), append(endpoints, ts[i].Endpoints)
	}
	return from, until, endpoints
}

// window is From and To in Unix ns, where zero times are the ends of time.
func (q *FlowFilter) window() (from, to int64) {
	from, to = 0, 1<<63-1
	if !q.From.IsZero() {
		from = q.From.UnixNano()
	}
	if !q.To.IsZero() {
		to = q.To.UnixNano()
	}
	return from, to
}

// passes is the filter for flows that are already read.
func (q *FlowFilter) passes(f *flow.Flow) bool {
	from, to := q.window()
	in := f.Start < to && f.LastActivity >= from
	if f.FailedAt > 0 {
		in = f.FailedAt >= from && f.FailedAt < to
	}
	return in && (q.Verdicts == nil || contains(q.Verdicts, f.Verdict)) &&
		(q.Environment == "" || f.Environment == q.Environment) && (q.Type == 0 || f.Type.ID == q.Type) &&
		(q.Endpoints == nil || touches(q.Endpoints, q.TouchedWhile, f, f.Endpoints...)) &&
		!slices.ContainsFunc(q.Also, func(set Touch) bool { return !touches(set.Endpoints, set.While, f, f.Endpoints...) }) &&
		(q.Culprits == nil || f.Culprit != nil && touches(q.Culprits, q.BlamedWhile, f, f.Culprit.Endpoint))
}

func touches(set []uint64, whiles []Tenure, f *flow.Flow, endpoints ...uint64) bool {
	at := f.FailedAt
	if at == 0 {
		at = f.LastActivity
	}
	return contains(set, endpoints...) ||
		slices.ContainsFunc(whiles, func(t Tenure) bool { return t.covers(at) && contains(t.Endpoints, endpoints...) })
}

// contains reports whether any of vs is in set.
func contains[T comparable](set []T, vs ...T) bool {
	for _, v := range vs {
		for _, s := range set {
			if s == v {
				return true
			}
		}
	}
	return false
}

// orEmpty makes of nil an array without elements, which a parameter can be.
func orEmpty[T any](vs []T) []T {
	if vs == nil {
		return []T{}
	}
	return vs
}
