package flow

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
)

// idKey spreads the ids of several traces over one table. A collision is caught by
// comparing what was found.
func idKey(number uint64, id SpanID) uint64 {
	return binary.LittleEndian.Uint64(id[:]) ^ number*0x9E3779B97F4A7C15
}

// slot is where the table has the number of the first span with that key, or
// room for it.
func (t *tree) slot(key uint64) *int32 {
	mask := uint64(len(t.byID) - 1)
	for at := key * spread >> bits.LeadingZeros64(mask); ; at++ {
		if s := &t.byID[at&mask]; *s == 0 || t.keys[*s-1] == key {
			return s
		}
	}
}

// spread is random, so that nobody can send ids that all meet in one slot.
var spread = rand.Uint64() | 1

func (t *tree) index() (callerOf map[int]int) {
	for _, i := range t.byStart {
		s := &t.spans[i]
		var number uint64
		if t.trace != nil {
			number = t.number[t.trace[i]]
		}
		k := idKey(number, s.ID)
		t.keys[i] = k
		slot := t.slot(k)
		if *slot == 0 {
			*slot = int32(i) + 1
			continue
		}
		j := int(*slot) - 1
		if t.spans[j].ID != s.ID || t.trace != nil && t.trace[j] != t.trace[i] {
			continue
		}
		server, client := i, j
		if t.spans[j].SpanKind == KindServer {
			server, client = j, i
		}
		if t.spans[server].SpanKind != KindServer || t.spans[client].SpanKind != KindClient {
			continue
		}
		*slot = int32(server) + 1 // children belong to the server's side
		if callerOf == nil {
			callerOf = map[int]int{}
		}
		if _, ok := callerOf[server]; !ok {
			callerOf[server] = client
		}
	}
	return callerOf
}

// lookup finds span id in the trace with the given number, which is that of
// span i; -1 when it is not there.
func (t *tree) lookup(number uint64, i int, id SpanID) int {
	j := *t.slot(idKey(number, id)) - 1
	if j < 0 || t.spans[j].ID != id || t.trace != nil && t.trace[j] != t.trace[i] {
		return -1
	}
	return int(j)
}

// find is the span that a link leads to, -1 when it is not there.
func (t *tree) find(l Link) int {
	number, ok := t.number[l.Trace]
	if !ok {
		return -1
	}
	j := *t.slot(idKey(number, l.Span)) - 1
	if j < 0 || t.spans[j].ID != l.Span || t.trace[j] != l.Trace {
		return -1
	}
	return int(j)
}
