package store

import (
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/baton-observability/baton/flow"
)

// endpointColumns are the columns of endpoints.
type endpointColumns struct {
	tenant, environment, namespace, service, system *dictionary[string]
	id                                              proto.ColUInt64
	kind, role                                      proto.ColUInt8
	operation, destination, workflow, host          proto.ColStr
	attrKeys, attrValues                            *proto.ColArr[string]
	firstSeen, lastSeen                             proto.ColInt64
	input                                           proto.Input
}

func newEndpointColumns() *endpointColumns {
	c := &endpointColumns{
		tenant: newStrings(), environment: newStrings(), namespace: newStrings(), service: newStrings(), system: newStrings(),
		attrKeys: new(proto.ColStr).Array(), attrValues: new(proto.ColStr).Array(),
	}
	c.input = proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "id", Data: &c.id}, {Name: "environment", Data: c.environment},
		{Name: "namespace", Data: c.namespace}, {Name: "service", Data: c.service}, {Name: "kind", Data: &c.kind},
		{Name: "system", Data: c.system}, {Name: "operation", Data: &c.operation}, {Name: "destination", Data: &c.destination},
		{Name: "workflow", Data: &c.workflow}, {Name: "host", Data: &c.host}, {Name: "role", Data: &c.role},
		{Name: "attr_keys", Data: c.attrKeys}, {Name: "attr_values", Data: c.attrValues},
		{Name: "first_seen", Data: &c.firstSeen}, {Name: "last_seen", Data: &c.lastSeen},
	}
	return c
}

func (c *endpointColumns) append(id uint64, e *flow.Endpoint, seen time.Time) {
	c.tenant.Append(e.Tenant)
	c.id = append(c.id, id)
	c.environment.Append(e.Environment)
	c.namespace.Append(e.Namespace)
	c.service.Append(e.Service)
	c.kind = append(c.kind, uint8(e.Kind))
	c.system.Append(e.System)
	c.operation.Append(e.Operation)
	c.destination.Append(e.Destination)
	c.workflow.Append(e.Workflow)
	c.host.Append(e.Host)
	c.role = append(c.role, uint8(e.Role))
	keys, values := make([]string, len(e.Attrs)), make([]string, len(e.Attrs))
	for i, a := range e.Attrs {
		keys[i], values[i] = a.Key, a.Value
	}
	c.attrKeys.Append(keys)
	c.attrValues.Append(values)
	c.firstSeen = append(c.firstSeen, seen.UnixMilli())
	c.lastSeen = append(c.lastSeen, seen.UnixMilli())
}
