package store

import (
	"github.com/ClickHouse/ch-go/proto"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
)

// spanColumns are the columns of the table spans.
type spanColumns struct {
	tenant      *dictionary[string]
	arrived     proto.ColDateTime
	trace       *proto.ColFixedStr
	ids         *proto.ColFixedStr
	start       proto.ColInt64
	dur         proto.ColInt64
	endpoint    *dictionary[uint64]
	name        *dictionary[string]
	service     *dictionary[string]
	environment *dictionary[string]
	rule        *dictionary[string]
	hop         proto.ColUInt8
	role        proto.ColUInt8
	kind        proto.ColUInt8
	status      proto.ColUInt8
	flags       proto.ColUInt32
	msg         proto.ColStr
	extra       proto.ColStr
	res         *dictionary[uint64]
	shape       *dictionary[uint64]
	vals        proto.ColStr
	input       proto.Input
}

func newSpanColumns() *spanColumns {
	c := &spanColumns{
		tenant: newStrings(), trace: fixed(16), ids: fixed(16), endpoint: newNumbers(), name: newStrings(), service: newStrings(),
		environment: newStrings(), rule: newStrings(), res: newNumbers(), shape: newNumbers(),
	}
	c.input = proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "arrived", Data: &c.arrived}, {Name: "trace_id", Data: c.trace}, {Name: "ids", Data: c.ids},
		{Name: "start", Data: &c.start}, {Name: "dur", Data: &c.dur}, {Name: "endpoint", Data: c.endpoint}, {Name: "name", Data: c.name},
		{Name: "service", Data: c.service}, {Name: "environment", Data: c.environment}, {Name: "rule", Data: c.rule},
		{Name: "hop", Data: &c.hop}, {Name: "role", Data: &c.role}, {Name: "kind", Data: &c.kind}, {Name: "status", Data: &c.status},
		{Name: "flags", Data: &c.flags}, {Name: "msg", Data: &c.msg}, {Name: "extra", Data: &c.extra}, {Name: "res", Data: c.res},
		{Name: "shape", Data: c.shape}, {Name: "vals", Data: &c.vals},
	}
	return c
}

// appendFacts adds what the extractor said of a span, and its identity.
func (c *spanColumns) appendFacts(f *flow.Facts, tenant, name string, arrived uint32) {
	c.tenant.Append(tenant)
	c.arrived.AppendRaw(proto.DateTime(arrived))
	c.trace.Buf = append(c.trace.Buf, f.Trace[:]...)
	c.ids.Buf = append(append(c.ids.Buf, f.Parent[:]...), f.ID[:]...)
	c.start = append(c.start, f.Start)
	c.name.Append(name)
	c.service.Append(f.Resource.Service)
	c.environment.Append(f.Resource.Environment)
	c.rule.Append(f.Rule)
	c.hop = append(c.hop, uint8(f.Kind))
	c.role = append(c.role, uint8(f.Role))
}

// appendRaw adds what is kept as it was sent.
func (c *spanColumns) appendRaw(s ptrace.Span, start int64) {
	// The difference wraps around as start does, so that the end is exact
	// whatever was sent, ends before starts included.
	c.dur = append(c.dur, int64(uint64(s.EndTimestamp())-uint64(start)))
	c.kind = append(c.kind, uint8(s.Kind()))
	c.status = append(c.status, uint8(s.Status().Code()))
	c.flags = append(c.flags, s.Flags())
	c.msg.Append(s.Status().Message())
}
