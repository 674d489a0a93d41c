package flow

import (
	"slices"
	"testing"
	"unsafe"
)

// Facts are used again for the next span: what a narrow span keeps must not
// change with them, and is shared only where it is the same.
func TestNarrowSpansShareOnlyWhatIsTheSame(t *testing.T) {
	order, parcel := Key{Name: "order.id", Value: "1", Hash: 1}, Key{Name: "parcel.id", Value: "2", Hash: 2}
	link := Link{Trace: TraceID{9}}
	for _, tc := range []struct {
		name       string
		next       Facts
		keys, all  bool // shared
		afterwards bool // and by a span after it that is as the first
	}{
		{"the same", Facts{Keys: []Key{order}}, true, true, true},
		{"others", Facts{Keys: []Key{parcel}}, false, false, false},
		{"one more", Facts{Keys: []Key{order, parcel}}, false, false, false},
		{"none", Facts{}, false, false, true},
		{"a message", Facts{Keys: []Key{order}, MessageID: 7}, true, false, true},
		{"a channel", Facts{Keys: []Key{order}, Channel: 7}, true, false, true},
		{"a link", Facts{Keys: []Key{order}, Links: []Link{link}}, true, false, true},
		{"an error", Facts{Keys: []Key{order}, Flags: FlagError, Message: "boom"}, true, false, true},
		{"a message of others", Facts{Keys: []Key{parcel}, MessageID: 7}, false, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			like := func() *Facts { return &Facts{Keys: []Key{order}} }
			var n Narrower
			f, before := like(), tc.next
			f.Keys, before.Links = slices.Clone(f.Keys), slices.Clone(tc.next.Links)
			before.Keys = slices.Clone(tc.next.Keys)
			first, s, last := n.Narrow(f), n.Narrow(&before), n.Narrow(like())
			for _, reused := range []*Facts{f, &before} {
				for i := range reused.Keys {
					reused.Keys[i] = Key{Name: "of the next span"}
				}
				for i := range reused.Links {
					reused.Links[i] = Link{Trace: TraceID{1}}
				}
			}
			if !slices.Equal(first.Keys(), []Key{order}) || !slices.Equal(last.Keys(), []Key{order}) {
				t.Errorf("before and after it are %v and %v", first.Keys(), last.Keys())
			}
			if !slices.Equal(s.Keys(), tc.next.Keys) || !slices.Equal(s.Links(), tc.next.Links) || s.MessageID() != tc.next.MessageID || s.Channel() != tc.next.Channel ||
				(s.Detail() != nil) != (tc.next.Message != "") {
				t.Errorf("it has %+v, want %+v", *s.more(), tc.next)
			}
			if shared := sameKeys(s.Keys(), first.Keys()); shared != tc.keys {
				t.Errorf("keys are shared: %v", shared)
			}
			if shared := s.aside == first.aside; shared != tc.all {
				t.Errorf("all is shared: %v", shared)
			}
			if shared := last.aside == first.aside; shared != tc.afterwards {
				t.Errorf("all is shared with the span after it: %v", shared)
			}
		})
	}
}

// What was read from the feed is kept once, too.
func TestTheFeedIsSharedWhereItIsTheSame(t *testing.T) {
	f := Facts{Resource: &Resource{Environment: "prod", Service: "shop"}, Keys: []Key{{Name: "order.id", Value: "1", Hash: 1}}}
	two := func() []Span { return []Span{f.Narrow(), f.Narrow()} }
	got, err := DecodeFeed(AppendFeed(nil, []TraceSpans{{Trace: TraceID{1}, Spans: two()}, {Trace: TraceID{2}, Spans: two()}}))
	if err != nil {
		t.Fatal(err)
	}
	a, b, other := got[0].Spans[0], got[0].Spans[1], got[1].Spans[0]
	if a.aside != b.aside || a.aside == other.aside || a.resource != other.resource {
		t.Errorf("%+v", got)
	}
}

func TestSpansAreSmall(t *testing.T) {
	if size := unsafe.Sizeof(Span{}); size > 64 {
		t.Errorf("a span has %d bytes, and the joiner holds a million", size)
	}
}
