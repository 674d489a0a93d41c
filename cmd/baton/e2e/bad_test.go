package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/codes"
)

// TestBadInput: what senders get wrong is refused with an answer that says so, or repaired and counted; the good spans of
// the same request are kept, and Baton stays up within its memory.
func TestBadInput(t *testing.T) {
	b := serve(t)
	t.Run("refused", func(t *testing.T) { refuses(t, b) })
	t.Run("kept", func(t *testing.T) { keeps(t, b) })
	t.Run("tenant", func(t *testing.T) { tenants(t, b) })
	pids := append(children(b.pid()), b.pid())
	for _, pid := range pids {
		// 512 MiB for Baton, 1 GiB for the engine, and what the race detector adds.
		if mib := peakMemory(pid); mib > 1536 && !raceEnabled || mib == 0 {
			t.Errorf("process %d had %d MiB", pid, mib)
		} else {
			t.Logf("process %d had at most %d MiB", pid, mib)
		}
	}
	if s, err := b.status(); err != nil || !s.Ready || !b.alive() {
		t.Errorf("Baton is not well afterwards: %+v, %v", s, err)
	}
	b.stop()
}

func refuses(t *testing.T, b *baton) {
	td, spans := newTrace("bad")
	addSpan(spans, newTraceID(), "never seen")
	good := proto(t, td)
	const protobuf, jsonType = "application/x-protobuf", "application/json"
	for name, tt := range map[string]struct {
		body        []byte
		contentType string
		headers     []string
		want        []int
	}{
		"truncated protobuf":    {good[:len(good)-7], protobuf, nil, []int{400}},
		"garbage":               {bytes.Repeat([]byte{0xff, 0x13, 0x37}, 999), protobuf, nil, []int{400}},
		"garbage JSON":          {[]byte(`{"resourceSpans": [{"scopeSpans": 7`), jsonType, nil, []int{400}},
		"JSON of another shape": {[]byte(`{"resourceSpans": "none"}`), jsonType, nil, []int{400}},
		"JSON with a bad id":    {[]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"xyz","spanId":"1"}]}]}]}`), jsonType, nil, []int{400}},
		"content type of XML":   {good, "application/xml", nil, []int{415}},
		"no content type":       {good, "", nil, []int{415}},
		"gzip that is not":      {good, protobuf, []string{"Content-Encoding", "gzip"}, []int{400}},
		"an unknown encoding":   {good, protobuf, []string{"Content-Encoding", "rot13"}, []int{400, 415}},
		"100 MB":                {make([]byte, 100<<20), protobuf, nil, []int{400, 413}},
		"100 MB, compressed":    {zip(t, make([]byte, 100<<20)), protobuf, []string{"Content-Encoding", "gzip"}, []int{400, 413}},
		"100 MB of JSON":        {bytes.Repeat([]byte(" "), 100<<20), jsonType, nil, []int{400, 413}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := b.post(tt.body, tt.contentType, tt.headers...)
			if err != nil {
				// A server may hang up while a body that is too large is still on its way.
				if len(tt.body) < 10<<20 {
					t.Fatal(err)
				}
				return
			}
			for _, want := range tt.want {
				if r.status == want && len(bytes.TrimSpace(r.body)) > 0 {
					return
				}
			}
			t.Errorf("answered %v, want %v and a reason", r, tt.want)
		})
	}
	t.Run("100 MB over gRPC", func(t *testing.T) {
		td, spans := newTrace("bad")
		addSpan(spans, newTraceID(), "huge").Attributes().PutStr("filling", strings.Repeat("x", 100<<20))
		if code, _ := refusal(b.exportGRPC(td, false)); code != codes.ResourceExhausted && code != codes.InvalidArgument {
			t.Errorf("answered %v", code)
		}
		if code, _ := refusal(b.exportGRPC(td, true)); code != codes.ResourceExhausted && code != codes.InvalidArgument {
			t.Errorf("compressed: answered %v", code)
		}
	})
	// What is nested deeper than can be read back from the log must not get into it.
	for name, r := range map[string]struct {
		body        []byte
		contentType string
		reason      string
	}{
		"31 lists":        {nestedJSON(31), jsonType, `attribute \"deep\" of span 0102030405060708`},
		"9,000 lists":     {nestedJSON(9_000), jsonType, `attribute \"deep\" of span 0102030405060708`},
		"200,000 lists":   {nestedJSON(200_000), jsonType, ""},
		"1 MB of lists":   {nestedProto(1 << 20), protobuf, ""},
		"most of a limit": {nestedProto(8<<20 - 4096), protobuf, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := b.post(r.body, r.contentType)
			if err != nil || got.status != http.StatusBadRequest || !strings.Contains(string(got.body), r.reason) {
				t.Errorf("answered %v, %v, want 400 and %s", got, err, r.reason)
			}
		})
	}
	t.Run("wrong method", func(t *testing.T) {
		res, err := client.Get("http://" + b.http + "/v1/traces")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("answered %s, %v", res.Status, err)
		}
	})
}

// nestedJSON is a request whose attribute holds lists in lists.
func nestedJSON(levels int) []byte {
	return []byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","attributes":[{"key":"deep","value":` +
		strings.Repeat(`{"arrayValue":{"values":[`, levels) + `{"intValue":1}` + strings.Repeat(`]}}`, levels) + `}]}]}]}]}`)
}

// nestedProto is the same as protobuf, of about so many bytes. It is written from its end, because every list begins
// with the length of what is in it.
func nestedProto(size int) []byte {
	buf := make([]byte, size+1024)
	at := len(buf)
	wrap := func(field byte) {
		var length [binary.MaxVarintLen64]byte
		n := binary.PutUvarint(length[:], uint64(len(buf)-at))
		at -= copy(buf[at-n:], length[:n])
		at--
		buf[at] = field<<3 | 2
	}
	for len(buf)-at < size {
		wrap(1) // ArrayValue.values
		wrap(5) // AnyValue.array_value
	}
	wrap(2)                                // KeyValue.value
	for _, f := range []byte{9, 2, 2, 1} { // Span.attributes, ScopeSpans.spans, ResourceSpans.scope_spans, and the request's resource_spans
		wrap(f)
	}
	return buf[at:]
}

// oddity is something wrong with a span that costs neither it nor its neighbour.
type oddity struct {
	name     string
	of       func(s ptrace.Span)
	lost     bool // the span cannot be asked for by the ids it was sent with
	repaired bool // and counted
	check    func(t *testing.T, s apiSpan)
}

var oddities = []oddity{
	{name: "no trace id", of: func(s ptrace.Span) { s.SetTraceID(pcommon.TraceID{}) }, lost: true, repaired: true},
	{name: "no span id", of: func(s ptrace.Span) { s.SetSpanID(pcommon.SpanID{}) }, lost: true, repaired: true},
	{name: "end before start", of: func(s ptrace.Span) { s.SetEndTimestamp(s.StartTimestamp() - 1e9) }, repaired: true,
		check: func(t *testing.T, s apiSpan) {
			if s.DurationNs != 0 {
				t.Errorf("lasts %d ns, want 0", s.DurationNs)
			}
		}},
	{name: "no end", of: func(s ptrace.Span) { s.SetEndTimestamp(0) }, repaired: true},
	{name: "1970", of: at(time.Unix(0, 1))},
	{name: "no times", of: func(s ptrace.Span) { s.SetStartTimestamp(0); s.SetEndTimestamp(0) }},
	{name: "2100", of: at(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))},
	{name: "end of time", of: func(s ptrace.Span) { s.SetStartTimestamp(1<<64 - 2); s.SetEndTimestamp(1<<64 - 1) }, repaired: true},
	{name: "10,000 attributes", of: func(s ptrace.Span) {
		for i := range 10_000 {
			s.Attributes().PutInt(fmt.Sprintf("attribute.%d", i), int64(i))
		}
	}, check: func(t *testing.T, s apiSpan) {
		if len(s.Attributes) != 10_000 {
			t.Errorf("%d attributes", len(s.Attributes))
		}
	}},
	{name: "invalid UTF-8", of: func(s ptrace.Span) {
		s.SetName("na\xffme")
		s.Attributes().PutStr("key\xc3\x28", "va\xf0\x28lue")
		s.Status().SetMessage("\xfe")
	}, check: func(t *testing.T, s apiSpan) {
		if s.Name != "na�me" {
			t.Errorf("name %q", s.Name)
		}
	}},
	{name: "30 levels", of: func(s ptrace.Span) {
		v := s.Attributes().PutEmpty("deep")
		for range 30 {
			v = v.SetEmptySlice().AppendEmpty()
		}
		v.SetInt(1)
	}},
	{name: "1 MB of text", of: func(s ptrace.Span) { s.Attributes().PutStr("text", strings.Repeat("ä", 1<<19)) }},
	{name: "unknown kind and status", of: func(s ptrace.Span) { s.SetKind(99); s.Status().SetCode(99) }, repaired: true},
	{name: "its own parent", of: func(s ptrace.Span) { s.SetParentSpanID(s.SpanID()) }},
	{name: "10,000 events", of: func(s ptrace.Span) {
		for range 10_000 {
			s.Events().AppendEmpty().SetName("again")
		}
	}},
	{name: "10,000 links", of: func(s ptrace.Span) {
		for range 10_000 {
			l := s.Links().AppendEmpty()
			l.SetTraceID(newTraceID())
			l.SetSpanID(newSpanID())
		}
	}},
}

func at(when time.Time) func(s ptrace.Span) {
	return func(s ptrace.Span) {
		s.SetStartTimestamp(pcommon.Timestamp(when.UnixNano()))
		s.SetEndTimestamp(pcommon.Timestamp(when.UnixNano() + 1e6))
	}
}

func keeps(t *testing.T, b *baton) {
	for _, odd := range oddities {
		t.Run(odd.name, func(t *testing.T) {
			before, err := b.status()
			if err != nil {
				t.Fatal(err)
			}
			td, spans := newTrace("odd")
			good, bad := newTraceID(), newTraceID()
			addSpan(spans, good, "before")
			s := addSpan(spans, bad, "odd")
			id := s.SpanID()
			odd.of(s)
			addSpan(spans, good, "after")
			b.mustPost(td)
			b.awaitSpans(good, 2)
			if !odd.lost {
				b.awaitSpans(bad, 1)
				got := b.span(bad, id)
				if odd.check != nil {
					odd.check(t, got)
				}
			}
			if odd.repaired {
				eventually(t, 30*time.Second, "the repair is counted", func() error {
					after, err := b.status()
					if err == nil && after.figure("ingest_repaired") <= before.figure("ingest_repaired") {
						err = fmt.Errorf("ingest_repaired is %v as before", after.figure("ingest_repaired"))
					}
					return err
				})
			}
		})
	}
	t.Run("a call whose sides share an id", func(t *testing.T) {
		td, spans := newTrace("odd")
		trace := newTraceID()
		caller := addSpan(spans, trace, "call")
		caller.SetKind(ptrace.SpanKindClient)
		callee := addSpan(spans, trace, "called")
		callee.SetSpanID(caller.SpanID())
		callee.SetParentSpanID(caller.SpanID())
		b.mustPost(td)
		b.awaitSpans(trace, 2)
		if got := b.span(trace, caller.SpanID()); got.SpanKind != "server" {
			t.Errorf("got the %s side, want the server's", got.SpanKind)
		}
	})
	t.Run("every oddity's flow can be listed", func(t *testing.T) {
		res, err := client.Get("http://" + b.web + "/api/v1/flows?limit=1000")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || !json.Valid(body) {
			t.Errorf("%s, %v, %.300s", res.Status, err, body)
		}
	})
}

// tenants: a header that names no tenant is refused, and says what a tenant's name is.
func tenants(t *testing.T, b *baton) {
	for name, tenant := range map[string]string{
		"space": "a b", "slash": "../../etc", "long": strings.Repeat("t", 65), "quote": "x' OR 1=1 --", "latin-1": "caf\xe9",
	} {
		t.Run(name, func(t *testing.T) {
			td, spans := newTrace("tenants")
			addSpan(spans, newTraceID(), "nobody's")
			r, err := b.post(proto(t, td), "application/x-protobuf", "X-Scope-OrgID", tenant)
			if err != nil {
				t.Fatal(err)
			}
			if r.status != http.StatusBadRequest || !bytes.Contains(r.body, []byte("X-Scope-OrgID")) {
				t.Errorf("HTTP answered %v, want 400 about X-Scope-OrgID", r)
			}
			if name == "latin-1" {
				return // gRPC does not send it
			}
			if code, _ := refusal(b.exportGRPC(td, false, "x-scope-orgid", tenant)); code != codes.InvalidArgument {
				t.Errorf("gRPC answered %v, want InvalidArgument", code)
			}
		})
	}
	t.Run("of their own", func(t *testing.T) {
		td, spans := newTrace("tenants")
		trace := newTraceID()
		addSpan(spans, trace, "shop-a's")
		b.mustPost(td, "X-Scope-OrgID", "shop-a")
		as := func(tenant string) int {
			req, err := http.NewRequest(http.MethodGet, "http://"+b.web+"/api/v1/traces/"+trace.String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("X-Scope-OrgID", tenant)
			r, err := do(req)
			if err != nil {
				t.Fatal(err)
			}
			return r.status
		}
		eventually(t, 30*time.Second, "the tenant sees its trace", func() error {
			if got := as("shop-a"); got != http.StatusOK {
				return fmt.Errorf("answered %d", got)
			}
			return nil
		})
		if got := as("shop-b"); got != http.StatusNotFound {
			t.Errorf("another tenant is answered %d, want 404", got)
		}
	})
}
