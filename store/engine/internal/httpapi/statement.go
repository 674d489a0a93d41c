package httpapi

import (
	"regexp"
	"strings"
)

var (
	insertStream = regexp.MustCompile(`(?is)^(INSERT\s.*?\s)FORMAT\s+(\w+)\s*;?\s*$`)
	streamable   = regexp.MustCompile(`(?i)^\(*\s*(SELECT|WITH)\b`)
	stateful     = regexp.MustCompile(`(?i)^(SET|USE|(CREATE|ATTACH|REPLACE)\s+(OR\s+REPLACE\s+)?TEMPORARY|BEGIN|START|EXECUTE)\b`)
)

// splitInsert takes the FORMAT clause off an INSERT whose data comes separately.
func splitInsert(text string) (query, format string, ok bool) {
	m := insertStream.FindStringSubmatch(skipComments(text))
	if m == nil {
		return text, "", false
	}
	return m[1], m[2], true
}

// isStreamable tells whether the engine can give the result piece by piece. It refuses everything but a query, and says so.
func (req *request) isStreamable() bool { return streamable.MatchString(skipComments(req.text)) }

// changesSession tells whether the statement leaves something behind in its session. Over HTTP every request has a session of its
// own, so such a session is not used again.
func (req *request) changesSession() bool { return stateful.MatchString(skipComments(req.text)) }

// skipComments returns the text from its first token on.
func skipComments(text string) string {
	for {
		text = strings.TrimLeft(text, " \t\r\n\f\v")
		switch {
		case strings.HasPrefix(text, "--"), strings.HasPrefix(text, "#!"), strings.HasPrefix(text, "# "):
			_, text, _ = strings.Cut(text, "\n")
		case strings.HasPrefix(text, "/*"):
			_, text, _ = strings.Cut(text, "*/")
		default:
			return text
		}
	}
}
