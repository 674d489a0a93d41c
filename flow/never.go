package flow

import (
	"fmt"
	"slices"
	"strings"
)

// Never is a join that is not to be made: "correlation.id" for a key,
// "correlation.id=batch-*" for values of it, "correlation.id@legacy" for what one
// service sends of it, "link@poller" and "message@bridge" for its span links and
// its message identities.
type Never struct {
	Name    string // of the key as Baton folds it, "link" or "message"
	Value   string // empty for all; a trailing * stands for the rest
	Service string // empty for all
}

const (
	neverLink    = "link"
	neverMessage = "message"
)

// ParseNever reads NAME[=VALUE][@SERVICE].
func ParseNever(s string) (Never, error) {
	rest, service, bySender := strings.Cut(strings.TrimSpace(s), "@")
	name, value, byValue := strings.Cut(rest, "=")
	n := Never{Name: KeyConcept(name), Value: strings.TrimSpace(value), Service: strings.TrimSpace(service)}
	if !strings.HasSuffix(n.Value, "*") {
		n.Value, _ = NormalizeValue(n.Value)
	}
	alone := n.Name == neverLink || n.Name == neverMessage
	switch {
	case n.Name == "":
		return n, fmt.Errorf("never join by %q: name a key, for example correlation.id, correlation.id=batch-*, correlation.id@legacy or link@poller", s)
	case byValue && n.Value == "" || bySender && n.Service == "":
		return n, fmt.Errorf("never join by %q: what follows = or @ is empty or no value that joins; leave the sign out to mean all", s)
	case alone && (n.Service == "" || byValue):
		return n, fmt.Errorf("never join by %q: say whose, as in %s@SERVICE, and give no value", s, n.Name)
	case len(s) > maxName:
		return n, fmt.Errorf("never join by %q is longer than %d bytes", cut(s, 40)+"...", maxName)
	}
	return n, nil
}

func (n *Never) String() string {
	s := n.Name
	if n.Value != "" {
		s += "=" + n.Value
	}
	if n.Service != "" {
		s += "@" + n.Service
	}
	return s
}

func (n *Never) covers(name, value, service string) bool {
	if n.Name != name || n.Service != "" && n.Service != service {
		return false
	}
	prefix, open := strings.CutSuffix(n.Value, "*")
	return n.Value == "" || n.Value == value || open && strings.HasPrefix(value, prefix)
}

// Never lists what the extractor leaves out.
func (x *Extractor) Never() []Never { return x.never }

// part takes off a span what must not join.
func (x *Extractor) part(f *Facts) {
	service := ""
	if f.Resource != nil {
		service = f.Resource.Service
	}
	covered := func(name, value string) bool {
		return slices.ContainsFunc(x.never, func(n Never) bool { return n.covers(name, value, service) })
	}
	var gone []string // values whose key goes: they are no trace ids either
	for i := range f.Keys {
		if k := &f.Keys[i]; covered(k.Name, k.Value) {
			gone = append(gone, k.Value)
		}
	}
	if gone != nil {
		f.Keys = slices.DeleteFunc(f.Keys, func(k Key) bool {
			return covered(k.Name, k.Value) || k.Name == concepts[cTrace].Name && slices.Contains(gone, k.Value)
		})
	}
	if covered(neverLink, "") {
		f.Links = f.Links[:0]
	}
	if covered(neverMessage, "") {
		f.MessageID = 0
	}
}
