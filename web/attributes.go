package web

import (
	"encoding/base64"
	"math"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// attributesOf keeps the order in which the attributes were sent.
func attributesOf(m pcommon.Map) []Attribute {
	out := make([]Attribute, 0, m.Len())
	for k, v := range m.All() {
		kind, value := valueOf(v)
		out = append(out, Attribute{Key: k, Type: kind, Value: value})
	}
	return out
}

// element is a value inside an array.
type element struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

// valueOf is a value as the contract writes it: exact, whatever the client's
// numbers can hold. Nesting is bounded where spans are taken in.
func valueOf(v pcommon.Value) (string, any) {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return "string", v.Str()
	case pcommon.ValueTypeInt:
		return "int", strconv.FormatInt(v.Int(), 10)
	case pcommon.ValueTypeDouble:
		return "double", doubleOf(v.Double())
	case pcommon.ValueTypeBool:
		return "bool", v.Bool()
	case pcommon.ValueTypeBytes:
		return "bytes", base64.StdEncoding.EncodeToString(v.Bytes().AsRaw())
	case pcommon.ValueTypeSlice:
		out := make([]element, 0, v.Slice().Len())
		for _, e := range v.Slice().All() {
			kind, value := valueOf(e)
			out = append(out, element{kind, value})
		}
		return "array", out
	case pcommon.ValueTypeMap:
		return "map", attributesOf(v.Map())
	}
	return "empty", nil
}

// doubleOf gives the values that JSON has no numbers for their names.
func doubleOf(f float64) any {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	return f
}
