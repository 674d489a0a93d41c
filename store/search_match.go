package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/internal/wire"
)

// Condition wants a value, in the text in which it is shown: numbers in
// decimal, true and false, bytes in base64. It is met by an attribute of the
// span or of its resource, or by a field of that name: name, service, status
// and kind. Arrays and maps meet no condition.
type Condition struct{ Key, Value string }

// Place says where a value was found.
type Place uint8

// The places, in the order in which they are looked at.
const (
	InSpan Place = iota
	InResource
	InField
)

// Match is what met a condition.
type Match struct {
	Key   string
	Place Place
	Value pcommon.Value
}

// texts are the forms in which rows, templates and resources may hold the
// value: a double is written there in other ways than on a page.
func (c *Condition) texts() []string {
	out := []string{c.Value}
	add := func(s string) {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	f, err := strconv.ParseFloat(c.Value, 64)
	if err != nil {
		return out
	}
	v := pcommon.NewValueDouble(f)
	add(string(wire.AppendSlot(nil, wire.TypeDouble, v)))
	add(v.AsString())
	if f == 0 {
		add("0")
		add("-0")
	}
	return out
}

// plain is the value where only a string can have it, so that it is somewhere
// in the bytes of attributes that carry their keys; else nothing.
func (c *Condition) plain() string {
	if _, err := strconv.ParseFloat(c.Value, 64); err == nil || c.Value == "true" || c.Value == "false" {
		return ""
	}
	if _, err := base64.StdEncoding.DecodeString(c.Value); err == nil {
		return ""
	}
	return c.Value
}

func (c *Condition) meets(v pcommon.Value) bool {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return v.Str() == c.Value
	case pcommon.ValueTypeInt:
		return strconv.FormatInt(v.Int(), 10) == c.Value
	case pcommon.ValueTypeBool:
		return strconv.FormatBool(v.Bool()) == c.Value
	case pcommon.ValueTypeDouble:
		f, err := strconv.ParseFloat(c.Value, 64)
		return err == nil && (f == v.Double() || math.IsNaN(f) && math.IsNaN(v.Double()))
	case pcommon.ValueTypeBytes:
		return base64.StdEncoding.EncodeToString(v.Bytes().AsRaw()) == c.Value
	}
	return false
}

// exact keeps the rows whose attributes meet all conditions, types included,
// and notes what met them.
func (s *Store) exact(ctx context.Context, q *SpanSearch, rows []foundRow) ([]foundRow, error) {
	shapeIDs, resourceIDs := map[uint64]struct{}{}, map[uint64]struct{}{}
	for i := range rows {
		if rows[i].shape != wire.GenericShape {
			shapeIDs[rows[i].shape] = struct{}{}
		}
		resourceIDs[rows[i].res] = struct{}{}
	}
	shapes, err := s.shapesOf(ctx, q.Tenant, shapeIDs)
	if err != nil {
		return nil, err
	}
	contents, err := s.resourcesOf(ctx, q.Tenant, resourceIDs)
	if err != nil {
		return nil, err
	}
	resources := make(map[uint64]pcommon.Map, len(contents))
	kept := rows[:0]
	for i := range rows {
		r := &rows[i]
		resource, ok := resources[r.res]
		if !ok {
			rs := ptrace.NewResourceSpans()
			if err := readResource(contents, r.res, rs, rs.ScopeSpans().AppendEmpty()); err != nil {
				return nil, err
			}
			resource = rs.Resource().Attributes()
			resources[r.res] = resource
		}
		span := ptrace.NewSpan()
		if err := r.into(span, shapes); err != nil {
			return nil, fmt.Errorf("span %x of trace %s: %w", r.ids[8:], r.trace, err)
		}
		if r.matched = q.matches(r, span.Attributes(), resource); r.matched != nil {
			kept = append(kept, *r)
		}
	}
	return kept, nil
}

// matches is what met each condition, or nil when one is not met.
func (q *SpanSearch) matches(r *foundRow, span, resource pcommon.Map) []Match {
	out := make([]Match, 0, len(q.Where))
	for i := range q.Where {
		c := &q.Where[i]
		m := Match{Key: c.Key}
		if v, ok := span.Get(c.Key); ok && c.meets(v) {
			m.Value = v
		} else if v, ok := resource.Get(c.Key); ok && c.meets(v) {
			m.Place, m.Value = InResource, v
		} else if text, ok := r.field(c.Key); ok && text == c.Value {
			m.Place, m.Value = InField, pcommon.NewValueStr(text)
		} else {
			return nil
		}
		out = append(out, m)
	}
	return out
}

// field is a field that conditions can name.
func (r *foundRow) field(key string) (string, bool) {
	switch key {
	case "name":
		return r.name, true
	case "service":
		return r.service, true
	case "status":
		return flow.Status(r.status).String(), true
	case "kind":
		return flow.SpanKind(r.kind).String(), true
	}
	return "", false
}
