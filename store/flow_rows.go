package store

import (
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// scanFlow reads a row of the columns that flows_by_id and flow_list select.
func scanFlow(r driver.Rows) (flow.Flow, error) {
	var (
		f                      flow.Flow
		p                      flow.Culprit
		culprit, verdict       uint8
		kind, role, confidence uint8
		services, corrK, corrV []string
		traces                 []string
	)
	err := r.Scan(&f.Tenant, &f.ID, &f.Revision, &f.Environment, &f.Type.ID, &f.Type.Service, &f.Type.Operation, &f.Start, &f.LastActivity,
		&f.FailedAt, &verdict, &f.Spans, &f.Hops, &f.Traces, &f.Endpoints, &services, &corrK, &corrV, &traces, &f.CheckAt,
		&culprit, &p.Endpoint, &p.Service, &p.Operation, &kind, &p.System, &role, &p.Between[0], &p.Between[1], &p.Host, &p.Reason,
		&p.Signature, &p.Rule, &confidence, &p.Trace, &p.Span)
	if err != nil {
		return f, err
	}
	f.Verdict, f.Services = flow.Verdict(verdict), services
	for i := range corrK {
		f.Correlations = append(f.Correlations, flow.KeyValue{Key: corrK[i], Value: corrV[i]})
	}
	f.TraceIDs = make([]flow.TraceID, len(traces))
	for i, t := range traces {
		copy(f.TraceIDs[i][:], t)
	}
	if culprit != 0 {
		p.Kind, p.Role, p.Confidence = flow.Kind(kind), flow.Role(role), flow.Confidence(confidence)
		f.Culprit = &p
	}
	return f, nil
}
