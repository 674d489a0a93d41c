package wire

import (
	"bytes"
	"encoding/base64"
	"math"
	"strconv"
	"unsafe"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/xpdata"
)

// Shape is the ordered keys and types of a span's attributes. Spans of the
// same code have the same shape, so it is stored once and rows hold values.
type Shape struct {
	Keys  []string
	Types []byte
}

// GenericShape is the id of the shape that has no slots: its values carry keys
// and types (AppendMap). Spans get it whose shapes are too many or too large to
// keep, or whose text would break the separation of slots.
const GenericShape uint64 = 0

// Separator stands between the values of a shape's slots. Slots are text and
// separated, not counted, so that SQL can take them apart:
// splitByChar('\0', vals).
const Separator = 0

// AppendSlots appends the values of m as slots to vals, and the content of
// its shape to content. It reports false, and what it appended to vals is
// void, when a string contains the separator.
func AppendSlots(vals, content []byte, m pcommon.Map) (newVals, newContent []byte, ok bool) {
	start, n := len(vals), 0
	for k, v := range m.All() {
		typ := Type(v)
		content = appendString(content, k)
		content = append(content, typ)
		if n > 0 {
			vals = append(vals, Separator)
		}
		vals = appendSlot(vals, typ, v)
		n++
	}
	if n > 0 && bytes.Count(vals[start:], []byte{Separator}) != n-1 {
		return vals[:start], content, false
	}
	return vals, content, true
}

func appendSlot(dst []byte, typ byte, v pcommon.Value) []byte {
	switch typ {
	case typeString:
		return append(dst, v.Str()...)
	case typeInt:
		return strconv.AppendInt(dst, v.Int(), 10)
	case typeDouble:
		return strconv.AppendFloat(dst, v.Double(), 'g', -1, 64)
	case typeBool:
		return strconv.AppendBool(dst, v.Bool())
	case typeBytes:
		return base64.StdEncoding.AppendEncode(dst, v.Bytes().AsRaw())
	case typeMap, typeSlice:
		return base64.StdEncoding.AppendEncode(dst, AppendValue(nil, v))
	default:
		return dst
	}
}

// ReadShape reads the content that AppendSlots made.
func ReadShape(content []byte) (Shape, error) {
	var s Shape
	r := NewReader(content)
	for r.Len() > 0 {
		k := r.str()
		t := r.take(1)
		if t == nil {
			break
		}
		s.Keys, s.Types = append(s.Keys, k), append(s.Types, t[0])
	}
	return s, r.Err()
}

// Slots reads the values of a shape's slots into m.
func (r *Reader) Slots(s Shape, m pcommon.Map) {
	var mb xpdata.MapBuilder
	mb.EnsureCapacity(len(s.Keys))
	for i, k := range s.Keys {
		part := r.b
		if i < len(s.Keys)-1 {
			at := bytes.IndexByte(r.b, Separator)
			if at < 0 {
				r.fail("too few values for the shape")
				return
			}
			part, r.b = r.b[:at], r.b[at+1:]
		}
		r.slot(s.Types[i], part, mb.AppendEmpty(k))
	}
	mb.UnsafeIntoMap(m)
}

func (r *Reader) slot(typ byte, text []byte, v pcommon.Value) {
	// The parsers below keep nothing of their argument.
	str := unsafe.String(unsafe.SliceData(text), len(text))
	var err error
	switch typ {
	case typeEmpty:
	case typeString:
		v.SetStr(string(text))
	case typeInt:
		var n int64
		n, err = strconv.ParseInt(str, 10, 64)
		v.SetInt(n)
	case typeDouble:
		var f float64
		f, err = strconv.ParseFloat(str, 64)
		v.SetDouble(f)
		if math.IsInf(f, 0) {
			err = nil
		}
	case typeBool:
		v.SetBool(str == "true")
	case typeBytes, typeMap, typeSlice:
		var b []byte
		b, err = base64.StdEncoding.AppendDecode(nil, text)
		if typ == typeBytes {
			v.SetEmptyBytes().FromRaw(b)
			break
		}
		nested := NewReader(b)
		nested.Value(typ, v)
		if nested.err != nil {
			err = nested.err
		}
	default:
		r.fail("type")
	}
	if err != nil {
		r.fail(err.Error())
	}
}
