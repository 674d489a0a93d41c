package flow

import (
	"strings"
	"unicode/utf8"
)

// Templating replaces what differs from request to request by placeholders, so
// that names have bounded cardinality: {guid}, {date}, {email} and {id}. It is
// idempotent, its output is valid UTF-8 and at most maxName bytes long.
const (
	maxTemplateInput = 2048 // bytes of a name that are looked at
	maxToken         = 150  // longer words are payloads, not names
)

// Template is the name with its volatile parts replaced, as operations and
// destinations are stored.
func Template(s string) string {
	var k block
	return k.template(s, false)
}

// TemplatePath is Template for URL paths, in which every all-digit segment is
// an id and query and parameters are dropped.
func TemplatePath(s string) string {
	var k block
	return k.path(s)
}

func (k *block) path(s string) string {
	if i := strings.IndexAny(s, "?#;"); i >= 0 {
		s = s[:i]
	}
	if s = k.template(s, true); s == "" {
		return "/"
	}
	return s
}

// The classes of bytes.
const (
	separator = iota
	digit
	lowerCase
	upperCase
	other // beyond ASCII: letters of other scripts
)

var class = func() (c [256]uint8) {
	for i := range c {
		switch b := byte(i); {
		case b >= '0' && b <= '9':
			c[i] = digit
		case b >= 'a' && b <= 'z':
			c[i] = lowerCase
		case b >= 'A' && b <= 'Z':
			c[i] = upperCase
		case b >= 0x80:
			c[i] = other
		}
	}
	return c
}()

// plain reports whether nothing in s can need replacing.
func plain(s string) bool {
	if len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '@' || class[c] == digit {
			return false
		}
	}
	return true
}

func (k *block) template(s string, path bool) string {
	if plain(s) {
		return s
	}
	s = cut(s, maxTemplateInput)
	if !utf8.ValidString(s) {
		s = cut(strings.ToValidUTF8(s, "\uFFFD"), maxTemplateInput)
	}
	w := writer{changed: false}
	mailEnd := 0 // up to here the segment was looked at for an address
	for i := 0; i < len(s) && !w.full; {
		if class[s[i]] == separator {
			w.separator(s[i])
			i++
			continue
		}
		if i >= mailEnd {
			end := segmentEnd(s, i)
			if mail(s[i:end]) {
				w.placeholder("{email}")
				i, mailEnd = end, end
				continue
			}
			mailEnd = end
		}
		if n := guidAt(s[i:]); n > 0 {
			w.placeholder("{guid}")
			i += n
			continue
		}
		if n := dateAt(s[i:]); n > 0 {
			w.placeholder("{date}")
			i += n
			continue
		}
		start := i
		for i < len(s) && class[s[i]] != separator {
			i++
		}
		wholeSegment := path && (start == 0 || s[start-1] == '/') && (i == len(s) || s[i] == '/')
		w.token(s[start:i], wholeSegment)
	}
	if w.full {
		w.n = w.safe
	}
	if !w.changed && w.n == len(s) {
		return s
	}
	return k.bytes(w.buf[:w.n])
}

// writer holds the output. When something does not fit, all after the last
// separator goes, because half a word may look like an id and a whole one not.
type writer struct {
	buf     [maxName]byte
	n, safe int
	full    bool
	changed bool
}

func (w *writer) put(s string) bool {
	if w.n+len(s) > len(w.buf) {
		w.full, w.changed = true, true
		return false
	}
	w.n += copy(w.buf[w.n:], s)
	return true
}

func (w *writer) separator(c byte) {
	if w.n == len(w.buf) {
		w.full, w.changed = true, true
		return
	}
	if c < ' ' || c == 0x7f {
		c, w.changed = ' ', true
	}
	w.buf[w.n] = c
	w.n++
	w.safe = w.n
}

func (w *writer) placeholder(p string) {
	w.changed = true
	if w.put(p) {
		w.safe = w.n // it ends in a separator
	}
}

// token writes a word, or what stands for it.
func (w *writer) token(t string, wholeSegment bool) {
	var digits, run, longest, turns, hexes, upper, lower int
	last := uint8(separator)
	letters := -1 // where the first digit is
	for i := range len(t) {
		c := class[t[i]]
		if c == digit {
			if letters < 0 {
				letters = i
			}
			digits++
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
		switch c {
		case upperCase:
			upper++
		case lowerCase:
			lower++
		}
		if c == digit || (t[i]|0x20 >= 'a' && t[i]|0x20 <= 'f') {
			hexes++
		}
		if i > 0 && c != last {
			turns++
		}
		last = c
	}
	n := len(t)
	switch {
	case n > maxToken:
		w.placeholder("{long}")
	case digits == 0:
		w.put(t)
	case digits == n && (n >= 4 || wholeSegment):
		w.placeholder("{id}")
	case hexes == n && n == 32:
		w.placeholder("{guid}")
	case hexes == n && digits < n && (n >= 6 && digits >= 2 || n >= 12):
		w.placeholder("{id}")
	case n >= 6 && turns >= 3 && digits >= 2 && digits*4 >= n, // booking codes, ULIDs
		n >= 16 && turns*3 >= n && upper > 0 && lower > 0: // base64
		w.placeholder("{id}")
	case longest >= 4: // ORD10045
		if w.put(t[:letters]) {
			w.placeholder("{id}")
		}
	default:
		w.put(t)
	}
}

// segmentEnd is where an address that starts here would end.
func segmentEnd(s string, i int) int {
	for i < len(s) {
		switch c := s[i]; {
		case class[c] != separator, c == '.', c == '-', c == '_', c == '+', c == '@', c == '%':
			i++
		default:
			return i
		}
	}
	return i
}

// mail reports an @ that is not the first character and a dot somewhere after it.
func mail(s string) bool {
	for at := 1; at < len(s); at++ {
		if s[at] == '@' {
			return strings.IndexByte(s[at:], '.') > 0
		}
	}
	return false
}

// guidAt is the length of the GUID with dashes that s starts with.
func guidAt(s string) int {
	if len(s) < 36 || s[8] != '-' || s[13] != '-' || len(s) > 36 && class[s[36]] != separator {
		return 0
	}
	var buf [32]byte
	if !guid(&buf, s[:36]) {
		return 0
	}
	return 36
}

// dateAt is the length of the date, with its time if it has one, that s starts
// with: 2026-11-20, 2026-11-20T19:25:04.8Z or 20261120.
func dateAt(s string) int {
	n := 0
	switch {
	case len(s) >= 10 && s[4] == '-' && s[7] == '-' && year(s) && allOf(s[5:7], "0123456789") && allOf(s[8:10], "0123456789"):
		n = 10
		if len(s) > 10 && s[10] == 'T' {
			for n++; n < len(s) && (class[s[n]] == digit || s[n] == ':' || s[n] == '.' || s[n] == 'Z' || s[n] == '+'); n++ {
			}
		}
	case len(s) >= 8 && year(s) && allOf(s[4:8], "0123456789") && s[4:6] <= "12" && s[6:8] <= "31" && s[4:6] > "00" && s[6:8] > "00":
		n = 8
	default:
		return 0
	}
	if n < len(s) && class[s[n]] != separator {
		return 0
	}
	return n
}

func year(s string) bool {
	return (s[0] == '1' && s[1] == '9' || s[0] == '2' && s[1] == '0') && class[s[2]] == digit && class[s[3]] == digit
}
