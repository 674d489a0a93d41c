package storeexporter

import (
	"fmt"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// maxNesting is how many lists and maps a value may have within one another. The
// log is read by a decoder that ends at a hundred messages within one another, of
// which a map takes three; what goes deeper must not be acknowledged.
const maxNesting = 30

// checkNesting refuses values that nobody could read again.
func checkNesting(td ptrace.Traces) error {
	for _, rs := range td.ResourceSpans().All() {
		if key, deep := tooDeep(rs.Resource().Attributes()); deep {
			return tooDeepError("resource", key)
		}
		for _, ss := range rs.ScopeSpans().All() {
			if key, deep := tooDeep(ss.Scope().Attributes()); deep {
				return tooDeepError("scope", key)
			}
			for _, s := range ss.Spans().All() {
				if key, deep := tooDeep(s.Attributes()); deep {
					return tooDeepError(fmt.Sprintf("span %s", s.SpanID()), key)
				}
				for _, e := range s.Events().All() {
					if key, deep := tooDeep(e.Attributes()); deep {
						return tooDeepError(fmt.Sprintf("an event of span %s", s.SpanID()), key)
					}
				}
				for _, l := range s.Links().All() {
					if key, deep := tooDeep(l.Attributes()); deep {
						return tooDeepError(fmt.Sprintf("a link of span %s", s.SpanID()), key)
					}
				}
			}
		}
	}
	return nil
}

func tooDeep(m pcommon.Map) (key string, deep bool) {
	for k, v := range m.All() {
		if t := v.Type(); (t == pcommon.ValueTypeSlice || t == pcommon.ValueTypeMap) && deeper(v, maxNesting) {
			return k, true
		}
	}
	return "", false
}

// deeper reports whether more than so many lists and maps are within one another.
func deeper(v pcommon.Value, levels int) bool {
	switch v.Type() {
	case pcommon.ValueTypeSlice:
		if levels == 0 {
			return true
		}
		for _, e := range v.Slice().All() {
			if deeper(e, levels-1) {
				return true
			}
		}
	case pcommon.ValueTypeMap:
		if levels == 0 {
			return true
		}
		for _, e := range v.Map().All() {
			if deeper(e, levels-1) {
				return true
			}
		}
	}
	return false
}

func tooDeepError(where, key string) error {
	return consumererror.NewPermanent(status.Error(codes.InvalidArgument, fmt.Sprintf(
		"attribute %.200q of %s: its value has more than %d lists and maps within one another: send it flat, or as JSON text", key, where, maxNesting)))
}
