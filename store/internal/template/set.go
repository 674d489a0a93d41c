package template

import (
	"bytes"

	"github.com/cespare/xxhash/v2"
	"github.com/zeebo/xxh3"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/store/internal/wire"
)

const (
	// MaxFreshShapes is how many new shapes a minute may bring. An estate has
	// some hundreds in all; a sender that invents keys has one a span, and after
	// this many its spans carry their keys themselves.
	MaxFreshShapes = 2000
	// MaxSlots is the most attributes a shape may have. Real spans have 5 to 40.
	MaxSlots = 256
	// maxShapes and maxBytes (of slots, keys and values) bound what is learned.
	// Past them all of it is forgotten and learned anew.
	maxShapes = 8192
	maxBytes  = 32 << 20
	// maxTemplates of one shape are kept at a time. One more, and the slot with
	// the most values is taken for one that varies: products of values explode.
	maxTemplates = 1024
	// trial is how many spans of a shape are looked at before it has templates.
	trial = 512
	// maxSpent is how many templates a day may bring, of one shape and in all. An
	// estate of 25 services has some thousands. A template pays from some twenty
	// spans on; past this many new ones shapes are plain until tomorrow.
	maxSpentShape, maxSpent = 1 << 14, 1 << 16
)

// Set is what one process has learned. It is not for concurrent use.
type Set struct {
	table  []*shape // open addressing; its length is a power of two
	shapes int
	bytes  int
	spent  int
	day    uint16
	minute int64
	fresh  int    // shapes that were new in this minute
	last   *shape // of the span before
	tuple  []byte // of the span at hand: the number of each constant's value
}

// Begin says when the spans that follow arrived. Another day is learned anew,
// because templates go with their day and must be written again anyway.
func (s *Set) Begin(day uint16, minute int64) {
	if day != s.day {
		*s = Set{day: day, tuple: s.tuple}
	}
	if minute != s.minute {
		s.minute, s.fresh = minute, 0
	}
}

// Encode appends to vals what the template of the attributes does not hold. It
// returns nil, and appends nothing, for attributes that must carry their keys
// themselves: too many of them, too many new shapes, or text that would break
// the separation of values. The template is valid until the next call.
func (s *Set) Encode(tenant string, m pcommon.Map, vals []byte) ([]byte, *Template) {
	if n := m.Len(); n == 0 || n > MaxSlots {
		return vals, nil
	}
	sh := s.guess(tenant, m)
	if sh == nil {
		if sh = s.shapeOf(tenant, m); sh == nil {
			return vals, nil
		}
		if s.last != nil {
			s.last.next = sh
		}
	}
	s.last = sh
	if sh.trial > 0 {
		s.study(sh, m)
	}
	start := len(vals)
	for { // until no slot turns out to vary, each of which does so once
		varies := false
		dynamic, i := 0, 0
		vals, s.tuple = vals[:start], s.tuple[:0]
		for _, v := range m.All() {
			sl := &sh.slots[i]
			i++
			if sl.dynamic || sh.trial > 0 {
				if dynamic > 0 {
					vals = append(vals, wire.Separator)
				}
				dynamic++
				vals = wire.AppendSlot(vals, sl.typ, v)
				continue
			}
			at, ok := sl.find(v)
			if !ok {
				if at, ok = s.learn(sl, v); !ok {
					sh.vary(sl)
					varies = true
					break
				}
			}
			s.tuple = append(s.tuple, at)
		}
		if varies {
			continue
		}
		if dynamic > 0 && bytes.Count(vals[start:], []byte{wire.Separator}) != dynamic-1 {
			return vals[:start], nil
		}
		hash := xxh3.Hash(s.tuple)
		if t := sh.find(s.tuple, hash); t != nil {
			return vals, t
		}
		if t := s.add(tenant, sh, hash); t != nil {
			return vals, t
		}
	}
}

// guess takes the shape that followed the last one before: spans come in the order
// in which code runs. Comparing keys costs less than hashing them.
func (s *Set) guess(tenant string, m pcommon.Map) *shape {
	if s.last == nil || s.last.next == nil || !s.last.next.is(tenant, m) {
		return nil
	}
	return s.last.next
}

// study looks at the values of one of the first spans of a shape. They keep all
// their values: what varies is known after them, and a shape that few spans have
// is not worth a template of its own.
func (s *Set) study(sh *shape, m pcommon.Map) {
	if sh.trial--; sh.trial == 0 {
		sh.forget()
	}
	i := 0
	for _, v := range m.All() {
		sl := &sh.slots[i]
		i++
		if sl.dynamic {
			continue
		}
		if _, ok := sl.find(v); !ok {
			if _, ok = s.learn(sl, v); !ok {
				sh.vary(sl)
			}
		}
	}
}

// learn gives a new value of a constant slot its number; ok is false for a slot
// that varies.
func (s *Set) learn(sl *slot, v pcommon.Value) (at uint8, ok bool) {
	if s.bytes >= maxBytes {
		return 0, false
	}
	at, size, ok := sl.learn(v)
	s.bytes += size
	return at, ok
}

// add makes the template of s.tuple, or lets a slot vary and returns nil when
// there are too many.
func (s *Set) add(tenant string, sh *shape, hash uint64) *Template {
	if len(s.tuple) > 0 {
		switch {
		case s.spent >= maxSpent || sh.spent >= maxSpentShape:
			sh.varyAll()
			return nil
		case sh.count >= maxTemplates:
			sh.varyWidest()
			return nil
		}
		s.spent++
		sh.spent++
	}
	t := &Template{tuple: string(s.tuple), hash: hash, shape: sh, plain: sh.trial > 0}
	t.ID = ContentID(tenant, wire.AppendShape(nil, t.Slots()))
	sh.insert(t)
	return t
}

// ContentID hashes a content for one tenant, so that no tenant can write what
// another one reads. It is never 0, which means none.
func ContentID(tenant string, content []byte) uint64 {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(tenant)
	_, _ = d.Write([]byte{0})
	_, _ = d.Write(content)
	return max(d.Sum64(), 1)
}

// shapeOf finds the shape of the attributes, or makes it. It returns nil when
// there have been too many new ones.
func (s *Set) shapeOf(tenant string, m pcommon.Map) *shape {
	hash := xxh3.HashString(tenant)
	for k, v := range m.All() {
		hash = (hash^xxh3.HashString(k))*0x9E3779B97F4A7C15 + uint64(wire.Type(v))
	}
	if len(s.table) > 0 {
		mask := uint64(len(s.table) - 1)
		for i := hash & mask; s.table[i] != nil; i = (i + 1) & mask {
			if sh := s.table[i]; sh.hash == hash && sh.is(tenant, m) {
				return sh
			}
		}
	}
	if s.fresh >= MaxFreshShapes {
		return nil
	}
	s.fresh++
	if s.shapes >= maxShapes || s.bytes >= maxBytes {
		s.table, s.shapes, s.bytes, s.last = nil, 0, 0, nil
	}
	sh := newShape(tenant, m, hash)
	s.bytes += sh.size
	s.insert(sh)
	return sh
}

func (s *Set) insert(sh *shape) {
	if 2*s.shapes >= len(s.table) {
		old := s.table
		s.table = make([]*shape, max(2*len(old), 64))
		for _, o := range old {
			if o != nil {
				place(s.table, o.hash, o)
			}
		}
	}
	place(s.table, sh.hash, sh)
	s.shapes++
}

// place puts a value into the first free slot of a table that has one.
func place[T any](table []*T, hash uint64, v *T) {
	mask := uint64(len(table) - 1)
	i := hash & mask
	for table[i] != nil {
		i = (i + 1) & mask
	}
	table[i] = v
}
