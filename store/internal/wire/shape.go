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

// Shape is the ordered keys and types of a span's attributes, with the values
// of those that hardly vary. Spans of the same code have the same shape, so it
// is stored once and rows hold the other values.
type Shape struct {
	Slots   []Slot
	dynamic int // slots whose value is in the row
}

// Slot is one attribute of a shape.
type Slot struct {
	Key   string
	Type  byte
	Const bool   // the value is Text and not in the row
	Text  string // as AppendSlot writes it
}

// GenericShape is the id of the shape that has no slots: its values carry keys
// and types (AppendMap). Spans get it whose shapes are too many or too large to
// keep, or whose text would break the separation of slots.
const GenericShape uint64 = 0

// Separator stands between the values of a shape's slots. Slots are text and
// separated, not counted, so that SQL can take them apart:
// splitByChar('\0', vals) are those that are not constant.
const Separator = 0

// constant marks the type of a slot whose value follows in the shape itself.
const constant = 0x80

// AppendShape appends a shape: what one row of the table shapes holds. A shape
// without constants has the same bytes in every release.
func AppendShape(dst []byte, slots []Slot) []byte {
	for i := range slots {
		dst = appendString(dst, slots[i].Key)
		if !slots[i].Const {
			dst = append(dst, slots[i].Type)
			continue
		}
		dst = append(dst, slots[i].Type|constant)
		dst = appendString(dst, slots[i].Text)
	}
	return dst
}

// AppendSlot appends the value of a slot as text.
func AppendSlot(dst []byte, typ byte, v pcommon.Value) []byte {
	switch typ {
	case TypeString:
		return append(dst, v.Str()...)
	case TypeInt:
		return strconv.AppendInt(dst, v.Int(), 10)
	case TypeDouble:
		return strconv.AppendFloat(dst, v.Double(), 'g', -1, 64)
	case TypeBool:
		return strconv.AppendBool(dst, v.Bool())
	case TypeBytes:
		return base64.StdEncoding.AppendEncode(dst, v.Bytes().AsRaw())
	case TypeMap, TypeSlice:
		return base64.StdEncoding.AppendEncode(dst, AppendValue(nil, v))
	default:
		return dst
	}
}

// ReadShape reads the content that AppendShape made.
func ReadShape(content []byte) (Shape, error) {
	var s Shape
	r := NewReader(content)
	for r.Len() > 0 {
		slot := Slot{Key: r.str()}
		t := r.take(1)
		if t == nil {
			break
		}
		if slot.Type, slot.Const = t[0]&^constant, t[0]&constant != 0; slot.Const {
			slot.Text = r.str()
		} else {
			s.dynamic++
		}
		s.Slots = append(s.Slots, slot)
	}
	return s, r.Err()
}

// Slots reads the values of a shape's slots into m.
func (r *Reader) Slots(s Shape, m pcommon.Map) {
	var mb xpdata.MapBuilder
	mb.EnsureCapacity(len(s.Slots))
	left := s.dynamic
	for i := range s.Slots {
		slot := &s.Slots[i]
		if slot.Const {
			r.constant(slot, mb.AppendEmpty(slot.Key))
			continue
		}
		part := r.b
		if left--; left > 0 {
			at := bytes.IndexByte(r.b, Separator)
			if at < 0 {
				r.fail("too few values for the shape")
				return
			}
			part, r.b = r.b[:at], r.b[at+1:]
		}
		r.slot(slot.Type, part, mb.AppendEmpty(slot.Key))
	}
	mb.UnsafeIntoMap(m)
}

func (r *Reader) constant(s *Slot, v pcommon.Value) {
	if s.Type == TypeString {
		v.SetStr(s.Text) // shared by all spans of the shape
		return
	}
	r.slot(s.Type, []byte(s.Text), v)
}

func (r *Reader) slot(typ byte, text []byte, v pcommon.Value) {
	// The parsers below keep nothing of their argument.
	str := unsafe.String(unsafe.SliceData(text), len(text))
	var err error
	switch typ {
	case TypeEmpty:
	case TypeString:
		v.SetStr(string(text))
	case TypeInt:
		var n int64
		n, err = strconv.ParseInt(str, 10, 64)
		v.SetInt(n)
	case TypeDouble:
		var f float64
		f, err = strconv.ParseFloat(str, 64)
		v.SetDouble(f)
		if math.IsInf(f, 0) {
			err = nil
		}
	case TypeBool:
		v.SetBool(str == "true")
	case TypeBytes, TypeMap, TypeSlice:
		var b []byte
		b, err = base64.StdEncoding.AppendDecode(nil, text)
		if typ == TypeBytes {
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
