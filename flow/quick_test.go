package flow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestHandovers(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans []string
		want  []string // SENDER: TAKER after WAIT, ...
	}{
		{"taken up", []string{"1/a shop 0+10 send orders", "2/b billing 50+10 process orders; link=1/a"}, []string{"shop: billing after 40ms"}},
		{"taken up before it was sent, by the clocks", []string{"1/a shop 100+10 send orders", "2/b billing 50+10 process orders; link=1/a"}, []string{"shop: billing after 0s"}},
		{"not taken up", []string{"1/a shop 0+10 send orders"}, []string{"shop:"}},
		{"by two", []string{"1/a shop 0+10 send orders; system=kafka", "2/b billing 50+10 process orders; system=kafka; link=1/a", "3/c search 60+10 process orders; system=kafka; link=1/a"}, []string{"shop: billing after 40ms, search after 50ms"}},
		{"twice by one", []string{"1/a shop 0+10 send orders", "2/b billing 50+10 process orders; link=1/a; error=boom", "3/c billing 90+10 process orders; link=1/a"}, []string{"shop: billing after 40ms"}},
		{"created and sent", []string{"1/a shop 0+10 send orders; kind=client", "1/c<a shop 1+1 send orders", "2/b billing 50+10 process orders; link=1/c"}, []string{"shop: billing after 48ms"}},
		{"not sent", []string{"1/a shop 0+10 send orders; error=no broker"}, nil},
		{"put aside", []string{"1/a shop 0+10 send orders-dlq"}, nil},
		{"a batch", []string{"1/a shop 0+10 send orders; n=3"}, nil},
		{"a started run", []string{"1/a shop 0+10 StartWorkflow:Order", "1/b<a worker 30+10 RunWorkflow:Order"}, []string{"shop: worker after 20ms"}},
		{"an activity, whose run waits for it", []string{"1/a worker 0+10 StartActivity:Charge", "1/b<a worker 30+10 RunActivity:Charge"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			told := (&tale{Spans: c.spans}).join(t, nil)
			service := map[uint64]string{}
			for _, f := range told.facts {
				service[f.EndpointID] = f.Resource.Service
			}
			write := func(hs []Handover) (out []string) {
				for _, h := range hs {
					var takers []string
					for _, k := range h.Takers {
						takers = append(takers, fmt.Sprintf(" %s after %s", service[k.Endpoint], time.Duration(k.Wait)))
					}
					slices.Sort(takers)
					out = append(out, service[h.Sender]+":"+strings.Join(takers, ","))
				}
				return out
			}
			s := told.stories[0]
			o := Sketch(piecesOfStory(s))
			if got := write(s.Handovers()); !slices.Equal(got, c.want) {
				t.Errorf("of the story %q, want %q", got, c.want)
			}
			if got := write(o.Handovers()); !slices.Equal(got, c.want) {
				t.Errorf("of the sketch %q, want %q", got, c.want)
			}
		})
	}
}

func TestSidesAreThoseOfTheHops(t *testing.T) {
	told := (&tale{Spans: []string{"1/a shop 0+10 send orders", "2/b billing 50+10 process orders; link=1/a; error=boom", "3/c billing 90+10 process orders; link=1/a", "3/d<c billing 91+1 call bank GET /x"}}).join(t, nil)
	name := map[uint64]string{0: "-"}
	for _, f := range told.facts {
		name[f.EndpointID] = f.Operation
	}
	var got []string
	told.stories[0].Sides(func(from, to uint64) { got = append(got, name[from]+" > "+name[to]) })
	slices.Sort(got)
	if want := []string{"GET /x > -", "orders send > orders process", "orders send > orders process"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAFlowOfNothing(t *testing.T) {
	o := Sketch(nil)
	if j, ok := o.Judge(expectations{}, Clock{}); !ok || j.Verdict != Completed || o.EntryEndpoint() != 0 || o.Handovers() != nil {
		t.Errorf("%+v", j)
	}
	s := Assemble(nil)
	if j := s.Judge(expectations{}, Clock{}); j.Verdict != Completed || s.Entry != -1 || len(s.Hops) != 0 {
		t.Errorf("%+v", j)
	}
	if Cut(TraceID{1}, nil) != nil {
		t.Error("segments of no spans")
	}
	if j := Partition(nil, DefaultLimits(), nil); j.Groups != 0 {
		t.Errorf("%+v", j)
	}
}
