package store

import (
	"math"
	"strings"

	"github.com/ClickHouse/ch-go/proto"
)

// dictionary is a LowCardinality column that is told its values one by one and
// keeps only their numbers. Unlike the library's, it looks a value up once and
// not at all when it repeats, as services and names do from span to span.
type dictionary[T comparable] struct {
	raw   proto.ColLowCardinalityRaw
	index proto.ColumnOf[T]
	at    map[T]uint32
	keys  []uint32
	last  T
	keep  func(T) T // a copy of the value that the map may keep
}

func newStrings() *dictionary[string] {
	return newDictionary[string](new(proto.ColStr), strings.Clone)
}

func newNumbers() *dictionary[uint64] {
	return newDictionary[uint64](new(proto.ColUInt64), func(v uint64) uint64 { return v })
}

func newDictionary[T comparable](index proto.ColumnOf[T], keep func(T) T) *dictionary[T] {
	d := &dictionary[T]{index: index, at: map[T]uint32{}, keep: keep}
	d.raw.Index = index
	return d
}

// Append adds a row, and reports whether its value is new to the column.
func (d *dictionary[T]) Append(v T) (isNew bool) {
	if n := len(d.keys); n > 0 && v == d.last {
		d.keys = append(d.keys, d.keys[n-1])
		return false
	}
	k, ok := d.at[v]
	if !ok {
		k = uint32(len(d.at))
		v = d.keep(v)
		d.at[v] = k
		d.index.Append(v)
	}
	d.keys = append(d.keys, k)
	d.last = v
	return !ok
}

// AppendKnown adds a row of a value whose number the caller knows from Key.
func (d *dictionary[T]) AppendKnown(v T, key uint32) {
	d.keys = append(d.keys, key)
	d.last = v
}

// Has reports whether the column has the value.
func (d *dictionary[T]) Has(v T) bool {
	if len(d.keys) > 0 && v == d.last {
		return true
	}
	_, ok := d.at[v]
	return ok
}

// Key is the number of the last row's value.
func (d *dictionary[T]) Key() uint32 { return d.keys[len(d.keys)-1] }

// Reset forgets all rows and keeps the memory.
func (d *dictionary[T]) Reset() {
	// A map that once was large is slow to clear for ever after.
	if len(d.at) > 1<<14 {
		d.at = map[T]uint32{}
	}
	clear(d.at)
	d.keys = d.keys[:0]
	d.raw.Reset()
	var zero T
	d.last = zero
}

// Type implements proto.ColInput.
func (d *dictionary[T]) Type() proto.ColumnType { return d.raw.Type() }

// Rows implements proto.ColInput.
func (d *dictionary[T]) Rows() int { return len(d.keys) }

// Prepare implements proto.Preparable: it writes the numbers in the smallest
// type that holds them.
func (d *dictionary[T]) Prepare() error {
	r := &d.raw
	r.Keys8, r.Keys16, r.Keys32 = r.Keys8[:0], r.Keys16[:0], r.Keys32[:0]
	switch n := len(d.at); {
	case n <= math.MaxUint8+1:
		r.Key = proto.KeyUInt8
		for _, k := range d.keys {
			r.Keys8 = append(r.Keys8, uint8(k))
		}
	case n <= math.MaxUint16+1:
		r.Key = proto.KeyUInt16
		for _, k := range d.keys {
			r.Keys16 = append(r.Keys16, uint16(k))
		}
	default:
		r.Key = proto.KeyUInt32
		r.Keys32 = append(r.Keys32, d.keys...)
	}
	return nil
}

// EncodeState implements proto.StateEncoder.
func (d *dictionary[T]) EncodeState(b *proto.Buffer) { d.raw.EncodeState(b) }

// EncodeColumn implements proto.ColInput.
func (d *dictionary[T]) EncodeColumn(b *proto.Buffer) { d.raw.EncodeColumn(b) }

// WriteColumn implements proto.ColInput.
func (d *dictionary[T]) WriteColumn(w *proto.Writer) { d.raw.WriteColumn(w) }

// fixed makes a FixedString column.
func fixed(size int) *proto.ColFixedStr { return &proto.ColFixedStr{Size: size} }

// millis makes a DateTime64(3, 'UTC') column.
func millis() *proto.ColDateTime64 {
	c := new(proto.ColDateTime64).WithPrecision(proto.PrecisionMilli)
	return c
}

// rows counts the rows of an input.
func rows(in proto.Input) int { return in[0].Data.Rows() }
