package estate

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// attr is one attribute of a span template. Text may hold variables in braces: "/v1/customers/{customer}". Templates
// are compiled once: what never changes becomes bytes that are copied, so that a span costs little more than its copy.
type attr struct {
	key    string
	text   string
	num    int64
	isNum  bool
	isList bool
	isRaw  bool // braces mean themselves, as in a route
}

func str(key, text string) attr        { return attr{key: key, text: text} }
func num(key string, value int64) attr { return attr{key: key, num: value, isNum: true} }
func raw(key, text string) attr        { return attr{key: key, text: text, isRaw: true} }
func header(name, text string) attr {
	return attr{key: "http.request.header." + name, text: text, isList: true}
}

// variable appends a value of the running flow. It reports false when the flow has none here: a trace that carries no
// correlation id does not write one, and the attribute is left out.
type variable func(b []byte, r *run, c *site) ([]byte, bool)

var variables = map[string]variable{
	"order":    func(b []byte, r *run, c *site) ([]byte, bool) { return append(b, r.business...), c.business },
	"customer": func(b []byte, r *run, _ *site) ([]byte, bool) { return strconv.AppendInt(b, r.customer, 10), true },
	"correlation": func(b []byte, r *run, c *site) ([]byte, bool) {
		return append(b, r.correlation...), c.correlated
	},
	"request":      func(b []byte, r *run, _ *site) ([]byte, bool) { return append(b, r.request...), true },
	"session":      func(b []byte, r *run, _ *site) ([]byte, bool) { return append(b, r.session...), true },
	"conversation": func(b []byte, r *run, _ *site) ([]byte, bool) { return append(b, r.conversation...), true },
	"workflow": func(b []byte, r *run, _ *site) ([]byte, bool) {
		return append(append(b, "fulfil-"...), r.business...), true
	},
	"run": func(b []byte, r *run, _ *site) ([]byte, bool) { return append(b, r.runID...), true },
	"activity": func(b []byte, _ *run, c *site) ([]byte, bool) {
		return strconv.AppendInt(b, int64(c.activity), 10), true
	},
	"message": func(b []byte, _ *run, c *site) ([]byte, bool) { return append(b, c.message.id[:]...), c.message != nil },
	"partition": func(b []byte, _ *run, c *site) ([]byte, bool) {
		return strconv.AppendInt(b, c.message.partition, 10), true
	},
	"client": func(b []byte, r *run, _ *site) ([]byte, bool) { return appendAddress(b, 203, 0, r.customer), true },
	"peer": func(b []byte, r *run, _ *site) ([]byte, bool) {
		return appendAddress(b, 10, 244, int64(r.pod)*37), true
	},
	"thread": func(b []byte, r *run, _ *site) ([]byte, bool) { return strconv.AppendInt(b, int64(r.pod%24), 10), true },
}

// numbers are the integer variables.
var numbers = map[string]func(r *run, c *site) (int64, bool){
	"offset":    func(_ *run, c *site) (int64, bool) { return c.message.offset, true },
	"size":      func(r *run, _ *site) (int64, bool) { return 420 + r.customer%700, true },
	"port":      func(r *run, _ *site) (int64, bool) { return 32768 + (r.customer*31+int64(r.pod))%28000, true },
	"thread":    func(r *run, _ *site) (int64, bool) { return int64(20 + r.pod%24), true },
	"rows":      func(r *run, _ *site) (int64, bool) { return 1 + r.customer%3, true },
	"delivery":  func(_ *run, c *site) (int64, bool) { return int64(c.delivery), c.delivery > 0 },
	"enqueued":  func(_ *run, c *site) (int64, bool) { return c.message.sent / 1e9, true },
	"resend":    func(_ *run, c *site) (int64, bool) { return int64(c.resend), c.resend > 0 },
	"task":      func(_ *run, c *site) (int64, bool) { return int64(c.activity), true },
	"threshold": func(r *run, _ *site) (int64, bool) { return 40 + r.customer%50, true },
}

func appendAddress(b []byte, first, second byte, rest int64) []byte {
	b = strconv.AppendInt(b, int64(first), 10)
	b = strconv.AppendInt(append(b, '.'), int64(second), 10)
	b = strconv.AppendInt(append(b, '.'), rest/251%251, 10)
	return strconv.AppendInt(append(b, '.'), 1+rest%251, 10)
}

// piece is a part of a compiled value: literal text, then perhaps a variable.
type piece struct {
	literal string
	value   variable
}

// slot is an attribute that changes from span to span.
type slot struct {
	key    string
	pieces []piece
	number func(r *run, c *site) (int64, bool)
	isList bool
}

// compile splits attributes into fixed bytes and slots. An unknown variable is a mistake in the scenario and panics at
// start-up.
func compile(attrs []attr) (fixed []byte, slots []slot) {
	for _, a := range attrs {
		switch {
		case a.isNum:
			fixed = wire.Int(fixed, wire.SpanAttributes, a.key, a.num)
		case a.isRaw:
			fixed = wire.Text(fixed, wire.SpanAttributes, a.key, a.text)
		case strings.HasPrefix(a.text, "#"):
			n, ok := numbers[a.text[1:]]
			if !ok {
				panic(fmt.Sprintf("estate: no number %q", a.text))
			}
			slots = append(slots, slot{key: a.key, number: n})
		case !strings.Contains(a.text, "{") && a.isList:
			fixed = wire.List(fixed, wire.SpanAttributes, a.key, []byte(a.text))
		case !strings.Contains(a.text, "{"):
			fixed = wire.Text(fixed, wire.SpanAttributes, a.key, a.text)
		default:
			slots = append(slots, slot{key: a.key, pieces: piecesOf(a.text), isList: a.isList})
		}
	}
	return fixed, slots
}

func piecesOf(text string) (out []piece) {
	for {
		before, after, found := strings.Cut(text, "{")
		if !found {
			return append(out, piece{literal: before})
		}
		name, rest, _ := strings.Cut(after, "}")
		v, ok := variables[name]
		if !ok {
			panic(fmt.Sprintf("estate: no variable %q", name))
		}
		out = append(out, piece{literal: before, value: v})
		text = rest
	}
}

// append writes the slot's attribute, or nothing when its variable has no value here.
func (s *slot) append(b []byte, r *run, c *site) []byte {
	if s.number != nil {
		if v, ok := s.number(r, c); ok {
			return wire.Int(b, wire.SpanAttributes, s.key, v)
		}
		return b
	}
	r.scratch = r.scratch[:0]
	for _, p := range s.pieces {
		r.scratch = append(r.scratch, p.literal...)
		if p.value != nil {
			var ok bool
			if r.scratch, ok = p.value(r.scratch, r, c); !ok {
				return b
			}
		}
	}
	if s.isList {
		return wire.List(b, wire.SpanAttributes, s.key, r.scratch)
	}
	return wire.Text(b, wire.SpanAttributes, s.key, r.scratch)
}

// uuid formats 16 random bytes as a version 4 UUID.
func uuid(raw [16]byte) (out [36]byte) {
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	hex.Encode(out[0:8], raw[0:4])
	hex.Encode(out[9:13], raw[4:6])
	hex.Encode(out[14:18], raw[6:8])
	hex.Encode(out[19:23], raw[8:10])
	hex.Encode(out[24:36], raw[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return out
}
