package flow

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// text is an attribute's value as one string: of an array its first element,
// provided that all elements are the same, because a header that was sent with
// several values identifies nothing. Maps and bytes are no identifiers either.
func text(v pcommon.Value) string {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return valid(v.Str())
	case pcommon.ValueTypeInt:
		return strconv.FormatInt(v.Int(), 10)
	case pcommon.ValueTypeBool:
		return strconv.FormatBool(v.Bool())
	case pcommon.ValueTypeDouble:
		return strconv.FormatFloat(v.Double(), 'g', -1, 64)
	case pcommon.ValueTypeSlice:
		l := v.Slice()
		if l.Len() == 0 || l.Len() > maxName || l.At(0).Type() == pcommon.ValueTypeSlice {
			return ""
		}
		first := text(l.At(0))
		for i := 1; i < l.Len(); i++ {
			if e := l.At(i); e.Type() == pcommon.ValueTypeSlice || strings.TrimSpace(text(e)) != strings.TrimSpace(first) {
				return ""
			}
		}
		return first
	}
	return ""
}

// text is text without an allocation for a number.
func (k *block) text(v pcommon.Value) string {
	if v.Type() == pcommon.ValueTypeInt {
		var buf [24]byte
		return k.bytes(strconv.AppendInt(buf[:0], v.Int(), 10))
	}
	return text(v)
}

// number reads an integer that may have been sent as a string; 0 when it is none.
func number(v pcommon.Value) int {
	switch v.Type() {
	case pcommon.ValueTypeInt:
		return clampInt(v.Int())
	case pcommon.ValueTypeDouble:
		if d := v.Double(); d > -1e9 && d < 1e9 {
			return int(d)
		}
	case pcommon.ValueTypeStr:
		if s := strings.TrimSpace(v.Str()); len(s) > 0 && len(s) < 12 {
			n, err := strconv.ParseInt(s, 10, 64)
			if err == nil {
				return clampInt(n)
			}
		}
	case pcommon.ValueTypeSlice:
		if l := v.Slice(); l.Len() == 1 && l.At(0).Type() != pcommon.ValueTypeSlice {
			return number(l.At(0))
		}
	}
	return 0
}

func clampInt(n int64) int { return int(max(-1e9, min(1e9, n))) }

// truth reads a boolean that may have been sent as a string.
func truth(v pcommon.Value) (val, ok bool) {
	switch v.Type() {
	case pcommon.ValueTypeBool:
		return v.Bool(), true
	case pcommon.ValueTypeStr:
		switch s := v.Str(); {
		case strings.EqualFold(s, "true"), s == "1":
			return true, true
		case strings.EqualFold(s, "false"), s == "0":
			return false, true
		}
	}
	return false, false
}

// valid replaces invalid UTF-8, which no answer in JSON could carry.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// bounded trims and cuts s to maxName bytes at a character boundary.
func bounded(s string) string { return cut(strings.TrimSpace(s), maxName) }

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	// Three bytes back at most: what has more is no UTF-8 and has no boundary.
	for i := n; i > n-utf8.UTFMax && i > 0; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n]
}

// block makes strings without one allocation each: it hands out parts of a
// builder's buffer, which is never written twice, so they stay valid for ever.
type block struct {
	owner *Facts // a copied Facts must not share its block: see Facts.reset
	b     strings.Builder
}

const blockSize = 2048 // a kept string pins at most this much

// join concatenates the parts.
func (k *block) join(parts ...string) string {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if k.b.Cap()-k.b.Len() < n {
		k.b.Reset()
		k.b.Grow(max(n, blockSize))
	}
	at := k.b.Len()
	for _, p := range parts {
		k.b.WriteString(p)
	}
	return k.b.String()[at:]
}

// bytes is the string of p.
func (k *block) bytes(p []byte) string {
	if k.b.Cap()-k.b.Len() < len(p) {
		k.b.Reset()
		k.b.Grow(max(len(p), blockSize))
	}
	at := k.b.Len()
	k.b.Write(p)
	return k.b.String()[at:]
}

// lower is strings.ToLower for ASCII letters.
func (k *block) lower(s string) string { return k.mapped(s, 'A', 'Z') }

// upper is strings.ToUpper for ASCII letters.
func (k *block) upper(s string) string { return k.mapped(s, 'a', 'z') }

func (k *block) mapped(s string, from, to byte) string {
	s = cut(s, maxName)
	for i := range len(s) {
		if s[i] >= from && s[i] <= to {
			var buf [maxName]byte
			n := copy(buf[:], s)
			for j := i; j < n; j++ {
				if buf[j] >= from && buf[j] <= to {
					buf[j] ^= 0x20
				}
			}
			return k.bytes(buf[:n])
		}
	}
	return s
}

// squash writes s to dst in lower case without separators, as far as it fits, so
// that spellings of one name compare equal.
func squash(dst []byte, s string) []byte {
	for i := 0; i < len(s) && len(dst) < cap(dst); i++ {
		switch c := s[i]; {
		case c == '.' || c == '-' || c == '_' || c == ' ' || c == ':':
		case c >= 'A' && c <= 'Z':
			dst = append(dst, c|0x20)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

type value = pcommon.Value
