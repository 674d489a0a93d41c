package flow

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// tale is one flow of testdata/stories: its spans, one a line, and what Baton
// makes of them. A line is
//
//	TRACE/SPAN[<PARENT] SERVICE START+DURATION VERB WORDS [; KEY=VALUE]...
//
// with times in ms. See verb and option for what may follow.
type tale struct {
	Name    string
	Keys    []string // configured business keys
	Spans   []string
	Expect  map[string]expected // by the label of a sender
	Usual   map[string]string   // MID/MOST*N in ms, by "flow", a span that takes up, or a pair a>b
	Always  []string            // CALLER>CALLEE labels of steps that are always taken; an unknown callee is an operation
	Silent  string              // a service that has gone quiet
	Now     time.Duration       // since the first span's start
	Quiet   time.Duration
	Flows   [][]string // spans of each flow; one flow with all of them when empty
	Hops    []string   // of the first flow, see render
	Verdict string
	Culprit string
	Entry   string
	CheckAt time.Duration `yaml:"check_at"` // since the first span's start
}

type expected struct {
	By       string // label of a span whose endpoint takes it up, or service/role
	Patience time.Duration
}

var taleStart = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// told is what came of a tale: its flows, the one with the first span first.
type told struct {
	stories []*Story
	facts   []*Facts
	joined  Joined
}

// join takes the tale the way of the product: facts, segments, a partition,
// stories. A random source shuffles everything that has no order.
func (c *tale) join(t testing.TB, rnd *rand.Rand) told {
	t.Helper()
	x := extractor(t, Rules{Keys: c.Keys})
	var out told
	byTrace := map[TraceID][]*Facts{}
	var traces []TraceID
	for _, line := range c.Spans {
		f := tell(t, x, line)
		out.facts = append(out.facts, f)
		if byTrace[f.Trace] == nil {
			traces = append(traces, f.Trace)
		}
		byTrace[f.Trace] = append(byTrace[f.Trace], f)
	}
	shuffle := func(n int, swap func(i, j int)) {
		if rnd != nil {
			rnd.Shuffle(n, swap)
		}
	}
	shuffle(len(traces), func(i, j int) { traces[i], traces[j] = traces[j], traces[i] })
	var nodes []Node
	var facts [][]*Facts
	holder := map[Link]int{}
	for _, id := range traces {
		all := byTrace[id]
		shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		spans := make([]Span, len(all))
		for i := range all {
			spans[i] = all[i].Narrow()
		}
		segments := Cut(id, spans)
		shuffle(len(segments), func(i, j int) { segments[i], segments[j] = segments[j], segments[i] })
		for i := range segments {
			g := segments[i]
			var own []*Facts
			for _, k := range g.Spans {
				own = append(own, all[k])
				holder[Link{id, all[k].ID}] = len(nodes)
			}
			if g.ID.Root.IsZero() {
				holder[Link{Trace: id}] = len(nodes)
			}
			nodes, facts = append(nodes, Node{Segment: &g}), append(facts, own)
		}
	}
	for i := range nodes {
		for _, l := range nodes[i].Segment.Links {
			n, ok := holder[l]
			if !ok {
				n, ok = holder[Link{Trace: l.Trace}]
			}
			if ok && n != i && !slices.Contains(nodes[i].Links, n) {
				nodes[i].Links = append(nodes[i].Links, n)
			}
		}
	}
	out.joined = Partition(nodes, DefaultLimits(), nil)
	wide := make([][]Wide, out.joined.Groups)
	for i := range nodes {
		w := Wide{Trace: nodes[i].ID.Trace, Shared: nodes[i].Shared, Facts: facts[i]}
		if g := out.joined.Group[i]; g >= 0 {
			wide[g] = append(wide[g], w)
		}
		for _, g := range out.joined.Refers[i] {
			wide[g] = append(wide[g], w)
		}
	}
	for _, w := range wide {
		out.stories = append(out.stories, Assemble(w))
	}
	slices.SortFunc(out.stories, func(a, b *Story) int { return strings.Compare(spansOf(a), spansOf(b)) })
	for i, s := range out.stories {
		if slices.ContainsFunc(s.Facts, func(f *Facts) bool { return f == out.facts[0] }) {
			out.stories[0], out.stories[i] = out.stories[i], out.stories[0]
			break
		}
	}
	return out
}

func spansOf(s *Story) string {
	var ids []string
	for _, f := range s.Facts {
		ids = append(ids, label(f.ID))
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

func (c *tale) clock() Clock {
	k := Clock{Now: at(c.Now), Quiet: c.Quiet}
	if c.Now == 0 {
		k.Now = at(time.Hour)
	}
	if c.Quiet == 0 {
		k.Quiet = time.Hour
	}
	return k
}

func readTales(t testing.TB) map[string][]tale {
	t.Helper()
	out := map[string][]tale{}
	files, err := filepath.Glob("testdata/stories/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d := yaml.NewDecoder(bytes.NewReader(raw))
		d.KnownFields(true)
		var cases []tale
		if err := d.Decode(&cases); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[strings.TrimSuffix(filepath.Base(name), ".yaml")] = cases
	}
	return out
}

func TestStories(t *testing.T) {
	for file, cases := range readTales(t) {
		for _, c := range cases {
			t.Run(file+"/"+c.Name, func(t *testing.T) { c.check(t) })
		}
	}
}

func (c *tale) check(t *testing.T) {
	got := c.join(t, nil)
	flows := []string{}
	for _, f := range c.Flows {
		slices.Sort(f)
		flows = append(flows, strings.Join(f, " "))
	}
	if len(flows) == 0 {
		var all []string
		for _, f := range got.facts {
			all = append(all, label(f.ID))
		}
		slices.Sort(all)
		flows = append(flows, strings.Join(all, " "))
	}
	var have []string
	for _, s := range got.stories {
		have = append(have, spansOf(s))
	}
	sorted := func(s []string) []string { s = slices.Clone(s); slices.Sort(s); return s }
	if !slices.Equal(sorted(have), sorted(flows)) {
		t.Fatalf("flows\n got %q\nwant %q", have, flows)
	}
	s := got.stories[0]
	if want := sorted(c.Hops); c.Hops != nil {
		s.Judge(c.expectations(t, got.facts), c.clock())
		if hops := s.rendered(); !slices.Equal(hops, want) {
			t.Errorf("hops\n got %s\nwant %s", strings.Join(hops, "\n     "), strings.Join(want, "\n     "))
		}
		s = c.join(t, nil).stories[0]
	}
	j := s.Judge(c.expectations(t, got.facts), c.clock())
	if c.Verdict != "" && j.Verdict.String() != c.Verdict {
		t.Errorf("verdict %s, want %s", j.Verdict, c.Verdict)
	}
	if c.Culprit != "" || c.Verdict == "completed" || c.Verdict == "degraded" || c.Verdict == "running" {
		if got := renderCulprit(j.Culprit); got != c.Culprit {
			t.Errorf("culprit\n got %s\nwant %s", got, c.Culprit)
		}
	}
	if c.Entry != "" && (s.Entry < 0 || label(s.Facts[s.Entry].ID) != c.Entry) {
		t.Errorf("entry %d, want %s", s.Entry, c.Entry)
	}
	if c.CheckAt != 0 && j.CheckAt != at(c.CheckAt) {
		t.Errorf("check at %v, want %v", time.Duration(j.CheckAt-at(0)), c.CheckAt)
	}
	if j.Verdict == Failed && (j.FailedAt == 0 || j.Culprit == nil || j.Culprit.Span.IsZero()) {
		t.Errorf("failed without a time or evidence: %+v", j)
	}
	c.agrees(t, got)
}

// agrees compares the quick judge with the full one wherever it dares to judge.
func (c *tale) agrees(t *testing.T, got told) {
	for _, s := range got.stories {
		o := Sketch(piecesOfStory(s))
		quick, sure := o.Judge(c.expectations(t, got.facts), c.clock())
		if !sure {
			continue
		}
		full := s.Judge(c.expectations(t, got.facts), c.clock())
		if quick.Verdict != full.Verdict || quick.CheckAt != full.CheckAt || o.Hops != len(s.Hops) || o.EntryEndpoint() != s.Facts[s.Entry].EndpointID {
			t.Errorf("the quick judge says %s (again at %d, %d hops), the full one %s (%d, %d)", quick.Verdict, quick.CheckAt, o.Hops, full.Verdict, full.CheckAt, len(s.Hops))
		}
		o.Close()
	}
}

func piecesOfStory(s *Story) (pieces []Piece) {
	for i, f := range s.Facts {
		if i == 0 || s.Facts[i-1].Trace != f.Trace || s.fold.shared[i-1] != s.fold.shared[i] {
			pieces = append(pieces, Piece{Trace: f.Trace, Shared: s.fold.shared[i]})
		}
		p := &pieces[len(pieces)-1]
		p.Spans = append(p.Spans, f.Narrow())
	}
	return pieces
}

func TestStoriesDoNotDependOnOrder(t *testing.T) {
	for file, cases := range readTales(t) {
		for _, c := range cases {
			t.Run(file+"/"+c.Name, func(t *testing.T) {
				var want []string
				for seed := range uint64(12) {
					got := c.join(t, rand.New(rand.NewPCG(seed, 2)))
					var have []string
					for _, s := range got.stories {
						have = append(have, s.digest(s.Judge(c.expectations(t, got.facts), c.clock())))
					}
					if want == nil {
						want = have
					}
					if !slices.Equal(have, want) {
						t.Fatalf("seed %d\n got %s\nwant %s", seed, strings.Join(have, "\n---\n"), strings.Join(want, "\n---\n"))
					}
				}
			})
		}
	}
}
