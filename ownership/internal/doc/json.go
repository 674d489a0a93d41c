package doc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

const (
	maxJSONDepth  = 200
	maxJSONValues = 1_000_000 // about 200 MB of nodes
)

// LooksLikeJSON reports whether b begins as a JSON object or list. YAML may
// begin so too.
func LooksLikeJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[')
}

// JSON returns the root of a JSON document as the same nodes that YAML has.
// Every JSON document is a YAML one too, but not for the library: it does not
// know the surrogate pairs of JSON's strings.
func JSON(name string, b []byte) (*yaml.Node, *Problem) {
	if p := Readable(name, b); p != nil {
		return nil, p
	}
	r := jsonReader{name: name, b: b, dec: json.NewDecoder(bytes.NewReader(b)), line: 1}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err == nil {
		if _, err = r.dec.Token(); errors.Is(err, io.EOF) {
			return n, nil
		} else if err == nil {
			err = errors.New("there is something after its end")
		}
	}
	var p Problem
	if errors.As(err, &p) {
		return nil, &p
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	line, column := r.place()
	return nil, &Problem{name, line, column, "is not valid JSON: " + err.Error(), "check the brackets, commas and quotes here"}
}

type jsonReader struct {
	name   string
	b      []byte
	dec    *json.Decoder
	values int

	seen, line, start int // how far lines were counted, the last one, and where it starts
}

// place is where the decoder is.
func (r *jsonReader) place() (line, column int) {
	at := min(int(r.dec.InputOffset()), len(r.b))
	for at < len(r.b) && bytes.IndexByte([]byte(" \t\r\n,:"), r.b[at]) >= 0 {
		at++
	}
	for ; r.seen < at; r.seen++ {
		if r.b[r.seen] == '\n' {
			r.line++
			r.start = r.seen + 1
		}
	}
	return r.line, at - r.start + 1
}

func (r *jsonReader) value(depth int) (*yaml.Node, error) {
	line, column := r.place()
	n := &yaml.Node{Line: line, Column: column}
	if r.values++; r.values > maxJSONValues {
		return nil, Problem{r.name, line, column, fmt.Sprintf("holds more than %d values", maxJSONValues), "split it"}
	}
	if depth > maxJSONDepth {
		return nil, Problem{r.name, line, column, fmt.Sprintf("nests deeper than %d levels", maxJSONDepth), "it is no file of owners"}
	}
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		if v == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		for r.dec.More() {
			if v == '{' {
				key, err := r.value(depth + 1) // the decoder sees to it that this is a string
				if err != nil {
					return nil, err
				}
				n.Content = append(n.Content, key)
			}
			item, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, item)
		}
		_, err = r.dec.Token()
		return n, err
	case nil:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!null", "null"
	case string:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!str", v
	case bool:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!bool", fmt.Sprint(v)
	case json.Number:
		n.Kind, n.Tag, n.Value = yaml.ScalarNode, "!!float", v.String()
	}
	return n, nil
}
