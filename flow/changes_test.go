package flow

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// town is a small estate whose endpoints are named "service/operation".
type town struct {
	ids     map[string]uint64
	names   []*Endpoint
	changes []Change
}

func (w *town) id(name string) uint64 {
	if name == "" {
		return 0
	}
	if w.ids[name] == 0 {
		if w.ids == nil {
			w.ids, w.names = map[string]uint64{}, []*Endpoint{nil}
		}
		service, operation, _ := strings.Cut(name, "/")
		e := &Endpoint{Service: service, Operation: operation, Kind: API, Role: Provider}
		if operation[0] >= 'a' && operation[0] <= 'z' { // work inside
			e.Kind, e.Role = Internal, NoRole
		}
		w.ids[name] = uint64(len(w.names))
		w.names = append(w.names, e)
	}
	return w.ids[name]
}

func (w *town) find(id uint64) *Endpoint {
	if id < uint64(len(w.names)) {
		return w.names[id]
	}
	return nil
}

// flows says in how many flows an endpoint acted before and now, and in how many it took a step.
func (w *town) flows(a string, before, now uint64, steps ...any) {
	w.changes = append(w.changes, Change{Acted, w.id(a), 0, Tally{N: before}, Tally{N: now}})
	for i := 0; i < len(steps); i += 3 {
		w.changes = append(w.changes, Change{Stepped, w.id(a), w.id(steps[i].(string)), Tally{N: uint64(steps[i+1].(int))}, Tally{N: uint64(steps[i+2].(int))}})
	}
}

// tally is n times around a bucket.
func tally(n uint64, bucket float64) Tally {
	t := Tally{N: n}
	for i := range n {
		b := uint64(math.Round(bucket + []float64{-2, 0, 1, 2, -1}[i%5]))
		t.Sum, t.Squares = t.Sum+b, t.Squares+b*b
	}
	return t
}

func (w *town) took(what TraitKind, a, b string, n uint64, before, now float64) {
	w.changes = append(w.changes, Change{what, w.id(a), w.id(b), tally(n, before), tally(3*n, now)})
}

func (w *town) first(t *testing.T, want string) Finding {
	t.Helper()
	found := Compare(w.changes, w.find)
	if len(found) == 0 || found[0].Service+" "+found[0].Rule != want {
		t.Fatalf("%+v, want %s first", found, want)
	}
	return found[0]
}

func TestWhoStoppedAnsweringIsTheCauseAndNotWhoeverStoppedForIt(t *testing.T) {
	w := &town{}
	// contacts answers without having looked; reserve then fails half-way, and says so.
	w.flows("reserve/POST", 9, 27, "reserve/handle", 9, 27, "reserve/error", 0, 27)
	w.flows("reserve/handle", 9, 27, "reserve/CALL contacts", 9, 27, "reserve/CALL seats", 9, 0, "reserve/CALL price", 9, 0)
	w.took(Underway, "reserve/CALL contacts", "contacts/GET", 9, 40, 40)
	w.flows("contacts/GET", 9, 27, "contacts/look", 9, 27)
	w.flows("contacts/look", 9, 27, "contacts/select", 9, 0)
	w.flows("seats/POST", 9, 0, "seats/select", 9, 0)
	w.flows("search/GET", 40, 120, "search/extra", 20, 66)
	f := w.first(t, "contacts shift.steps")
	if f.Was != 1 || f.Is != 0 || f.A != w.id("contacts/look") || f.Side != w.id("contacts/GET") {
		t.Errorf("%+v", f)
	}
	if n := len(Compare(w.changes, w.find)); n != 1 {
		t.Errorf("%d services are named", n)
	}
}

func TestANewStepIsAChangeAndOneThatComesBackIsNot(t *testing.T) {
	w := &town{}
	w.flows("pay/POST", 20, 60, "pay/charge", 20, 60, "pay/error", 0, 57)
	w.flows("mail/POST", 20, 60, "mail/send", 6, 60) // an earlier incident is over
	w.first(t, "pay shift.steps")
	if n := len(Compare(w.changes, w.find)); n != 1 {
		t.Errorf("%d services are named", n)
	}
}

func TestWhoTakesLongerByItselfIsNamed(t *testing.T) {
	w := &town{}
	for i := range 20 {
		w.took(OwnTime, fmt.Sprintf("other%d/GET", i), "", 30, 40, 40.5)
	}
	w.took(OwnTime, "stock/GET", "", 8, 44, 50)
	w.took(OwnTime, "stock/POST", "", 12, 48, 53)
	f := w.first(t, "stock shift.duration")
	if f.A != w.id("stock/GET") && f.A != w.id("stock/POST") || f.Is-f.Was < 4 {
		t.Errorf("%+v", f)
	}
	if n := len(Compare(w.changes, w.find)); n != 1 {
		t.Errorf("%d services are named", n)
	}
}

func TestASlowNetworkIsThatOfWhomAllWaysAreSlow(t *testing.T) {
	w := &town{}
	w.took(Underway, "gate/CALL", "search/GET", 50, 36, 36)
	w.took(Underway, "gate/CALL", "basic/GET", 20, 36, 68)
	w.took(Underway, "search/CALL", "basic/POST", 20, 36, 68)
	w.took(Underway, "basic/CALL", "route/GET", 20, 36, 68)
	w.took(Underway, "basic/CALL", "price/GET", 20, 36, 68)
	w.took(Underway, "search/CALL", "seats/GET", 60, 36, 36)
	f := w.first(t, "basic shift.network")
	if e := w.find(f.Side); e == nil || e.Service != "basic" {
		t.Errorf("%+v", f)
	}
	if n := len(Compare(w.changes, w.find)); n != 1 {
		t.Errorf("%d services are named", n)
	}
}

func TestNothingIsSaidOfWhatStaysOrIsSeldom(t *testing.T) {
	w := &town{}
	for i := range 200 {
		name := fmt.Sprintf("s%d/GET", i)
		w.flows(name, 20, 60, fmt.Sprintf("s%d/sometimes", i), 10+i%5, 30-i%7, fmt.Sprintf("s%d/always", i), 20, 60)
		w.took(OwnTime, name, "", 20, 40, 40+float64(i%2))
		w.took(Underway, name, fmt.Sprintf("s%d/POST", i+1), 20, 30, 31)
	}
	w.flows("rare/GET", 2, 2, "rare/step", 2, 0)
	w.took(OwnTime, "rare/GET", "", 2, 40, 80)
	w.changes = append(w.changes, Change{OwnTime, 9999, 0, tally(50, 10), tally(50, 90)}) // nobody knows it
	if found := Compare(w.changes, w.find); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

func TestWhatIsFoundDoesNotDependOnOrder(t *testing.T) {
	w := &town{}
	w.took(OwnTime, "a/GET", "", 20, 40, 50)
	w.took(OwnTime, "b/GET", "", 20, 40, 50)
	w.took(Underway, "a/CALL", "b/GET", 20, 30, 60)
	w.flows("c/GET", 20, 60, "c/x", 20, 0, "c/y", 20, 0)
	want := fmt.Sprint(Compare(w.changes, w.find))
	for range 50 {
		for i := range w.changes {
			j := (i*7 + 3) % len(w.changes)
			w.changes[i], w.changes[j] = w.changes[j], w.changes[i]
		}
		if got := fmt.Sprint(Compare(w.changes, w.find)); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
}

func TestBucketTimesAreInTheirBuckets(t *testing.T) {
	for b, us := range map[float64]float64{0: 0.5, 3: 3.5, 4: 4.5, 8: 9, 12: 18, 40: 2304, 44: 4608} {
		if got := float64(BucketTime(b)) / 1000; got != us {
			t.Errorf("bucket %v: %v us, want %v", b, got, us)
		}
	}
}
