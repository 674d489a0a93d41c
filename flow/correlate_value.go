package flow

import "strings"

// NormalizeValue makes values that mean the same equal: trimmed, GUIDs in lower
// case without braces and dashes. It reports false for values that identify
// nothing: empty ones, "null", "unknown" and the like, zeros, and values longer
// than 128 bytes. Default keys and repeating ones also need six characters.
func NormalizeValue(value string) (string, bool) {
	var f Facts
	f.block = &block{owner: &f}
	return f.normalize(valid(value))
}

func (f *Facts) normalize(v string) (string, bool) {
	if len(v) > 4*maxValue {
		return "", false
	}
	v = strings.TrimSpace(v)
	var buf [32]byte
	if guid(&buf, v) {
		if allOf(string(buf[:]), "0") {
			return "", false
		}
		if string(buf[:]) == v {
			return v, true
		}
		return f.block.bytes(buf[:]), true
	}
	if v == "" || len(v) > maxValue || allOf(v, "0-.{} ") {
		return "", false
	}
	switch len(v) {
	case 3, 4, 5, 6, 7, 9:
		for _, s := range [...]string{"n/a", "nan", "nil", "null", "none", "test", "true", "false", "empty", "unknown", "default", "(null)", "<nil>", "undefined", "not set"} {
			if strings.EqualFold(v, s) {
				return "", false
			}
		}
	}
	return v, true
}

func allOf(s, set string) bool {
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) < 0 {
			return false
		}
	}
	return true
}

// guid writes the 32 digits of a GUID: plain, with dashes, in braces or
// parentheses, or as a URN.
func guid(dst *[32]byte, v string) bool {
	if len(v) < 32 {
		return false
	}
	if len(v) == 45 && strings.EqualFold(v[:9], "urn:uuid:") {
		v = v[9:]
	}
	if n := len(v); (n == 34 || n == 38) && (v[0] == '{' && v[n-1] == '}' || v[0] == '(' && v[n-1] == ')') {
		v = v[1 : n-1]
	}
	dashes := len(v) == 36
	if !dashes && len(v) != 32 {
		return false
	}
	n := 0
	for i := range len(v) {
		c := v[i]
		if c == '-' {
			if !dashes || i != 8 && i != 13 && i != 18 && i != 23 {
				return false
			}
			continue
		}
		h := hexDigit[c]
		if h == 0 || n == len(dst) {
			return false
		}
		dst[n] = h
		n++
	}
	return n == len(dst)
}

// hexDigit is the lower-case form of a hex digit, 0 for other bytes.
var hexDigit = func() (t [256]byte) {
	for i := range "0123456789" {
		t['0'+i] = byte('0' + i)
	}
	for i := range "abcdef" {
		t['a'+i], t['A'+i] = byte('a'+i), byte('a'+i)
	}
	return t
}()
