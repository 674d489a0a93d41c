package corpus

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
)

// slotKind says what takes the place of a placeholder.
type slotKind uint8

const (
	slotTrace slotKind = iota // trace id of trace n of the flow
	slotSpan                  // id of span n of the flow
	slotStart
	slotEnd
	slotCorrelation // GUIDs of the flow
	slotRun
	slotMessage // GUID of message n of the flow
	slotOrder   // ten digits: the number of the flow
	slotSession // 32 hexadecimal digits of the flow
	slotAddress // the rest of an IP address, 123.145.167
	slotTwo     // two digits
	slotSmall   // a number from 1 to 64, one byte
	slotSize    // a number of bytes, three bytes as a varint
	slotPort    // an ephemeral port, three bytes
	slotAmount  // a double with two decimals
)

// least is the smallest number of a kind; the largest has a varint as long.
func (k slotKind) least() int64 {
	switch k {
	case slotSize:
		return 1 << 14
	case slotPort:
		return 1 << 15
	}
	return 1
}

// slot is a place in a template that differs from span to span.
type slot struct {
	at   int
	kind slotKind
	n    int
}

const digits = "0123456789"

// patch fills the slots of one span, which is b.
func (f *draw) patch(b []byte, slots []slot, start, end int64, r *rand.PCG) {
	for i := range slots {
		s := &slots[i]
		p := b[s.at:]
		switch s.kind {
		case slotTrace:
			copy(p, f.traces[s.n][:])
		case slotSpan:
			binary.LittleEndian.PutUint64(p, f.spans[s.n])
		case slotStart:
			binary.LittleEndian.PutUint64(p, uint64(start))
		case slotEnd:
			binary.LittleEndian.PutUint64(p, uint64(end))
		case slotCorrelation:
			copy(p, f.correlation[:])
		case slotRun:
			copy(p, f.run[:])
		case slotMessage:
			copy(p, f.messages[s.n][:])
		case slotOrder:
			copy(p, f.order[:])
		case slotSession:
			copy(p, f.session[:])
		case slotAddress:
			v := r.Uint64()
			for k := range 3 {
				octet := 100 + v>>(8*k)&127
				p[4*k], p[4*k+1], p[4*k+2] = digits[octet/100], digits[octet/10%10], digits[octet%10]
				if k < 2 {
					p[4*k+3] = '.'
				}
			}
		case slotTwo:
			v := r.Uint64() % 24 // as many as a pool has threads
			p[0], p[1] = digits[v/10], digits[v%10]
		case slotSmall:
			p[0] = byte(1 + r.Uint64()%64)
		case slotSize:
			binary.PutUvarint(p, 1<<14+r.Uint64()%20_000)
		case slotPort:
			binary.PutUvarint(p, 1<<15+r.Uint64()%28_000)
		case slotAmount:
			binary.LittleEndian.PutUint64(p, math.Float64bits(float64(500+r.Uint64()%40_000)/100))
		}
	}
}

// guid writes a random GUID of version 4.
func guid(r *rand.PCG) (g [36]byte) {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:], r.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], r.Uint64())
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	at := 0
	for i, n := range []int{4, 2, 2, 2, 6} {
		if i > 0 {
			g[at] = '-'
			at++
		}
		hex.Encode(g[at:], raw[:n])
		at += 2 * n
		copy(raw[:], raw[n:])
	}
	return g
}

// orderNumber is two digits of the seed, so that flows of two corpora in one store are told apart, and eight of the flow.
func orderNumber(seed uint64, flow int64) (d [10]byte) {
	n := seed%100*100_000_000 + uint64(flow)%100_000_000
	for i := len(d) - 1; i >= 0; i-- {
		d[i] = digits[n%10]
		n /= 10
	}
	return d
}
