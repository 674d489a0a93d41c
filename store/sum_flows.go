package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// FlowCount is a cell of a count of flows.
type FlowCount struct {
	Bucket      int // steps after From
	Verdict     flow.Verdict
	Environment string
	Type        flow.FlowType
	Count       uint64
}

// FlowHistogram counts flows, each once, at its failure or else its last
// activity, by step, verdict, environment and type. From must be set.
func (s *Store) FlowHistogram(ctx context.Context, q FlowFilter, step time.Duration) ([]FlowCount, error) {
	if q.none() {
		return nil, nil
	}
	p := q.params()
	p["step"] = max(int64(step), 1)
	var out []FlowCount
	err := s.each(ctx, "flow_counts", p, func(r driver.Rows) error {
		var c FlowCount
		var bucket int64
		var verdict uint8
		if err := r.Scan(&bucket, &verdict, &c.Environment, &c.Type.ID, &c.Type.Service, &c.Type.Operation, &c.Count); err != nil {
			return err
		}
		c.Bucket, c.Verdict = int(bucket), flow.Verdict(verdict)
		out = append(out, c)
		return nil
	})
	return out, err
}

// FailureGroup is flows that failed alike.
type FailureGroup struct {
	Culprit     flow.Culprit // of the newest flow
	Counts      map[flow.Verdict]uint64
	First, Last int64
	Endpoints   []uint64 // that any of the flows touched
	Types       []flow.FlowType
	Samples     []flow.FlowID // the newest, at most five
}

// maxGroups is more kinds of failure than anybody looks at.
const maxGroups = 5000

// Failures groups the flows that have a culprit by the culprit's endpoint,
// role, rule, signature and hand-off, those with the most flows first.
func (s *Store) Failures(ctx context.Context, q FlowFilter) ([]FailureGroup, error) {
	if q.none() {
		return nil, nil
	}
	p := q.params()
	p["limit"] = uint64(maxGroups)
	var out []FailureGroup
	err := s.each(ctx, "flow_failures", p, func(r driver.Rows) error {
		var (
			g                      FailureGroup
			c                      = &g.Culprit
			kind, role, confidence uint8
			verdicts               []uint8
			counts                 []uint64
			typeIDs                []uint64
			services, operations   []string
			samples                []string
		)
		err := r.Scan(&c.Endpoint, &role, &c.Rule, &c.Signature, &c.Between[0], &c.Between[1],
			&c.Service, &c.Operation, &kind, &c.System, &c.Host, &c.Reason, &confidence, &c.Trace, &c.Span,
			&verdicts, &counts, &g.First, &g.Last, &g.Endpoints, &typeIDs, &services, &operations, &samples)
		if err != nil {
			return err
		}
		c.Kind, c.Role, c.Confidence = flow.Kind(kind), flow.Role(role), flow.Confidence(confidence)
		g.Counts = make(map[flow.Verdict]uint64, len(verdicts))
		for i, v := range verdicts {
			g.Counts[flow.Verdict(v)] = counts[i]
		}
		for i := range typeIDs {
			g.Types = append(g.Types, flow.FlowType{ID: typeIDs[i], Service: services[i], Operation: operations[i]})
		}
		g.Samples = make([]flow.FlowID, len(samples))
		for i := range samples {
			copy(g.Samples[i][:], samples[i])
		}
		out = append(out, g)
		return nil
	})
	return out, err
}

// Footprint is flows that touched the same endpoints and ended alike within
// the same hour.
type Footprint struct {
	Endpoints []uint64
	Verdict   flow.Verdict
	Culprit   uint64 // endpoint, 0 for none
	At        int64  // the hour of the failure, else of the last activity
	Count     uint64
}

// Footprints counts flows by what they touched and how they ended.
func (s *Store) Footprints(ctx context.Context, q FlowFilter) ([]Footprint, error) {
	if q.none() {
		return nil, nil
	}
	var out []Footprint
	err := s.each(ctx, "flow_footprints", q.params(), func(r driver.Rows) error {
		var f Footprint
		var verdict uint8
		if err := r.Scan(&f.Endpoints, &verdict, &f.Culprit, &f.At, &f.Count); err != nil {
			return err
		}
		f.Verdict = flow.Verdict(verdict)
		out = append(out, f)
		return nil
	})
	return out, err
}
