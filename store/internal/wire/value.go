package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/xpdata"
)

// ErrCorrupt is wrapped by every decoding error.
var ErrCorrupt = errors.New("stored bytes are corrupt")

// MaxDepth bounds the nesting of values, so that no stored byte string can
// exhaust the stack. Deeper values are kept as their JSON text.
const MaxDepth = 64

// The types as stored. They have OTLP's order and never change.
const (
	TypeEmpty byte = iota
	TypeString
	TypeInt
	TypeDouble
	TypeBool
	TypeMap
	TypeSlice
	TypeBytes
)

// Type is the stored type of a value at a nesting depth.
func Type(v pcommon.Value) byte { return typeAt(v, 0) }

func typeAt(v pcommon.Value, depth int) byte {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return TypeString
	case pcommon.ValueTypeInt:
		return TypeInt
	case pcommon.ValueTypeDouble:
		return TypeDouble
	case pcommon.ValueTypeBool:
		return TypeBool
	case pcommon.ValueTypeMap:
		if depth >= MaxDepth {
			return TypeString
		}
		return TypeMap
	case pcommon.ValueTypeSlice:
		if depth >= MaxDepth {
			return TypeString
		}
		return TypeSlice
	case pcommon.ValueTypeBytes:
		return TypeBytes
	default:
		return TypeEmpty
	}
}

// AppendValue appends a value without its type.
func AppendValue(dst []byte, v pcommon.Value) []byte { return appendValue(dst, v, 0) }

func appendValue(dst []byte, v pcommon.Value, depth int) []byte {
	switch typeAt(v, depth) {
	case TypeString:
		if v.Type() != pcommon.ValueTypeStr {
			return appendString(dst, v.AsString())
		}
		return appendString(dst, v.Str())
	case TypeInt:
		return binary.AppendVarint(dst, v.Int())
	case TypeDouble:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(v.Double()))
	case TypeBool:
		if v.Bool() {
			return append(dst, 1)
		}
		return append(dst, 0)
	case TypeMap:
		return appendMap(dst, v.Map(), depth+1)
	case TypeSlice:
		s := v.Slice()
		dst = binary.AppendUvarint(dst, uint64(s.Len()))
		for _, e := range s.All() {
			dst = append(dst, typeAt(e, depth+1))
			dst = appendValue(dst, e, depth+1)
		}
		return dst
	case TypeBytes:
		b := v.Bytes()
		dst = binary.AppendUvarint(dst, uint64(b.Len()))
		return append(dst, b.AsRaw()...)
	default:
		return dst
	}
}

// AppendMap appends a map with its keys and types.
func AppendMap(dst []byte, m pcommon.Map) []byte { return appendMap(dst, m, 0) }

func appendMap(dst []byte, m pcommon.Map, depth int) []byte {
	dst = binary.AppendUvarint(dst, uint64(m.Len()))
	for k, v := range m.All() {
		dst = appendString(dst, k)
		dst = append(dst, typeAt(v, depth))
		dst = appendValue(dst, v, depth)
	}
	return dst
}

func appendString(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// Reader reads what this package wrote. After the first error it stays broken.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads b, which it aliases until done.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err is the first error, nil when all was well.
func (r *Reader) Err() error { return r.err }

// Len is how many bytes are left.
func (r *Reader) Len() int { return len(r.b) }

func (r *Reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrCorrupt, what)
	}
	r.b = nil
}

func (r *Reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("number")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *Reader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.fail("number")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *Reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail("length")
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *Reader) str() string { return string(r.take(r.uvarint())) }

// count reads a number of elements, each of which needs at least min bytes.
func (r *Reader) count(minSize int) int {
	n := r.uvarint()
	if n > uint64(len(r.b)/minSize) {
		r.fail("count")
		return 0
	}
	return int(n)
}

// Value reads a value of a type into v.
func (r *Reader) Value(typ byte, v pcommon.Value) { r.value(typ, v, 0) }

func (r *Reader) value(typ byte, v pcommon.Value, depth int) {
	switch typ {
	case TypeEmpty:
	case TypeString:
		v.SetStr(r.str())
	case TypeInt:
		v.SetInt(r.varint())
	case TypeDouble:
		if b := r.take(8); b != nil {
			v.SetDouble(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	case TypeBool:
		if b := r.take(1); b != nil {
			v.SetBool(b[0] != 0)
		}
	case TypeMap:
		if depth >= MaxDepth {
			r.fail("depth")
			return
		}
		r.mapAt(v.SetEmptyMap(), depth+1)
	case TypeSlice:
		if depth >= MaxDepth {
			r.fail("depth")
			return
		}
		s := v.SetEmptySlice()
		n := r.count(1)
		s.EnsureCapacity(n)
		for range n {
			t := r.take(1)
			if t == nil {
				return
			}
			r.value(t[0], s.AppendEmpty(), depth+1)
		}
	case TypeBytes:
		v.SetEmptyBytes().FromRaw(r.take(r.uvarint()))
	default:
		r.fail("type")
	}
}

// Map reads a map with its keys and types.
func (r *Reader) Map(m pcommon.Map) { r.mapAt(m, 0) }

func (r *Reader) mapAt(m pcommon.Map, depth int) {
	// The builder does not look for duplicate keys: a sender's duplicates are
	// kept, and a map of 10,000 keys does not cost the square of it.
	var mb xpdata.MapBuilder
	n := r.count(2)
	mb.EnsureCapacity(n)
	for range n {
		k := r.str()
		t := r.take(1)
		if t == nil {
			return
		}
		r.value(t[0], mb.AppendEmpty(k), depth)
	}
	mb.UnsafeIntoMap(m)
}
