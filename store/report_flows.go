package store

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/baton-observability/baton/flow"
)

// Incident is a run of failures that flows of one type had at one endpoint,
// with none between them that started and completed.
type Incident struct {
	Type      flow.FlowType
	Endpoint  uint64 // of the culprit
	Failed    int64  // the first failure, Unix ns
	Recovered int64  // end of the first flow that started after the last failure and completed; 0 when there was none
	Failures  int    // moments of failure
}

// maxIncidentFailures is how many failures of one window are put in order.
const maxIncidentFailures = 200_000

// Incidents lists the incidents of a window by type and endpoint, the oldest
// first. Flows that failed or stalled open them; what happens outside the
// window does not count. Verdicts of the filter must be nil.
func (s *Store) Incidents(ctx context.Context, q FlowFilter) ([]Incident, error) {
	if q.none() {
		return nil, nil
	}
	p := q.params()
	p["failing"] = []uint16{uint16(flow.Failed), uint16(flow.Stalled)}
	p["completed"] = uint8(flow.Completed)
	p["limit"] = uint64(maxIncidentFailures + 1)
	var out []Incident
	rows := 0
	err := s.each(ctx, "flow_recoveries", p, func(r driver.Rows) error {
		var i Incident
		if err := r.Scan(&i.Type.ID, &i.Type.Service, &i.Type.Operation, &i.Endpoint, &i.Failed, &i.Recovered); err != nil {
			return err
		}
		rows++
		out = addFailure(out, i)
		return nil
	})
	if rows > maxIncidentFailures {
		return nil, fmt.Errorf("more than %d failures: %w", maxIncidentFailures, ErrTooExpensive)
	}
	return out, err
}

// addFailure adds a failure to the incident that is still open, or opens one.
func addFailure(all []Incident, i Incident) []Incident {
	if n := len(all); n > 0 {
		last := &all[n-1]
		if last.Recovered == 0 && last.Type.ID == i.Type.ID && last.Endpoint == i.Endpoint {
			last.Recovered = i.Recovered
			last.Failures++
			return all
		}
	}
	i.Failures = 1
	return append(all, i)
}
