package flow

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func genSpan(t *rapid.T) Span {
	s := Span{
		Start: rapid.Int64().Draw(t, "start"), Duration: rapid.Int64Min(0).Draw(t, "dur"),
		Endpoint: rapid.Uint64().Draw(t, "endpoint"),
		Kind:     Kind(rapid.IntRange(0, 5).Draw(t, "kind")), Role: Role(rapid.IntRange(0, 8).Draw(t, "role")),
		SpanKind: SpanKind(rapid.IntRange(0, 5).Draw(t, "spankind")), Step: Step(rapid.IntRange(0, 8).Draw(t, "step")),
		Flags: Flags(rapid.Uint16().Draw(t, "flags")),
	}
	copy(s.ID[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "id"))
	copy(s.Parent[:], rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "parent"))
	if env, service := rapid.SampledFrom([]string{"", "production", "staging"}).Draw(t, "env"), rapid.SampledFrom([]string{"", "shop"}).Draw(t, "service"); env+service != "" {
		s.resource = &Resource{Environment: env, Service: service}
	}
	a := aside{messageID: rapid.SampledFrom([]uint64{0, 1, 1 << 63}).Draw(t, "msg"), channel: rapid.SampledFrom([]uint64{0, 5, 1 << 63}).Draw(t, "channel")}
	if rapid.Bool().Draw(t, "common") {
		a.keys = []Key{{Name: "order.id", Value: "7", Hash: 7, Trust: 4}}
	}
	for range rapid.IntRange(0, 2).Draw(t, "keys") {
		a.keys = append(a.keys, Key{Name: rapid.String().Draw(t, "kn"), Value: rapid.String().Draw(t, "kv"), Hash: rapid.Uint64().Draw(t, "kh"),
			Trust: uint8(rapid.IntRange(0, 4).Draw(t, "trust")), Identifying: rapid.Bool().Draw(t, "ident"), Window: rapid.Int64().Draw(t, "window")})
	}
	if rapid.Bool().Draw(t, "detail") {
		a.detail = &Detail{Name: rapid.String().Draw(t, "name"), Status: Status(rapid.IntRange(0, 2).Draw(t, "status")), Message: rapid.String().Draw(t, "message"),
			HTTPStatus: rapid.Int().Draw(t, "http"), GRPCStatus: "UNAVAILABLE", ErrorType: rapid.String().Draw(t, "error"), ExceptionType: "x", ExceptionMessage: rapid.String().Draw(t, "exception"),
			Attempt: rapid.Int().Draw(t, "attempt"), AttemptOf: rapid.String().Draw(t, "of"), Deliveries: rapid.Int().Draw(t, "deliveries"), Disposition: "complete",
			DeadLetterReason: rapid.String().Draw(t, "dlr"), RunStatus: "failed", PeerService: "peer", Host: "host"}
	}
	for range rapid.IntRange(0, 2).Draw(t, "links") {
		a.links = append(a.links, Link{Trace: TraceID{rapid.Byte().Draw(t, "lt")}, Span: SpanID{rapid.Byte().Draw(t, "ls")}})
	}
	if !a.empty() {
		s.aside = &a
	}
	return s
}

func TestFeedRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := []TraceSpans{}
		for range rapid.IntRange(0, 4).Draw(t, "traces") {
			ts := TraceSpans{Tenant: rapid.SampledFrom([]string{"", "acme"}).Draw(t, "tenant"), Trace: TraceID{rapid.Byte().Draw(t, "trace")}, Spans: []Span{}}
			for range rapid.IntRange(0, 4).Draw(t, "spans") {
				ts.Spans = append(ts.Spans, genSpan(t))
			}
			want = append(want, ts)
		}
		got, err := DecodeFeed(AppendFeed(nil, want))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestTheFeedOfTheReleaseBeforeIsRead(t *testing.T) {
	want := []TraceSpans{{Tenant: "acme", Trace: TraceID{1}, Spans: []Span{{ID: SpanID{1}, aside: &aside{messageID: 7}}, {ID: SpanID{2}}}}}
	b := AppendFeed(nil, want)
	b[0] = feedBefore // it is the same where there are no channels
	got, err := DecodeFeed(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if b[0] = feedVersion + 1; true {
		if _, err := DecodeFeed(b); err == nil {
			t.Error("a version to come is read")
		}
	}
}

func FuzzDecodeFeed(f *testing.F) {
	f.Add(AppendFeed(nil, []TraceSpans{{Tenant: "acme", Trace: TraceID{1}, Spans: []Span{{ID: SpanID{1}, resource: &Resource{Environment: "production"}, aside: &aside{messageID: 7, keys: []Key{{Name: "correlation.id", Value: "order-1"}}, links: []Link{{}}}}}}}))
	f.Add([]byte{feedVersion, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, b []byte) {
		ts, err := DecodeFeed(b)
		if err != nil {
			return
		}
		if _, err := DecodeFeed(AppendFeed(nil, ts)); err != nil {
			t.Fatalf("what was decoded does not encode: %v", err)
		}
	})
}
