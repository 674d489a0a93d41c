package flow

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// concept is what a correlation value identifies, whatever its spelling.
type concept uint8

const (
	cCorrelation concept = iota
	cTracking            // Logic Apps' client tracking id: a correlation id that is by default a run id
	cConversation
	cRequest
	cOperation // the root of a hierarchical Request-Id
	cRun
	cWorkflow
	cAction
	cAPIM
	cInvocation
	cTraceparent
	cTrace
)

// idAloneWindow bounds how long a workflow id joins without its run id: ids are
// reused per business key, per schedule and by singletons.
const idAloneWindow = int64(24 * time.Hour)

// concepts are the keys that join by default, with the trust that their
// carriers deserve: 4 for ids that are made for one run or one action.
var concepts = [...]Key{
	cCorrelation:  {Name: "correlation.id", Trust: 3},
	cTracking:     {Name: "correlation.id", Trust: 4},
	cConversation: {Name: "conversation.id", Trust: 3},
	cRequest:      {Name: "request.id", Trust: 3},
	cOperation:    {Name: "operation.id", Trust: 3},
	cRun:          {Name: "workflow.run", Trust: 4},
	cWorkflow:     {Name: "workflow.id", Trust: 3, Window: idAloneWindow},
	cAction:       {Name: "workflow.action", Trust: 4},
	cAPIM:         {Name: "apim.request", Trust: 4},
	cInvocation:   {Name: "faas.invocation", Trust: 4},
	cTraceparent:  {Name: "traceparent", Trust: 4},
	cTrace:        {Name: "trace", Trust: 4},
}

// Lengths of values that may join. Short values are counters, flags and test
// data; long ones are documents. A configured identifying key may be short,
// because order 7 is an order.
const (
	minValue = 6
	maxValue = 128
)

type businessKey struct {
	name        string
	concept     string
	identifying bool
}

func newBusinessKey(s string) (businessKey, error) {
	name, repeating := strings.CutSuffix(strings.TrimSpace(s), "*")
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return businessKey{}, fmt.Errorf("correlation key %q is empty: name an attribute, for example order.id or shipment.id*", s)
	case len(name) > maxName:
		return businessKey{}, fmt.Errorf("correlation key %q is longer than %d bytes", cut(s, 40)+"...", maxName)
	case strings.ContainsAny(name, "*, \t\n"):
		return businessKey{}, fmt.Errorf("correlation key %q: give exact attribute names, with one * at the end if a flow may have several values", s)
	case slices.Contains(neverJoin[:], name):
		return businessKey{}, fmt.Errorf("correlation key %q names a person or a device, not a flow: it would join everything they ever did", s)
	}
	return businessKey{name: name, concept: KeyConcept(name), identifying: !repeating}, nil
}

// neverJoin are ids of people, sessions and devices.
var neverJoin = [...]string{"session.id", "session.previous_id", "user.id", "user.email", "user.name", "enduser.id", "client.address", "net.sock.peer.addr", "device.id",
	"service.instance.id", "host.id", "thread.id"}

// KeyConcept folds the spellings of a default key to one name; other names stay
// as they are, without the prefix under which a tool copied them. Look-ups use
// it, so that any spelling finds what any other wrote.
func KeyConcept(name string) string {
	name = strings.TrimSpace(name)
	if rest, ok := header(name); ok {
		name = rest
	}
	for i := 0; i < len(name); i++ {
		if name[i] == '.' && carried(name[:i+1]) {
			name = name[i+1:]
			break
		}
	}
	if s, _ := slotOf(name); s >= slots {
		return concepts[s-slots].Name
	}
	var buf [64]byte
	switch string(squash(buf[:0], name)) {
	case "correlationid", "xcorrelationid", "cecorrelationid", "xmsclienttrackingid", "clienttrackingid":
		return concepts[cCorrelation].Name
	case "conversationid", "messagingmessageconversationid", "messagingconversationid":
		return concepts[cConversation].Name
	case "xrequestid", "guidxrequestid":
		return concepts[cRequest].Name
	case "requestid", "operationid":
		return concepts[cOperation].Name
	case "temporalrunid", "durabletasktaskexecutionid", "xmsworkflowrunid", "workflowrun", "workflowrunid", "awsstepfunctionsexecutionarn",
		"airflowdagrunrunid", "cicdpipelinerunid", "nservicebussagasagaid", "messagingmasstransitsagaid", "messagingmasstransittrackingnumber":
		return concepts[cRun].Name
	case "temporalworkflowid", "durabletasktaskinstanceid", "workflowid":
		return concepts[cWorkflow].Name
	case "traceid":
		return concepts[cTrace].Name
	}
	return name
}

// HashKey is what a correlation joins by. Values are compared as NormalizeValue
// writes them, and never across environments.
func HashKey(environment, concept, value string) uint64 {
	b := make([]byte, 0, 256)
	b = append(b, 'k', 1)
	for _, s := range [...]string{environment, concept, value} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return xxhash.Sum64(b)
}

// TraceHash is the hash of the key "trace": a value that may be a trace id
// carries it, and meets the trace itself and the links to it.
func TraceHash(t TraceID) uint64 {
	b := [18]byte{'t', 1}
	copy(b[2:], t[:])
	return xxhash.Sum64(b[:])
}

// correlate makes keys of what the pass found.
func (f *Facts) correlate(b *bag) {
	f.workflowKeys(b)
	for i := range b.ids[:b.n] {
		k := &b.ids[i]
		if k.business > 0 {
			continue // added by the extractor, which knows the rules
		}
		v := b.block.text(k.v)
		if b.has(sSession) && v == b.text(sSession) || b.has(sUser) && v == b.text(sUser) {
			continue // what the span calls a session or a person is one, whatever else it is called
		}
		f.carried(k.concept, v)
	}
}

// carried adds the value of a default carrier.
func (f *Facts) carried(c concept, v string) {
	k := concepts[c]
	switch c {
	case cTraceparent:
		f.traceparent(v)
		return
	case cOperation:
		v = strings.TrimSpace(v)
		if len(v) == 55 && v[2] == '-' {
			f.traceparent(v)
			return
		}
		rest, ok := strings.CutPrefix(v, "|")
		if !ok {
			break // a flat Request-Id is an id like any other
		}
		if dot := strings.IndexByte(rest, '.'); dot >= 0 {
			rest = rest[:dot]
		}
		v = rest
	case cTracking:
		if generatedRun(strings.TrimSpace(v)) {
			k.Trust = 3
		}
	}
	f.key(k, v, minValue)
}

// generatedRun reports whether a client tracking id is one that Logic Apps made
// up: twenty digits that count down, and a suffix of the cluster.
func generatedRun(v string) bool {
	if len(v) < 20 || !strings.HasPrefix(v, "08") {
		return false
	}
	for i := range 20 {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return true
}

// key adds a normalised value once. A value of 32 hex digits may be a trace id,
// so it is added as one too.
func (f *Facts) key(k Key, raw string, shortest int) {
	v, ok := f.normalize(raw)
	if !ok || len(v) < shortest || len(f.Keys) >= maxKeys {
		return
	}
	var env string
	if f.Resource != nil {
		env = f.Resource.Environment
	}
	k.Value, k.Hash = v, HashKey(env, k.Name, v)
	if f.hasKey(k.Hash) {
		return
	}
	f.Keys = append(f.Keys, k)
	if len(v) != 32 || len(strings.TrimSpace(raw)) != 32 {
		return
	}
	var t TraceID
	var hexed [32]byte
	copy(hexed[:], v)
	if _, err := hex.Decode(t[:], hexed[:]); err != nil || t.IsZero() {
		return
	}
	f.traceKey(t, v, k.Trust)
}

func (f *Facts) hasKey(hash uint64) bool {
	for i := range f.Keys {
		if f.Keys[i].Hash == hash {
			return true
		}
	}
	return false
}

func (f *Facts) traceKey(t TraceID, v string, trust uint8) {
	if h := TraceHash(t); !f.hasKey(h) && len(f.Keys) < maxKeys {
		f.Keys = append(f.Keys, Key{Name: concepts[cTrace].Name, Value: v, Hash: h, Trust: trust})
	}
}

// traceparent treats a propagated context that is not the span's own as what it
// is: a link to the span that sent it.
func (f *Facts) traceparent(v string) {
	v = strings.TrimSpace(v)
	if len(v) < 55 || v[2] != '-' || v[35] != '-' || v[52] != '-' {
		return
	}
	var l Link
	if parseHex(l.Trace[:], v[3:35]) != nil || parseHex(l.Span[:], v[36:52]) != nil {
		return
	}
	if l.Trace.IsZero() || l.Trace == f.Trace || len(f.Links) >= maxLinks || slices.Contains(f.Links, l) {
		return
	}
	f.Links = append(f.Links, l)
}

// businessKeys adds the values of configured keys.
func (x *Extractor) businessKeys(b *bag, f *Facts) {
	for i := range b.ids[:b.n] {
		k := &b.ids[i]
		if k.business == 0 {
			continue
		}
		rule, shortest := &x.business[k.business-1], minValue
		if rule.identifying {
			shortest = 1
		}
		f.key(Key{Name: rule.concept, Trust: 3, Identifying: rule.identifying}, b.block.text(k.v), shortest)
	}
}
