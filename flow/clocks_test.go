package flow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestClocks(t *testing.T) {
	for _, c := range []struct {
		name  string
		spans string
		want  string // SERVICE by what, in ms
	}{
		{"clocks agree", "1/a shop 0+60 serve POST /orders|1/b<a shop 5+50 call stock POST /items|1/c<b stock 6+48 serve POST /items", ""},
		{"a callee four minutes fast", "1/a shop 0+60 serve POST /orders|1/b<a shop 5+50 call stock POST /items|1/c<b stock 240006+48 serve POST /items", "stock -240000"},
		{"what it calls shares its clock", "1/a shop 0+60 serve POST /orders|1/b<a shop 5+50 call stock POST /items|1/c<b stock 9006+48 serve POST /items|1/d<c stock 9010+20 call shelf GET /s|1/e<d shelf 9011+18 serve GET /s",
			"shelf -9000 stock -9000"},
		{"a message taken up before it was sent", "1/a shop 5000+10 serve POST /orders|1/b<a shop 5002+2 send orders|1/c<b billing 1000+20 process orders", "billing 4002"},
		{"a message that waited says nothing of clocks", "1/a shop 0+10 serve POST /orders|1/b<a shop 5+2 send orders|1/c<b billing 90000+20 process orders", ""},
		{"a sender that is slow does not move who is right", "1/a shop 5000+60 serve POST /orders|1/b<a shop 5005+50 call pay POST /pay|1/c<b pay 1006+48 serve POST /pay|1/d<c pay 1010+2 send done|1/e<d books 5100+5 process done", "pay 4000"},
		{"work that goes on after the answer", "1/a shop 0+60 serve POST /orders|1/b<a shop 5+50 call stock POST /items|1/c<b stock 6+9000 serve POST /items", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tale := tale{Spans: strings.Split(c.spans, "|")}
			s := tale.join(t, nil).stories[0]
			clocks := s.Clocks()
			var got []string
			for _, k := range clocks {
				got = append(got, fmt.Sprint(k.Service, " ", k.Shift.Round(time.Millisecond).Milliseconds()))
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Fatalf("clocks are off by %q, want %q", g, c.want)
			}
			begun := at(0)
			for h := range s.Hops {
				start, duration, wait := s.Shown(h, clocks)
				if c.want == "" && (start != s.Hops[h].Start || duration != s.Hops[h].Duration || wait != s.Hops[h].Wait) {
					t.Errorf("hop %d is moved though clocks agree", h)
				}
				if strings.Contains(c.name, "fast") && (start < begun || start+duration > begun+60e6) {
					t.Errorf("hop %d is shown outside the call that it is part of: %d ns after it, %d ns long", h, start-begun, duration)
				}
			}
		})
	}
}

func TestAlternatives(t *testing.T) {
	for _, c := range []struct {
		name, spans string
		want        []string // SERVICE/role
	}{
		{"who else took part, and who failed because of it", "1/a shop 0+60 serve POST /orders; status=500; error=|1/b<a shop 5+50 call stock POST /items; status=500; error=|1/c<b stock 6+48 serve POST /items; status=500; error=|1/x<c stock 7+1 db GET shelf",
			[]string{"shop/provider", "shop/caller"}},
		{"another branch that failed as well", "1/a shop 0+90 serve POST /orders; status=500; error=|1/b<a shop 5+20 call stock POST /items; status=500; error=|1/c<b stock 6+18 serve POST /items; status=500; error=|1/d<a shop 30+50 send orders|1/e<d billing 90+20 process orders; error=boom",
			[]string{"billing/consumer", "shop/provider", "shop/caller"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tale := tale{Spans: strings.Split(c.spans, "|")}
			s := tale.join(t, nil).stories[0]
			v := s.Judge(expectations{}, Clock{Now: at(time.Hour), Quiet: time.Hour})
			var got []string
			for _, a := range s.Alternatives(v.Culprit) {
				got = append(got, a.Service+"/"+a.Role.String())
			}
			if v.Culprit == nil || v.Culprit.Service != "stock" || !slices.Equal(got, c.want) {
				t.Errorf("beside %+v: %v, want %v", v.Culprit, got, c.want)
			}
			if s.Alternatives(nil) != nil {
				t.Error("who went well has no alternatives")
			}
		})
	}
}
