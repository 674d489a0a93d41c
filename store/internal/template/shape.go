package template

import (
	"strings"
	"unsafe"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/store/internal/wire"
)

// shape is the ordered keys and types of attributes, and what is known of their values.
type shape struct {
	tenant string
	hash   uint64
	size   int // bytes of slots and keys
	slots  []slot
	table  []*Template // open addressing; its length is a power of two
	count  int         // of templates in the table
	spent  int         // templates made since the shape was first seen
	next   *shape      // that came after it last time
	trial  int         // spans that are still to be looked at
}

func newShape(tenant string, m pcommon.Map, hash uint64) *shape {
	sh := &shape{tenant: strings.Clone(tenant), hash: hash, trial: trial, slots: make([]slot, 0, m.Len())}
	for k, v := range m.All() {
		sl := slot{key: strings.Clone(k), typ: wire.Type(v)}
		sl.dynamic = sl.typ != wire.TypeString && sl.typ != wire.TypeInt && sl.typ != wire.TypeBool
		sh.slots = append(sh.slots, sl)
		sh.size += len(k) + int(unsafe.Sizeof(sl))
	}
	return sh
}

// is compares whole keys, because hashes can be made to collide.
func (sh *shape) is(tenant string, m pcommon.Map) bool {
	if sh.tenant != tenant || len(sh.slots) != m.Len() {
		return false
	}
	i := 0
	for k, v := range m.All() {
		if sl := &sh.slots[i]; sl.key != k || sl.typ != wire.Type(v) {
			return false
		}
		i++
	}
	return true
}

// vary makes a slot dynamic. The templates so far hold its values, and are
// found no more.
func (sh *shape) vary(sl *slot) {
	*sl = slot{key: sl.key, typ: sl.typ, dynamic: true}
	if sh.trial == 0 {
		sh.forget()
	}
}

func (sh *shape) forget() {
	clear(sh.table)
	sh.count = 0
}

func (sh *shape) varyAll() {
	for i := range sh.slots {
		sh.vary(&sh.slots[i])
	}
}

// varyWidest makes the slot with the most values dynamic.
func (sh *shape) varyWidest() {
	widest, n := 0, 0
	for i := range sh.slots {
		if sl := &sh.slots[i]; !sl.dynamic && sl.width() > n {
			widest, n = i, sl.width()
		}
	}
	sh.vary(&sh.slots[widest])
}

func (sh *shape) find(tuple []byte, hash uint64) *Template {
	if len(sh.table) == 0 {
		return nil
	}
	mask := uint64(len(sh.table) - 1)
	for i := hash & mask; sh.table[i] != nil; i = (i + 1) & mask {
		if t := sh.table[i]; t.hash == hash && t.tuple == string(tuple) {
			return t
		}
	}
	return nil
}

func (sh *shape) insert(t *Template) {
	if 2*sh.count >= len(sh.table) {
		old := sh.table
		sh.table = make([]*Template, max(2*len(old), 8))
		for _, o := range old {
			if o != nil {
				place(sh.table, o.hash, o)
			}
		}
	}
	place(sh.table, t.hash, t)
	sh.count++
}

// Template is a shape with the values of its constant slots.
type Template struct {
	ID    uint64
	tuple string // the number of each constant slot's value
	hash  uint64
	shape *shape
	plain bool // no slot is constant

	// Used is for the caller: the batch that has the template, and its number in it.
	Used struct {
		Batch  uint64
		Number uint32
	}
}

// Slots is what the template holds. It is right only until the next Encode.
func (t *Template) Slots() []wire.Slot {
	out := make([]wire.Slot, len(t.shape.slots))
	at := 0
	for i := range t.shape.slots {
		sl := &t.shape.slots[i]
		out[i] = wire.Slot{Key: sl.key, Type: sl.typ, Const: !sl.dynamic && !t.plain}
		if out[i].Const {
			out[i].Text = sl.text(t.tuple[at])
			at++
		}
	}
	return out
}
