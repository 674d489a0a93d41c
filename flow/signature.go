package flow

import "strings"

// maxSignature bounds a signature in bytes: groups need no more to be told apart.
const maxSignature = 160

// Signature is a reason with what changes from case to case removed: numbers,
// ids, addresses, durations. Failures are grouped by it. The signature of a
// signature is itself.
func Signature(reason string) string {
	var b strings.Builder
	before := ""
	for _, w := range strings.Fields(strings.ToValidUTF8(reason, "\uFFFD")) {
		if len(w) > maxSignature {
			w = w[:maxSignature]
			w = strings.ToValidUTF8(w, "")
		}
		core := strings.Trim(w, `"'()[]{},.;:<>`)
		if volatile(core) && !(isCode(before) && plainCode(core)) {
			w = strings.Replace(w, core, "{}", 1)
		}
		before = core
		if b.Len() > 0 {
			if b.Len()+1+len(w) > maxSignature {
				break
			}
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

// isCode reports words after which a number is the point.
func isCode(w string) bool {
	switch strings.ToLower(w) {
	case "http", "sqlstate", "status", "code", "errno", "error":
		return true
	}
	return false
}

// plainCode reports a short code of capital letters and digits.
func plainCode(w string) bool {
	for i := range len(w) {
		if (w[i] < '0' || w[i] > '9') && (w[i] < 'A' || w[i] > 'Z') {
			return false
		}
	}
	return len(w) <= 6
}

// volatile reports words that are different in every case: numbers of more than
// three digits, words with several digits or with a digit and a separator,
// durations, and addresses of people.
func volatile(w string) bool {
	digits, letters := 0, 0
	for _, r := range w {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
		}
	}
	if digits == 0 {
		return strings.IndexByte(w, '@') > 0
	}
	if letters == 0 && digits == len(w) && digits <= 3 {
		return false
	}
	return digits >= 2 || letters == 0 || strings.ContainsAny(w, "-_/#=@") || duration(w)
}

func duration(w string) bool {
	switch strings.TrimLeft(w, "0123456789.") {
	case "ns", "us", "µs", "ms", "s", "m", "h":
		return w[0] >= '0' && w[0] <= '9'
	}
	return false
}
