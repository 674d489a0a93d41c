package store

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/baton-observability/baton/flow"
)

// flowColumns are the columns of flows.
type flowColumns struct {
	tenant, environment, typeService, typeOperation  *dictionary[string]
	minted                                           *proto.ColDateTime64
	id                                               *proto.ColFixedStr
	revision, typeID                                 proto.ColUInt64
	gone, verdict                                    proto.ColUInt8
	start, lastActivity, failedAt, checkAt           proto.ColInt64
	spans, hops, traces                              proto.ColUInt32
	endpoints                                        *proto.ColArr[uint64]
	services, corrKeys, corrValues                   *proto.ColArr[string]
	traceIDs                                         *proto.ColArr[[]byte]
	culprit, cKind, cRole, cConfidence               proto.ColUInt8
	cEndpoint                                        proto.ColUInt64
	cService, cOperation, cSystem, cFrom, cTo, cHost *dictionary[string]
	cRule                                            *dictionary[string]
	cReason, cSignature                              proto.ColStr
	cTrace, cSpan                                    *proto.ColFixedStr
	shareColumns
}

func newFlowColumns() *flowColumns {
	return &flowColumns{
		tenant: newStrings(), environment: newStrings(), typeService: newStrings(), typeOperation: newStrings(), minted: millis(), id: fixed(16),
		endpoints: new(proto.ColUInt64).Array(), services: new(proto.ColStr).LowCardinality().Array(),
		corrKeys: new(proto.ColStr).LowCardinality().Array(), corrValues: new(proto.ColStr).Array(), traceIDs: fixed(16).Array(),
		cService: newStrings(), cOperation: newStrings(), cSystem: newStrings(), cFrom: newStrings(), cTo: newStrings(), cHost: newStrings(),
		cRule: newStrings(), cTrace: fixed(16), cSpan: fixed(8),
		shareColumns: newShareColumns(),
	}
}

func (c *flowColumns) input() proto.Input {
	return append(proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "minted", Data: c.minted}, {Name: "id", Data: c.id}, {Name: "revision", Data: &c.revision},
		{Name: "gone", Data: &c.gone}, {Name: "environment", Data: c.environment}, {Name: "type_id", Data: &c.typeID},
		{Name: "type_service", Data: c.typeService}, {Name: "type_operation", Data: c.typeOperation}, {Name: "start", Data: &c.start},
		{Name: "last_activity", Data: &c.lastActivity}, {Name: "failed_at", Data: &c.failedAt}, {Name: "verdict", Data: &c.verdict},
		{Name: "spans", Data: &c.spans}, {Name: "hops", Data: &c.hops}, {Name: "traces", Data: &c.traces},
		{Name: "endpoints", Data: c.endpoints}, {Name: "services", Data: c.services}, {Name: "corr_keys", Data: c.corrKeys},
		{Name: "corr_values", Data: c.corrValues}, {Name: "trace_ids", Data: c.traceIDs}, {Name: "check_at", Data: &c.checkAt},
		{Name: "culprit", Data: &c.culprit}, {Name: "c_endpoint", Data: &c.cEndpoint}, {Name: "c_service", Data: c.cService},
		{Name: "c_operation", Data: c.cOperation}, {Name: "c_kind", Data: &c.cKind}, {Name: "c_system", Data: c.cSystem},
		{Name: "c_role", Data: &c.cRole}, {Name: "c_from", Data: c.cFrom}, {Name: "c_to", Data: c.cTo}, {Name: "c_host", Data: c.cHost},
		{Name: "c_reason", Data: &c.cReason}, {Name: "c_signature", Data: &c.cSignature}, {Name: "c_rule", Data: c.cRule},
		{Name: "c_confidence", Data: &c.cConfidence}, {Name: "c_trace", Data: c.cTrace}, {Name: "c_span", Data: c.cSpan},
	}, c.shareColumns.input()...)
}

func (c *flowColumns) append(f *flow.Flow, gone bool) {
	c.tenant.Append(f.Tenant)
	c.minted.Append(f.ID.Minted())
	c.id.Append(f.ID[:])
	c.revision = append(c.revision, f.Revision)
	c.gone = append(c.gone, boolByte(gone))
	c.environment.Append(f.Environment)
	c.typeID = append(c.typeID, f.Type.ID)
	c.typeService.Append(f.Type.Service)
	c.typeOperation.Append(f.Type.Operation)
	c.start = append(c.start, f.Start)
	c.lastActivity = append(c.lastActivity, f.LastActivity)
	c.failedAt = append(c.failedAt, f.FailedAt)
	c.verdict = append(c.verdict, uint8(f.Verdict))
	c.spans = append(c.spans, f.Spans)
	c.hops = append(c.hops, f.Hops)
	c.traces = append(c.traces, f.Traces)
	c.endpoints.Append(f.Endpoints)
	c.services.Append(f.Services)
	keys, values := make([]string, len(f.Correlations)), make([]string, len(f.Correlations))
	for i, kv := range f.Correlations {
		keys[i], values[i] = kv.Key, kv.Value
	}
	c.corrKeys.Append(keys)
	c.corrValues.Append(values)
	traces := make([][]byte, min(len(f.TraceIDs), flow.MaxListedTraces))
	for i := range traces {
		traces[i] = f.TraceIDs[i][:]
	}
	c.traceIDs.Append(traces)
	c.checkAt = append(c.checkAt, f.CheckAt)
	c.appendCulprit(f.Culprit)
	c.shareColumns.append(f.Shares)
}

func (c *flowColumns) appendCulprit(p *flow.Culprit) {
	c.culprit = append(c.culprit, boolByte(p != nil))
	if p == nil {
		p = new(flow.Culprit)
	}
	c.cEndpoint = append(c.cEndpoint, p.Endpoint)
	c.cService.Append(p.Service)
	c.cOperation.Append(p.Operation)
	c.cKind = append(c.cKind, uint8(p.Kind))
	c.cSystem.Append(p.System)
	c.cRole = append(c.cRole, uint8(p.Role))
	c.cFrom.Append(p.Between[0])
	c.cTo.Append(p.Between[1])
	c.cHost.Append(p.Host)
	c.cReason.Append(p.Reason)
	c.cSignature.Append(p.Signature)
	c.cRule.Append(p.Rule)
	c.cConfidence = append(c.cConfidence, uint8(p.Confidence))
	c.cTrace.Append(p.Trace[:])
	c.cSpan.Append(p.Span[:])
}

func boolByte(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
