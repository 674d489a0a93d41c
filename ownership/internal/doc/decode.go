// Package doc reads the bounded YAML and JSON documents that ownership comes
// in, keeping the place of every value, and says what is wrong with them and
// how to mend it.
package doc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// MaxSize is far above any file of owners: 10,000 rules are 1 MB.
	MaxSize = 10 << 20

	// maxMarks bounds the nodes of a document, of which each takes 200 bytes
	// and is begun by one of the marks below. The library would make them all
	// before anybody could count them.
	maxMarks = 2_000_000

	// maxDocuments is far above any catalogue in one file.
	maxDocuments = 100_000
)

// TooLarge is the problem of a file above MaxSize.
func TooLarge(name string) Problem {
	return Problem{File: name, What: fmt.Sprintf("is larger than %d MB", MaxSize>>20), Remedy: "split it into several files"}
}

// One returns the root of the one YAML document in b, nil when there is none.
func One(name string, b []byte) (*yaml.Node, *Problem) {
	roots, problem := Every(name, b)
	switch {
	case problem != nil:
		return nil, problem
	case len(roots) > 1:
		p := At(name, roots[1], "the file holds a second YAML document", `take the "---" away, or split the file`)
		return nil, &p
	case len(roots) == 1 && !IsNull(roots[0]):
		return roots[0], nil
	}
	return nil, nil
}

// Every returns the roots of the YAML documents in b; empty ones are null.
func Every(name string, b []byte) ([]*yaml.Node, *Problem) {
	if p := Readable(name, b); p != nil {
		return nil, p
	}
	marks := 0
	for _, m := range []string{",", "\n", ":", "[", "{", "- ", "? "} {
		marks += bytes.Count(b, []byte(m))
	}
	if marks > maxMarks {
		return nil, &Problem{name, 1, 1, fmt.Sprintf("holds more than %d values or lines", maxMarks), "split it into several files"}
	}
	var roots []*yaml.Node
	for dec := yaml.NewDecoder(bytes.NewReader(b)); ; {
		var doc yaml.Node
		err := dec.Decode(&doc)
		switch {
		case errors.Is(err, io.EOF):
			return roots, nil
		case err != nil:
			return nil, syntaxProblem(name, b, err)
		case len(roots) == maxDocuments:
			p := At(name, &doc, fmt.Sprintf("holds more than %d YAML documents", maxDocuments), "split it into several files")
			return nil, &p
		}
		if p := bombs(name, doc.Content[0]); p != nil {
			return nil, p
		}
		roots = append(roots, doc.Content[0])
	}
}

// Readable says what keeps b from being text of a size that is read.
func Readable(name string, b []byte) *Problem {
	if len(b) > MaxSize {
		p := TooLarge(name)
		return &p
	}
	i := invalidUTF8(b)
	if i < 0 {
		return nil
	}
	line, column := 1+bytes.Count(b[:i], []byte("\n")), i-bytes.LastIndexByte(b[:i], '\n')
	return &Problem{name, line, column, "is not UTF-8 text", "save the file as UTF-8"}
}

func invalidUTF8(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; ; {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
}
