package template

import (
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"
	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/store/internal/wire"
)

const (
	// maxStrings and maxInts are how many values a slot may show and still be
	// constant. Of strings there are few or very many; integers are mostly
	// measures, and cost little in the row.
	maxStrings, maxInts = 64, 6
	// maxText is the longest value that is kept: a query or a user agent, not a document.
	maxText = 1024
)

// slot is one attribute of a shape and the values that it has shown.
type slot struct {
	key     string
	typ     byte
	dynamic bool
	last    uint8 // the value that was found last
	strings []string
	table   *[2 * maxStrings]uint8 // open addressing: the number of a string, plus one
	ints    []int64
}

// find returns the number of a value.
func (sl *slot) find(v pcommon.Value) (uint8, bool) {
	switch sl.typ {
	case wire.TypeString:
		s := v.Str()
		if int(sl.last) < len(sl.strings) && sl.strings[sl.last] == s {
			return sl.last, true
		}
		if sl.table == nil {
			return 0, false
		}
		for i := xxh3.HashString(s) % uint64(len(sl.table)); sl.table[i] != 0; i = (i + 1) % uint64(len(sl.table)) {
			if at := sl.table[i] - 1; sl.strings[at] == s {
				sl.last = at
				return at, true
			}
		}
	case wire.TypeInt:
		n := v.Int()
		for i, have := range sl.ints {
			if have == n {
				return uint8(i), true
			}
		}
	case wire.TypeBool:
		if v.Bool() {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// learn gives a value that find did not find a number, and says how many bytes
// it takes. It refuses when there are too many.
func (sl *slot) learn(v pcommon.Value) (at uint8, size int, ok bool) {
	if sl.typ == wire.TypeInt {
		if len(sl.ints) == maxInts {
			return 0, 0, false
		}
		sl.ints = append(sl.ints, v.Int())
		return uint8(len(sl.ints) - 1), 8, true
	}
	s := v.Str()
	if len(sl.strings) == maxStrings || len(s) > maxText {
		return 0, 0, false
	}
	if sl.table == nil {
		sl.table = new([2 * maxStrings]uint8)
		size = len(sl.table)
	}
	i := xxh3.HashString(s) % uint64(len(sl.table))
	for sl.table[i] != 0 {
		i = (i + 1) % uint64(len(sl.table))
	}
	sl.strings = append(sl.strings, strings.Clone(s))
	sl.table[i] = uint8(len(sl.strings))
	return uint8(len(sl.strings) - 1), size + len(s) + 16, true
}

// width is how many values the slot has shown.
func (sl *slot) width() int {
	if sl.typ == wire.TypeBool {
		return 2
	}
	return max(len(sl.strings), len(sl.ints))
}

// text is the value with a number, as it would be in a row.
func (sl *slot) text(at uint8) string {
	switch sl.typ {
	case wire.TypeString:
		return sl.strings[at]
	case wire.TypeInt:
		return strconv.FormatInt(sl.ints[at], 10)
	default:
		return strconv.FormatBool(at == 1)
	}
}
