package flow

import (
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// bag holds the attributes of one span by concept. It lives on the stack of
// Extractor.Span.
type bag struct {
	v          [slots]pcommon.Value
	rank       [slots]uint8 // 1 + the rank of the spelling that was seen, 0 for none
	ids        [maxKeys]rawKey
	n          int // of ids
	gateway    bool
	engineSeen bool   // an attribute of a workflow engine
	source     string // hop.source of the span or of its resource
	block      *block
	name       string // of the workflow step, without the engine's prefix
}

// rawKey is a correlation value as sent.
type rawKey struct {
	concept  concept
	business int // 1 + index of the business key
	v        pcommon.Value
}

func (b *bag) has(s slot) bool { return b.rank[s] != 0 }

func (b *bag) text(s slot) string {
	if b.rank[s] == 0 {
		return ""
	}
	return b.block.text(b.v[s])
}

func (b *bag) number(s slot) int {
	if b.rank[s] == 0 {
		return 0
	}
	return number(b.v[s])
}

// truth is false for an absent attribute.
func (b *bag) truth(s slot) bool {
	if b.rank[s] == 0 {
		return false
	}
	t, _ := truth(b.v[s])
	return t
}

// put keeps the value unless a newer spelling of the same concept is there.
func (b *bag) put(s slot, rank uint8, v pcommon.Value) {
	if have := b.rank[s]; have == 0 || rank+1 < have {
		b.v[s], b.rank[s] = v, rank+1
		b.engineSeen = b.engineSeen || s >= sDurable && s <= sTrackingNumber
	}
}

func (b *bag) key(c concept, v pcommon.Value) {
	if b.n < len(b.ids) {
		b.ids[b.n] = rawKey{concept: c, v: v}
		b.n++
	}
}

// read looks at every attribute once.
func (x *Extractor) read(b *bag, attrs pcommon.Map, f *Facts) {
	left := maxAttrs
	attrs.Range(func(k string, v pcommon.Value) bool {
		if left--; left < 0 {
			return false
		}
		x.rules(b, k, v)
		s, rank := slotOf(k)
		switch {
		case s == noSlot:
			b.other(k, v, f)
		case s < slots:
			b.put(s, rank, v)
		default:
			b.key(concept(s-slots), v)
		}
		return true
	})
}

// rules compares the attribute with what was configured.
func (x *Extractor) rules(b *bag, k string, v pcommon.Value) {
	if k == "" || !x.ends[k[len(k)-1]] {
		return
	}
	for i := range x.business {
		name := x.business[i].name
		before := len(k) - len(name)
		if before < 0 || k[len(k)-1] != name[len(name)-1] || k[before:] != name || before > 0 && !carried(k[:before]) {
			continue
		}
		if b.n < len(b.ids) {
			b.ids[b.n] = rawKey{business: i + 1, v: v}
			b.n++
		}
		break
	}
	for _, g := range x.gateway {
		if k == g {
			b.gateway = true
		}
	}
}

// carried reports whether the prefix is one under which tools copy custom
// properties onto spans.
func carried(prefix string) bool {
	switch prefix {
	case "trackedProperties.", "customDimensions.", "Properties.", "properties.", "baggage.", "azure.logicapps.trackedProperties.", "azure.logicapps.tracked_properties.":
		return true
	}
	return false
}

// other reads attributes whose names are open: headers, families by prefix, and
// the dead-letter reason, which everybody spells in their own way.
func (b *bag) other(k string, v pcommon.Value, f *Facts) {
	if n := len(k); n >= len("deadletterreason") && k[n-1]|0x20 == 'n' && k[n-2]|0x20 == 'o' && f.DeadLetterReason == "" && deadLetterReason(k) {
		f.DeadLetterReason = bounded(text(v))
		return
	}
	if rest, ok := header(k); ok {
		b.header(rest, v)
		return
	}
	if k == "" || strings.IndexByte("dacbz", k[0]) < 0 {
		return
	}
	dot := strings.IndexByte(k, '.')
	if dot <= 0 {
		return
	}
	switch k[:dot] {
	case "durabletask":
		b.put(sDurable, 0, v)
	case "airflow":
		b.put(sAirflow, 0, v)
	case "camunda", "zeebe", "bpmn":
		b.put(sCamunda, 0, v)
		b.camunda(k[dot+1:], v)
	case "dapr":
		if rest, ok := strings.CutPrefix(k, "dapr.workflow."); ok {
			b.put(sDaprWorkflow, 0, v)
			b.engine(rest, v)
		}
	case "azure":
		if rest, ok := strings.CutPrefix(k, "azure.datafactory."); ok {
			b.put(sDataFactory, 0, v)
			b.engine(rest, v)
		} else if rest, ok := strings.CutPrefix(k, "azure.logicapps."); ok {
			b.put(sLogicApps, 0, v)
			b.engine(rest, v)
		}
	}
}

// header is the name of a captured request header or of call metadata.
func header(k string) (string, bool) {
	if len(k) < len("messaging.header.x") {
		return "", false
	}
	switch k[0] {
	case 'h':
		return strings.CutPrefix(k, "http.request.header.")
	case 'm':
		return strings.CutPrefix(k, "messaging.header.")
	case 'r':
		if rest, ok := strings.CutPrefix(k, "rpc.request.metadata."); ok {
			return rest, true
		}
		return strings.CutPrefix(k, "rpc.grpc.request.metadata.")
	}
	return "", false
}

func (b *bag) header(name string, v pcommon.Value) {
	var buf [40]byte
	switch string(squash(buf[:0], name)) {
	case "xcorrelationid", "correlationid", "cecorrelationid":
		b.key(cCorrelation, v)
	case "xmsclienttrackingid":
		b.key(cTracking, v)
	case "xrequestid":
		b.key(cRequest, v)
	case "requestid":
		b.key(cOperation, v)
	case "xmsworkflowrunid":
		b.key(cRun, v)
	case "xmsactiontrackingid":
		b.key(cAction, v)
	case "traceparent", "cetraceparent", "diagnosticid":
		b.key(cTraceparent, v)
	case "ceid":
		b.put(sEventID, 1, v)
		b.put(sEventHeader, 0, v)
	case "cesource":
		b.put(sEventSource, 1, v)
	case "cetype":
		b.put(sEventType, 1, v)
	case "aegeventtype":
		b.put(sEventHeader, 1, v)
		b.put(sEventType, 2, v)
	}
}

// deadLetterReason reports whether the name ends in "deadletterreason" after
// dropping case and separators.
func deadLetterReason(k string) bool {
	const want = "deadletterreason"
	i := len(want) - 1
	for n := len(k) - 1; n >= 0 && i >= 0; n-- {
		switch c := k[n]; {
		case c == '.' || c == '-' || c == '_' || c == ' ':
		case c|0x20 == want[i]:
			i--
		default:
			return false
		}
	}
	return i < 0
}
