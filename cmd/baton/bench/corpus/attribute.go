package corpus

import (
	"math"
	"regexp"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// attr is one attribute of a template. Its value is text, where words in braces stand for what is drawn for each flow or span
// (see variables), an int, a bool, bytes, a list of one text, a map, or a number that is drawn; a float64 always is.
type attr struct {
	key   string
	value any
}

// drawn is a number that differs from span to span.
type drawn slotKind

// variables are the words in braces, with a placeholder as wide as what takes its place, so that patching moves nothing.
var variables = map[string]struct {
	kind slotKind
	wide int
}{
	"correlation": {slotCorrelation, 36},
	"run":         {slotRun, 36},
	"message":     {slotMessage, 36},
	"order":       {slotOrder, 10},
	"session":     {slotSession, 32},
	"address":     {slotAddress, 11},
	"two":         {slotTwo, 2},
}

var variable = regexp.MustCompile(`\{[a-z]+\}`)

// text replaces the variables of s by placeholders and says where they are.
func text(s string) (string, []slot) {
	var slots []slot
	var out []byte
	for {
		at := variable.FindStringIndex(s)
		if at == nil {
			return string(append(out, s...)), slots
		}
		out = append(out, s[:at[0]]...)
		if v, ok := variables[s[at[0]+1:at[1]-1]]; ok {
			slots = append(slots, slot{at: len(out), kind: v.kind})
			for range v.wide {
				out = append(out, '0')
			}
		} else {
			out = append(out, s[at[0]:at[1]]...) // a route's own braces
		}
		s = s[at[1]:]
	}
}

// append encodes the attribute as field num and answers where its variables are in b.
func (a attr) append(b []byte, num protowire.Number) ([]byte, []slot) {
	switch v := a.value.(type) {
	case string:
		s, slots := text(v)
		b = wire.Text(b, num, a.key, s)
		return b, shift(slots, len(b)-len(s))
	case []string:
		s, slots := text(v[0])
		b = wire.List(b, num, a.key, []byte(s))
		return b, shift(slots, len(b)-len(s))
	case int:
		return wire.Int(b, num, a.key, int64(v)), nil
	case drawn:
		b = wire.Int(b, num, a.key, slotKind(v).least())
		size := protowire.SizeVarint(uint64(slotKind(v).least()))
		return b, []slot{{at: len(b) - size, kind: slotKind(v)}}
	case float64:
		b = keyValue(b, num, a.key, wire.Fixed64(nil, 4, int64(math.Float64bits(v))))
		return b, []slot{{at: len(b) - 8, kind: slotAmount}}
	case []byte:
		return keyValue(b, num, a.key, wire.Bytes(nil, 7, v)), nil
	case []attr:
		var list []byte
		for _, inner := range v {
			list, _ = inner.append(list, 1)
		}
		return keyValue(b, num, a.key, wire.Bytes(nil, 6, list)), nil
	case bool:
		return keyValue(b, num, a.key, wire.Varint(nil, 2, int64(protowire.EncodeBool(v)))), nil
	}
	panic("corpus: attribute " + a.key + " has no type of OTLP")
}

// keyValue appends an attribute with an encoded AnyValue.
func keyValue(b []byte, num protowire.Number, key string, value []byte) []byte {
	kv := wire.Bytes(wire.Bytes(nil, 1, key), 2, value)
	return wire.Bytes(b, num, kv)
}

func shift(slots []slot, by int) []slot {
	for i := range slots {
		slots[i].at += by
	}
	return slots
}

// fill pads a span's own attributes to n with what agents and frameworks add to every span.
func fill(own []attr, n int) []attr {
	for i := 0; len(own) < n; i++ {
		if i < len(usual) {
			own = append(own, usual[i])
		} else {
			own = append(own, attr{"app.label." + string(rune('a'+i%26)) + string(rune('a'+i/26)), "value-{two}"})
		}
	}
	return own
}

var usual = []attr{
	{"thread.id", drawn(slotSmall)},
	{"thread.name", "http-nio-8080-exec-{two}"},
	{"app.customer.tier", "gold"},
	{"app.region", "westeurope"},
	{"session.id", "{session}"},
	{"code.function.name", "com.example.shop.Handler.handle"},
	{"code.line.number", 184},
	{"feature_flag.key", "new-pricing"},
	{"feature_flag.result.variant", "on"},
	{"app.currency", "EUR"},
	{"app.build", "2026.11.3"},
	{"app.channel", "web"},
	{"network.type", "ipv4"},
	{"network.transport", "tcp"},
}
