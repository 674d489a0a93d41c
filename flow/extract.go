package flow

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Extractor reads facts from OTLP data by its rules. It keeps no state between
// spans and may be used by many goroutines.
type Extractor struct {
	business []businessKey
	owner    atomic.Pointer[[]string]
	changes  atomic.Uint64
	gateway  []string
	never    []Never
	ends     [256]bool // the last bytes of the names above: spares most attributes the comparison
}

// Rules are the configurable part of extraction. The zero value is valid.
type Rules struct {
	// Keys are the business keys: "order.id" identifies a flow, "shipment.id*" may repeat in one.
	Keys []string
	// OwnerAttributes are the resource attributes kept on endpoints for ownership.
	// Nil means DefaultOwnerAttributes; empty means none.
	OwnerAttributes []string
	// GatewayAttributes are span attributes that only gateways of this estate
	// set, for example "gateway.name": a span that has one is a gateway's.
	GatewayAttributes []string
	// Never are joins that are not to be made, see ParseNever.
	Never []string
}

// DefaultOwnerAttributes are the resource attributes by which teams commonly
// sign their services.
var DefaultOwnerAttributes = []string{"service.owner.name", "team", "owner"}

// Limits of what is kept of one span or resource, so that a hostile sender
// costs bounded time and memory.
const (
	maxRules     = 100  // of each kind: every attribute is compared with every rule
	maxName      = 200  // bytes of an operation, destination, service or owner attribute
	maxLinks     = 1000 // the most messages a broker's client hands over in one batch
	maxKeys      = 32   // correlation values of one span
	maxAttrs     = 2000 // attributes looked at; the rest of a span is not read
	maxException = 500  // bytes of an exception message
)

// NewExtractor compiles the rules. An error names the rule and the remedy.
func NewExtractor(r Rules) (*Extractor, error) {
	x := &Extractor{gateway: slices.Clone(r.GatewayAttributes)}
	for _, k := range r.Keys {
		b, err := newBusinessKey(k)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(x.business, func(o businessKey) bool { return o.concept == b.concept }) {
			return nil, fmt.Errorf("correlation key %q is given twice: remove one", k)
		}
		x.business = append(x.business, b)
	}
	for _, s := range r.Never {
		n, err := ParseNever(s)
		if err != nil {
			return nil, err
		}
		x.never = append(x.never, n)
	}
	owner := slices.Clone(r.OwnerAttributes)
	if r.OwnerAttributes == nil {
		owner = slices.Clone(DefaultOwnerAttributes)
	}
	x.KeepOwnerAttributes(owner)
	for what, n := range map[string]int{"correlation keys": len(x.business), "owner attributes": len(owner), "gateway attributes": len(x.gateway), "joins never to make": len(x.never)} {
		if n > maxRules {
			return nil, fmt.Errorf("%d %s: at most %d, because every attribute is compared with each", n, what, maxRules)
		}
	}
	for _, b := range x.business {
		x.ends[b.name[len(b.name)-1]] = true
	}
	x.gateway = slices.DeleteFunc(x.gateway, func(g string) bool { return g == "" })
	for _, g := range x.gateway {
		x.ends[g[len(g)-1]] = true
	}
	return x, nil
}

// KeepOwnerAttributes says which resource attributes endpoints keep from now on.
// Rules may name new ones while spans are read.
func (x *Extractor) KeepOwnerAttributes(keys []string) {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	keys = keys[:min(len(keys), maxRules)]
	x.owner.Store(&keys)
	x.changes.Add(1)
}

// Changes grows whenever resources read before would be read differently now.
func (x *Extractor) Changes() uint64 { return x.changes.Load() }

// Resource reads what all spans of a resource share.
func (x *Extractor) Resource(tenant string, res pcommon.Resource) *Resource {
	r := &Resource{Tenant: tenant}
	var oldEnvironment string
	owner := *x.owner.Load()
	res.Attributes().Range(func(k string, v pcommon.Value) bool {
		switch k {
		case "service.name":
			r.Service = bounded(text(v))
		case "service.namespace":
			r.Namespace = bounded(text(v))
		case "deployment.environment.name":
			r.Environment = bounded(text(v))
		case "deployment.environment":
			oldEnvironment = bounded(text(v))
		case "hop.source":
			r.Source = bounded(text(v))
		}
		if _, ok := slices.BinarySearch(owner, k); ok {
			if s := bounded(text(v)); s != "" {
				r.Attrs = append(r.Attrs, Attr{k, s})
			}
		}
		return true
	})
	if r.Environment == "" {
		r.Environment = oldEnvironment
	}
	if r.Service == "" {
		r.Service = "unknown_service"
	}
	slices.SortStableFunc(r.Attrs, func(a, b Attr) int { return strings.Compare(a.Key, b.Key) })
	// A key sent twice must not make two endpoints of one: the first wins.
	r.Attrs = slices.CompactFunc(r.Attrs, func(a, b Attr) bool { return a.Key == b.Key })
	return r
}

// Span fills f from one span. It overwrites every field of f and reuses its
// slices. Strings in f alias the OTLP data or a block shared with other spans:
// clone what is kept for long.
func (x *Extractor) Span(r *Resource, scope string, s ptrace.Span, f *Facts) {
	f.reset()
	f.Resource, f.Scope = r, valid(scope)
	f.Trace, f.ID, f.Parent = TraceID(s.TraceID()), SpanID(s.SpanID()), SpanID(s.ParentSpanID())
	f.Start, f.Duration = times(uint64(s.StartTimestamp()), uint64(s.EndTimestamp()))
	f.Name = valid(s.Name())
	if k := s.Kind(); k > 0 && k <= ptrace.SpanKindConsumer {
		f.SpanKind = SpanKind(k)
	}
	if c := s.Status().Code(); c > 0 && c <= ptrace.StatusCodeError {
		f.Status = Status(c)
	}
	f.Message = valid(s.Status().Message())

	b := bag{block: f.block}
	x.read(&b, s.Attributes(), f)
	if b.has(sHopSource) {
		b.source = text(b.v[sHopSource])
	} else if r != nil {
		b.source = r.Source
	}
	f.links(s.Links())
	f.exception(s.Events())
	f.judgeFacts(&b)
	x.classify(&b, f)
	x.businessKeys(&b, f)
	f.correlate(&b)
	if x.never != nil {
		x.part(f)
	}
	f.counts(&b, s.Links().Len())
	f.flag(&b)
	f.Channel = f.channel()
	f.endpoint()
}

// endpoint names the side of the hop that the span stands on.
func (f *Facts) endpoint() {
	e := &f.Endpoint
	if r := f.Resource; r != nil {
		e.Tenant, e.Environment, e.Namespace, e.Service, e.Attrs = r.Tenant, r.Environment, r.Namespace, r.Service, r.Attrs
	}
	e.Kind, e.Role, e.System, e.Operation = f.Kind, f.Role, f.System, f.Operation
	e.Destination, e.Workflow = f.Destination, f.Workflow
	f.EndpointID = e.ID()
}

// times makes a start and a duration of what was sent: never negative, and with
// an end that can be computed.
func times(start, end uint64) (int64, int64) {
	if start > math.MaxInt64 {
		start = 0
	}
	if end <= start {
		return int64(start), 0
	}
	return int64(start), int64(min(end, math.MaxInt64) - start)
}

func (f *Facts) links(links ptrace.SpanLinkSlice) {
	for i := range min(links.Len(), maxLinks) {
		l := links.At(i)
		if t := TraceID(l.TraceID()); !t.IsZero() {
			f.Links = append(f.Links, Link{t, SpanID(l.SpanID())})
		}
	}
}
