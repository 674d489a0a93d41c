package joinerextension

import (
	"encoding/binary"
	"math/bits"
	"time"

	"github.com/baton-observability/baton/flow"
)

// known is what was usual at some moment. While little is known every case
// changes what is: a flow is held against what was known when it came, however
// much later it is judged again, because a late span came or a process started
// anew.
type known struct {
	flow.Usual
	since int64     // start of the flow that was the last of N
	at    time.Time // when it counted
}

const (
	// grown cases say what is usual once and for all; whatever comes later changes it slowly.
	grown = 256
	// late is how much later than what is known a flow that began earlier must come
	// to be held against it: it was delayed, or is from an old file.
	late = time.Minute
	// long is after how long nobody asks any more what was known when.
	long = time.Hour
)

// grow notes what is usual by now.
func (d *durations) grow(of moment, now time.Time) {
	if d.n > grown || bits.OnesCount32(d.n) != 1 || len(d.past) > 0 && d.past[len(d.past)-1].N >= uint64(d.n) {
		return
	}
	k := known{since: min(of.began, now.UnixNano()), at: now}
	k.Usual, _ = d.get()
	if n := len(d.past); n > 0 {
		k.since = max(k.since, d.past[n-1].since)
	}
	d.past = append(d.past, k)
}

// at answers what was usual for a flow.
func (d *durations) at(of moment) (flow.Usual, bool) {
	for n := len(d.past) - 1; n >= 0; n-- {
		if k := &d.past[n]; k.since <= of.began || k.at.Add(late).UnixNano() < of.arrived {
			if k.N == grown {
				break
			}
			return k.Usual, true
		} else if n == 0 {
			return flow.Usual{}, false
		}
	}
	return d.get()
}

// forgetPast drops what nobody asks for any more.
func (d *durations) forgetPast(now time.Time) {
	if n := len(d.past); n > 0 && d.past[n-1].N == grown && now.Sub(d.past[n-1].at) > long {
		d.past = nil
	}
}

func (d *durations) encodePast(b []byte) []byte {
	b = append(b, byte(len(d.past)))
	for _, k := range d.past {
		for _, n := range [...]int64{int64(k.N), int64(k.Mid), int64(k.Most), k.since, k.at.UnixNano()} {
			b = binary.AppendVarint(b, n)
		}
	}
	return b
}

// decodePast returns what follows, nothing when it is cut short.
func (d *durations) decodePast(b []byte) []byte {
	left := int(b[0])
	for b = b[1:]; left > 0; left-- {
		var is [5]int64
		for i := range is {
			n, size := binary.Varint(b)
			if size <= 0 {
				return nil
			}
			is[i], b = n, b[size:]
		}
		d.past = append(d.past, known{flow.Usual{N: uint64(is[0]), Mid: time.Duration(is[1]), Most: time.Duration(is[2])}, is[3], time.Unix(0, is[4])})
	}
	return b
}
