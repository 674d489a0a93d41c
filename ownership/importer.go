package ownership

import (
	"context"
	"fmt"
)

// Importer makes a catalogue of the documents of one type of source. It is
// pure: the same documents give the same catalogue. Package imports has those
// there are; docs/ownership.md shows how to write the next.
type Importer interface {
	// Options names the fields that a source of this type has besides type,
	// name, path, url, token and every.
	Options() []string

	// Import reads the documents, which come sorted by name. Whatever is in
	// them, it returns a catalogue or an error, of type Problems where the
	// place of a mistake is known, and takes no more than a few seconds.
	Import(docs []Document, o Options) (*Catalogue, error)
}

// Remote is an Importer whose sources may be behind a web address.
type Remote interface {
	Importer

	// Fetch reads the documents at url. The Getter sees to the token, to what
	// has not changed, and to bounds of time and size.
	Fetch(ctx context.Context, url string, get Getter) ([]Document, error)
}

// Getter reads what is at a web address, unless it has it already.
type Getter interface {
	Get(ctx context.Context, url string) ([]byte, error)
}

// StatusError is the answer of a web address that has no document.
type StatusError struct {
	URL  string
	Code int // HTTP status
}

func (e *StatusError) Error() string { return e.Problem().Error() }

// Problem says what the status means to a person.
func (e *StatusError) Problem() Problem {
	p := Problem{File: e.URL, What: fmt.Sprintf("answers with status %d", e.Code), Remedy: "see its log"}
	switch {
	case e.Code == 401 || e.Code == 403:
		p.Remedy = "give the source a token that may read it"
	case e.Code == 404:
		p.Remedy = "correct the url"
	case e.Code == 429:
		p.Remedy = "ask less often: every"
	case e.Code/100 == 3:
		p.Remedy = "name the address that it leads to"
	}
	return p
}

// Connect makes the Getter of one source. The token is asked for at each
// request and may be empty; no error may hold it.
type Connect func(token func() (string, error)) Getter

// Document is one file or answer of a source.
type Document struct {
	Name string // path or address, for people
	Body []byte
}

// Options are the fields of a source that only its type understands.
type Options map[string]Value

// Value is one such field: a text, a list of texts, or pairs.
type Value struct {
	Text         string
	List         []string // of a text, too: the one
	Pairs        []Pair   // in the order of the file
	File         string
	Line, Column int
}

// Pair is one line of a field that maps texts to texts.
type Pair struct {
	Key, Value   string
	Line, Column int
}

// Wrong is the problem of an option.
func (o Value) Wrong(what, remedy string) Problems {
	return Problems{{File: o.File, Line: o.Line, Column: o.Column, What: what, Remedy: remedy}}
}

// Wrong is the problem of a pair of an option.
func (p Pair) Wrong(o Value, what, remedy string) Problems {
	return Problems{{File: o.File, Line: p.Line, Column: p.Column, What: what, Remedy: remedy}}
}
