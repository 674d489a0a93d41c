package flow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// seg makes a segment from words: KEY=VALUE repeats, KEY:=VALUE identifies,
// KEY@TRUST=VALUE, +M sends message M, -M takes it, >S links to segment S,
// /TRACE is of another trace than its name, !shared.
func seg(at time.Duration, name string, words ...string) namedSegment {
	n := namedSegment{name: name, Segment: Segment{ID: SegmentID{Trace: traceID(name)}, Start: int64(at)}}
	for _, w := range words {
		switch {
		case w == "!shared":
			n.Shared = true
		case w[0] == '/':
			n.ID = SegmentID{Trace: traceID(w[1:]), Root: spanID(name)}
		case w[0] == '+':
			n.Sent = append(n.Sent, HashKey("", "message", w[1:]))
		case w[0] == '-':
			n.Taken = append(n.Taken, HashKey("", "message", w[1:]))
		case w[0] == '>':
			n.to = append(n.to, w[1:])
		default:
			k, v, _ := strings.Cut(w, "=")
			key := Key{Trust: 3, Value: v}
			k, key.Identifying = strings.CutSuffix(k, ":")
			if name, window, ok := strings.Cut(k, "~"); ok {
				d, _ := time.ParseDuration(window)
				k, key.Window = name, int64(d)
			}
			if name, ok := strings.CutSuffix(k, "@4"); ok {
				k, key.Trust = name, 4
			}
			key.Name, key.Hash = k, HashKey("", k, v)
			n.Keys = append(n.Keys, key)
		}
	}
	return n
}

type namedSegment struct {
	Segment
	name string
	to   []string
}

func nodesOf(segs []namedSegment) []Node {
	nodes := make([]Node, len(segs))
	for i := range segs {
		nodes[i].Segment = &segs[i].Segment
		for _, to := range segs[i].to {
			nodes[i].Links = append(nodes[i].Links, slices.IndexFunc(segs, func(s namedSegment) bool { return s.name == to }))
		}
	}
	return nodes
}

// partition writes flows as their sorted segments; shared ones are in brackets.
func partition(segs []namedSegment, j Joined) []string {
	flows := make([][]string, j.Groups)
	for i := range segs {
		if g := j.Group[i]; g >= 0 {
			flows[g] = append(flows[g], segs[i].name)
		}
		for _, g := range j.Refers[i] {
			flows[g] = append(flows[g], "("+segs[i].name+")")
		}
	}
	var out []string
	for _, f := range flows {
		slices.Sort(f)
		out = append(out, strings.Join(f, " "))
	}
	slices.Sort(out)
	return out
}

func TestPartition(t *testing.T) {
	const h = time.Hour
	for _, c := range []struct {
		name  string
		segs  []namedSegment
		flows []string
		hot   string
		joins []string
	}{
		{name: "nothing in common", segs: []namedSegment{seg(0, "a", "k=1"), seg(1, "b", "k=2")}, flows: []string{"a", "b"}},
		{name: "a value in common", segs: []namedSegment{seg(0, "a", "k=1"), seg(1, "b", "k=1")}, flows: []string{"a b"}, joins: []string{"a-b k=1"}},
		{name: "a value of two names is two values", segs: []namedSegment{seg(0, "a", "k=1"), seg(1, "b", "l=1")}, flows: []string{"a", "b"}},
		{name: "a chain of different values", segs: []namedSegment{seg(0, "a", "k=1"), seg(1, "b", "k=1", "l=2"), seg(2, "c", "l=2")}, flows: []string{"a b c"}, joins: []string{"a-b k=1", "b-c l=2"}},
		{name: "a link joins", segs: []namedSegment{seg(0, "a"), seg(1, "b", ">a")}, flows: []string{"a b"}, joins: []string{"a-b link"}},
		{name: "a link to what came later joins", segs: []namedSegment{seg(0, "a", ">b"), seg(1, "b")}, flows: []string{"a b"}, joins: []string{"b-a link"}},
		{name: "a message joins its two sides", segs: []namedSegment{seg(0, "a", "+m"), seg(1, "b", "-m")}, flows: []string{"a b"}, joins: []string{"a-b message"}},
		{name: "two deliveries of a message whose sender is not known", segs: []namedSegment{seg(0, "a", "-m"), seg(1, "b", "-m")}, flows: []string{"a b"}},
		{name: "two values of an identifying key never are one flow", segs: []namedSegment{seg(0, "a", "id:=1", "k=9"), seg(1, "b", "id:=2", "k=9")}, flows: []string{"a", "b"}},
		{name: "not through a third one either", segs: []namedSegment{seg(0, "a", "id:=1", "k=9"), seg(1, "b", "k=9", "l=8"), seg(2, "c", "id:=2", "l=8")}, flows: []string{"a b", "c"}},
		{name: "not even along a link", segs: []namedSegment{seg(0, "a", "id:=1"), seg(1, "b", "id:=2", ">a")}, flows: []string{"a", "b"}},
		{name: "two identifying keys of different names do not conflict", segs: []namedSegment{seg(0, "a", "id:=1", "k=9"), seg(1, "b", "no:=2", "k=9")}, flows: []string{"a b"}},
		{name: "two values of a repeating key never refuse", segs: []namedSegment{seg(0, "a", "c=1", "k=9"), seg(1, "b", "c=2", "k=9")}, flows: []string{"a b"}},
		{name: "trust comes before time", segs: []namedSegment{seg(0, "a", "id:=1", "k=9"), seg(1, "b", "k=9", "run@4=7"), seg(5, "c", "id:=2", "run@4=7")}, flows: []string{"a", "b c"}},
		{name: "of equal trust the earlier comes first", segs: []namedSegment{seg(0, "a", "id:=1", "k=9"), seg(1, "b", "k=9", "l=7"), seg(5, "c", "id:=2", "l=7")}, flows: []string{"a b", "c"}},
		{name: "the best carrier of a value decides its trust", segs: []namedSegment{seg(0, "a", "id:=1", "k=9"), seg(1, "b", "k=9", "c=7"), seg(5, "c", "id:=2", "c@4=7")}, flows: []string{"a", "b c"}},
		{name: "a value with a window joins within it", segs: []namedSegment{seg(0, "a", "w~24h=1"), seg(23*h, "b", "w~24h=1"), seg(48*h, "c", "w~24h=1")}, flows: []string{"a b", "c"}},
		{name: "a shared segment never bridges", segs: []namedSegment{seg(0, "a", "k=1"), seg(1, "b", "k=2"), seg(2, "s", "!shared", "k=1", "k=2", ">a", ">b")}, flows: []string{"(s) a", "(s) b"}},
		{name: "a shared trunk is referred to by all that was cut out of it", segs: []namedSegment{seg(2, "s", "!shared"), seg(3, "x", "/s", "k=1"), seg(4, "y", "/s", "k=2"), seg(0, "a", "k=1")}, flows: []string{"(s) a x", "(s) y"}},
		{name: "what links to a shared segment refers to it", segs: []namedSegment{seg(0, "s", "!shared"), seg(1, "a", ">s")}, flows: []string{"(s) a"}},
		{name: "what takes a message of a shared segment refers to it", segs: []namedSegment{seg(0, "s", "!shared", "+m", "+n"), seg(1, "a", "-m"), seg(2, "b", "-n")}, flows: []string{"(s) a", "(s) b"}},
		{name: "a shared segment that nothing refers to is a flow of its own", segs: []namedSegment{seg(0, "s", "!shared"), seg(1, "a")}, flows: []string{"a", "s"}},
		{name: "a value of a month is hot", segs: []namedSegment{seg(0, "a", "k=1"), seg(1, "b", "k=1"), seg(31*24*h, "c", "k=1")}, flows: []string{"a", "b", "c"}, hot: "k=1"},
		{name: "an identifying value knows no age", segs: []namedSegment{seg(0, "a", "id:=1"), seg(900*24*h, "c", "id:=1")}, flows: []string{"a c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(10) {
				segs := slices.Clone(c.segs)
				rand.New(rand.NewPCG(seed, 1)).Shuffle(len(segs), func(i, j int) { segs[i], segs[j] = segs[j], segs[i] })
				j := Partition(nodesOf(segs), DefaultLimits(), nil)
				if got := partition(segs, j); !slices.Equal(got, c.flows) {
					t.Fatalf("flows %q, want %q", got, c.flows)
				}
				var hot, joins []string
				for _, k := range j.Hot {
					hot = append(hot, k.Name+"="+k.Value)
				}
				if strings.Join(hot, " ") != c.hot {
					t.Errorf("hot %q, want %q", hot, c.hot)
				}
				for _, e := range j.Joins {
					why := "message"
					if e.Link {
						why = "link"
					} else if e.Key != "" {
						why = e.Key + "=" + e.Value
					}
					joins = append(joins, segs[e.A].name+"-"+segs[e.B].name+" "+why)
				}
				if c.joins != nil && !slices.Equal(joins, c.joins) {
					t.Errorf("joins %q, want %q", joins, c.joins)
				}
			}
		})
	}
}

func TestHotValuesLoseAllTheirEdges(t *testing.T) {
	many := func(n int, apart time.Duration, key string) []namedSegment {
		var out []namedSegment
		for i := range n {
			out = append(out, seg(time.Duration(i)*apart, fmt.Sprintf("t%05d", i), key))
		}
		return out
	}
	for _, c := range []struct {
		name   string
		segs   []namedSegment
		groups int
		known  bool
	}{
		{"200 within an hour", many(200, time.Second, "k=1"), 1, false},
		{"201 within an hour", many(201, time.Second, "k=1"), 201, false},
		{"201 over a day", many(201, 10*time.Minute, "k=1"), 1, false},
		{"1,000 in all", many(1000, 30*time.Minute, "k=1"), 1, false},
		{"1,001 in all", many(1001, 30*time.Minute, "k=1"), 1001, false},
		{"10,000 of an identifying key", many(10_000, time.Millisecond, "id:=1"), 1, false},
		{"10,001 of an identifying key", many(10_001, time.Millisecond, "id:=1"), 10_001, false},
		{"known to be hot from elsewhere", many(3, time.Second, "k=1"), 3, true},
		{"a burst within a longer life", append(many(300, 10*time.Minute, "k=1"), seg(2*time.Minute, "x", "k=1")), 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := Partition(nodesOf(c.segs), DefaultLimits(), func(uint64) bool { return c.known })
			if j.Groups != c.groups || (c.groups > 1) != (len(j.Hot) == 1) {
				t.Errorf("%d flows and %d hot values, want %d flows", j.Groups, len(j.Hot), c.groups)
			}
		})
	}
}

// TestPartitionDoesNotDependOnOrder also holds that no flow has two values of an
// identifying key and that every join is between two segments of one flow.
func TestPartitionDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 14).Draw(t, "segments")
		var segs []namedSegment
		for i := range n {
			var words []string
			for range rapid.IntRange(0, 3).Draw(t, "words") {
				v := rapid.IntRange(1, 3).Draw(t, "value")
				words = append(words, fmt.Sprintf(rapid.SampledFrom([]string{"k=%d", "l@4=%d", "k@4=%d", "id:=%d", "w~1h=%d", "+%d", "-%d"}).Draw(t, "word"), v))
			}
			if rapid.IntRange(0, 4).Draw(t, "shared") == 0 {
				words = append(words, "!shared")
			}
			if i > 0 && rapid.Bool().Draw(t, "linked") {
				words = append(words, fmt.Sprintf(">t%02d", rapid.IntRange(0, i-1).Draw(t, "to")))
			}
			if rapid.IntRange(0, 2).Draw(t, "cut") == 0 {
				words = append(words, fmt.Sprintf("/c%d", rapid.IntRange(0, 2).Draw(t, "trace")))
			}
			segs = append(segs, seg(rapid.SampledFrom([]time.Duration{0, time.Minute, 90 * time.Minute, 40 * 24 * time.Hour}).Draw(t, "start"), fmt.Sprintf("t%02d", i), words...))
		}
		limits := DefaultLimits()
		limits.PerHour = 4
		want := Partition(nodesOf(segs), limits, nil)
		flows := partition(segs, want)
		for _, e := range want.Joins {
			if want.Group[e.A] != want.Group[e.B] || want.Group[e.A] < 0 {
				t.Fatalf("%s and %s are joined and in flows %d and %d", segs[e.A].name, segs[e.B].name, want.Group[e.A], want.Group[e.B])
			}
		}
		owner := map[int]uint64{}
		for i := range segs {
			for _, k := range segs[i].Keys {
				g := want.Group[i]
				if !k.Identifying || g < 0 || segs[i].Shared || slices.ContainsFunc(segs[i].Keys, func(o Key) bool { return o.Identifying && o.Hash != k.Hash }) {
					continue
				}
				if h, ok := owner[g]; ok && h != k.Hash {
					t.Fatalf("flow %d has two values of one identifying key", g)
				}
				owner[g] = k.Hash
			}
		}
		shuffled := rapid.Permutation(segs).Draw(t, "order")
		if got := partition(shuffled, Partition(nodesOf(shuffled), limits, nil)); !slices.Equal(got, flows) {
			t.Fatalf("in another order %q, want %q", got, flows)
		}
	})
}
