package flow

import (
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// Extractor reads facts from OTLP data by its rules. It keeps no state between
// spans and may be used by many goroutines.
type Extractor struct {
	rules Rules
}

// NewExtractor compiles the rules.
func NewExtractor(r Rules) (*Extractor, error) { return &Extractor{rules: r}, nil }

// Resource reads what all spans of a resource share.
func (x *Extractor) Resource(tenant string, res pcommon.Resource) *Resource { panic("being written") }

// Span fills f from one span. It overwrites every field of f and reuses its slices.
func (x *Extractor) Span(r *Resource, scope string, s ptrace.Span, f *Facts) { panic("being written") }

// Rules are the configurable part of extraction.
type Rules struct {
	// Keys are the business keys: "order.id" identifies a flow, "shipment.id*" may repeat in one.
	Keys []string
	// OwnerAttributes are the resource attributes kept on endpoints for ownership.
	OwnerAttributes []string
}
