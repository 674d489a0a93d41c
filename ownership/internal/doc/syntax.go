package doc

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// byteReader hands out one byte at a time, so that what the YAML library has
// read when it gives up tells where: its messages have no column, and the
// line is that of the surrounding block, if there is one at all.
type byteReader struct {
	b    []byte
	read int
}

func (r *byteReader) Read(p []byte) (int, error) {
	if r.read == len(r.b) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = r.b[r.read]
	r.read++
	return 1, nil
}

var (
	yamlPrefix    = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxProblem places an error of the YAML library and says what to do.
func syntaxProblem(name string, b []byte, err error) *Problem {
	prefix := yamlPrefix.FindStringSubmatch(err.Error())
	what := err.Error()[len(prefix[0]):]
	r := &byteReader{b: b}
	dec := yaml.NewDecoder(r)
	for again := error(nil); again == nil; {
		again = dec.Decode(&yaml.Node{})
	}
	// The library reads ahead over white space; the mistake is before it.
	line, column := place(b, len(bytes.TrimRight(b[:r.read], " \t\r\n"))-1)
	remedy := "check the indentation, brackets and quotes here and on the line before"
	switch anchor := unknownAnchor.FindStringSubmatch(what); {
	case anchor != nil:
		line, column = place(b, bytes.Index(b, []byte("*"+anchor[1])))
		remedy = `quote a pattern that begins with *; an alias needs its anchor (&name) before it`
	case strings.Contains(what, "alphabetic or numeric"):
		remedy = `quote a text that begins with * or &: "*"`
	case strings.Contains(what, "tab character"):
		remedy = "indent with spaces"
	case strings.Contains(what, "cannot start any token"):
		remedy = "indent with spaces, not tabs, and quote a text that begins with @, ` or %"
	case strings.Contains(what, "mapping values are not allowed"):
		remedy = `quote a text that holds ": "`
	case strings.Contains(what, "max depth"):
		remedy = "files of owners nest no deeper than a few levels"
	case strings.Contains(what, "end of stream"):
		// A quote that never ends: here the library knows where it began.
		if n, err := strconv.Atoi(prefix[1]); err == nil {
			line, column = place(b, startOf(b, n))
		}
		remedy = "close the quote that begins here"
	}
	return &Problem{name, line, column, "is not valid YAML: " + what, remedy}
}

// place returns the line of the byte at i, and where the text of that line
// begins: the library's reading is not finer than that.
func place(b []byte, i int) (line, column int) {
	i = min(max(i, 0), len(b))
	start := bytes.LastIndexByte(b[:i], '\n') + 1
	text := bytes.TrimLeft(b[start:], " \t")
	return 1 + bytes.Count(b[:start], []byte("\n")), 1 + len(b) - start - len(text)
}

// startOf returns where line n begins.
func startOf(b []byte, n int) int {
	at := 0
	for range n - 1 {
		next := bytes.IndexByte(b[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	return at
}
