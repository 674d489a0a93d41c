package flow

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/cespare/xxhash/v2"
)

// Endpoint is what a hop touches on one side, with bounded cardinality. Owners
// are attached to endpoints. Every field is part of its identity.
type Endpoint struct {
	Tenant      string
	Environment string
	Namespace   string
	Service     string // empty for channels and for external parties
	Kind        Kind
	System      string // http, grpc, kafka, servicebus, temporal, postgresql, ...
	Operation   string // templated: "POST /orders/{id}", "orders.placed publish", "RunActivity:Charge"
	Destination string // templated queue or topic, empty for other kinds
	Workflow    string // workflow type or definition, empty for other kinds
	Host        string // an external party's host; empty when Service is known
	Role        Role
	Attrs       []Attr // the attributes that ownership rules use, sorted by key
}

// Attr is one attribute kept on an endpoint because ownership may need it.
type Attr struct{ Key, Value string }

// ID is the stable identity of the endpoint: the same on every instance and
// for every release, so it must never depend on field order or Go versions.
func (e *Endpoint) ID() uint64 {
	b := make([]byte, 0, 256)
	b = append(b, 'e', 1, byte(e.Kind), byte(e.Role))
	for _, s := range [...]string{e.Tenant, e.Environment, e.Namespace, e.Service, e.System, e.Operation, e.Destination, e.Workflow, e.Host} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	for _, a := range e.Attrs {
		b = binary.AppendUvarint(b, uint64(len(a.Key)))
		b = append(b, a.Key...)
		b = binary.AppendUvarint(b, uint64(len(a.Value)))
		b = append(b, a.Value...)
	}
	return xxhash.Sum64(b)
}

// ChannelOf is the queue or topic between a producer and a consumer. It belongs
// to no service, so both sides name the same endpoint.
func (e *Endpoint) ChannelOf() Endpoint {
	return Endpoint{Tenant: e.Tenant, Environment: e.Environment, Kind: e.Kind, System: e.System, Operation: e.Destination, Destination: e.Destination, Role: Channel}
}

// FormatEndpointID writes an endpoint or interaction id as 16 hex digits.
func FormatEndpointID(id uint64) string { return fmt.Sprintf("%016x", id) }

// ParseEndpointID reads what FormatEndpointID wrote.
func ParseEndpointID(s string) (uint64, error) {
	if len(s) != 16 {
		return 0, fmt.Errorf("endpoint id %q: want 16 hex digits", s)
	}
	id, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("endpoint id %q: want 16 hex digits", s)
	}
	return id, nil
}
