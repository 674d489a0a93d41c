package store

import (
	"context"
	"fmt"
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
	err := s.eachFlow(ctx, "flow_counts", &q, p, func(r driver.Rows) error {
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
	err := s.eachFlow(ctx, "flow_failures", &q, p, func(r driver.Rows) error {
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

// Footprint is flows that touched the same endpoints and ended alike, with none
// of the moments that were asked for between them.
type Footprint struct {
	Endpoints []uint64
	Verdict   flow.Verdict
	Culprit   uint64   // endpoint, 0 for none
	Sides     []uint64 // of the culprit's hop, itself included; empty where the rows do not say
	At        int64    // of the first one: its failure, else its last activity
	Count     uint64
	Measured  uint64   // those whose rows say what time went by
	Own       []uint64 // their own time in microseconds, of each endpoint and last of none
}

// maxMoments is how many moments a statement can tell flows apart by.
const maxMoments = 10_000

// Footprints counts flows by what they touched and how they ended, before,
// between and after the moments, which are in order.
func (s *Store) Footprints(ctx context.Context, q FlowFilter, moments []int64) ([]Footprint, error) {
	if q.none() {
		return nil, nil
	}
	p := q.params()
	var err error
	if p["epochs"], err = epochs(moments); err != nil {
		return nil, err
	}
	var out []Footprint
	err = s.each(ctx, "flow_footprints", p, func(r driver.Rows) error {
		var f Footprint
		var verdict uint8
		var epoch int64
		if err := r.Scan(&f.Endpoints, &verdict, &f.Culprit, &f.Sides, &epoch, &f.At, &f.Count, &f.Measured, &f.Own); err != nil {
			return err
		}
		f.Verdict = flow.Verdict(verdict)
		out = append(out, f)
		return nil
	})
	return out, err
}

// epochs are where the times between moments begin: what is before the first
// belongs to 0.
func epochs(moments []int64) ([]int64, error) {
	if len(moments) > maxMoments {
		return nil, fmt.Errorf("%d changes of owner in the window: %w", len(moments), ErrTooExpensive)
	}
	return append([]int64{0}, moments...), nil
}

// FlowSamples finds the newest flows, at most three, that touch each of the
// filter's endpoints, which must not be nil.
func (s *Store) FlowSamples(ctx context.Context, q FlowFilter) (map[uint64][]flow.FlowID, error) {
	if q.none() {
		return nil, nil
	}
	out := map[uint64][]flow.FlowID{}
	err := s.each(ctx, "flow_samples", q.params(), func(r driver.Rows) error {
		var id uint64
		var samples []string
		if err := r.Scan(&id, &samples); err != nil {
			return err
		}
		flows := make([]flow.FlowID, len(samples))
		for i := range samples {
			copy(flows[i][:], samples[i])
		}
		out[id] = flows
		return nil
	})
	return out, err
}
