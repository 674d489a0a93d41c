// Package corpus generates the spans of an order estate for measurements: flows of 8 to 40 spans over several traces, which are
// joined by links, message ids, correlation ids and workflow runs, with a known share of failures. The same options give the
// same bytes. What is sent is a copy of a template with ids, times and values patched in, because the generator runs beside
// what it measures on the same cores; and every flow is a function of the seed and its number, so that nothing needs to be
// remembered to check an answer.
package corpus

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// PerRequest is how many spans a request has, as the batch processors of the SDKs cut them.
const PerRequest = 512

// Options say which corpus. Its zero fields have no defaults: take Defaults and change them.
type Options struct {
	Seed       uint64
	Services   int     // each is a process of its own
	Attributes int     // of a span, besides its resource's; spans that need more to be what they are have more
	Failures   float64 // share of flows that fail, 0 to 1
	Start      time.Time
	Gap        time.Duration // event time from the start of a flow to that of the next
}

// Defaults are the estate of the published figures: about 580 bytes a span on the wire.
func Defaults() Options {
	// 50,000 spans of event time a second: millions of them stay within the hour that questions are asked about.
	return Options{Seed: 1, Services: 25, Attributes: 14, Failures: 0.03, Gap: GapAt(50_000)}
}

// MeanSpans is the mean number of spans of a flow that does not fail, which the shapes fix.
const MeanSpans = (shortest + longest) / 2

const (
	shortest = 8
	longest  = 40
	shapes   = 17 // of lengths evenly spread from shortest to longest
)

// GapAt is the gap at which flows bring so many spans a second of event time.
func GapAt(spansPerSecond float64) time.Duration {
	return time.Duration(MeanSpans / spansPerSecond * float64(time.Second))
}

// Corpus is an endless sequence of flows.
type Corpus struct {
	options   Options
	services  []service
	processes []process
	well      []shape
	failing   [][]shape // for each shape the ways in which it fails
}

// New compiles the templates.
func New(o Options) (*Corpus, error) {
	switch {
	case o.Services < len(roles) || o.Services > 500:
		return nil, fmt.Errorf("services: %d, want %d to 500", o.Services, len(roles))
	case o.Attributes < 1 || o.Attributes > 100:
		return nil, fmt.Errorf("attributes of a span: %d, want 1 to 100", o.Attributes)
	case o.Failures < 0 || o.Failures > 1:
		return nil, fmt.Errorf("share of failures: %v, want 0 to 1", o.Failures)
	case o.Gap <= 0:
		return nil, errors.New("the gap between flows must be above zero")
	}
	c := &Corpus{options: o, services: estate(o.Services)}
	for i := range c.services {
		c.processes = append(c.processes, newProcess(&c.services[i]))
	}
	for i := range shapes {
		length := shortest + i*(longest-shortest)/(shapes-1)
		c.well = append(c.well, c.shape(i, length, noFault))
		var ways []shape
		for _, f := range faults {
			if s := c.shape(i, length, f); s.culprit >= 0 {
				ways = append(ways, s)
			}
		}
		c.failing = append(c.failing, ways)
	}
	return c, nil
}

// random is the source of everything that is random about a flow.
func (c *Corpus) random(flow int64) rand.PCG {
	var r rand.PCG
	r.Seed(c.options.Seed, uint64(flow)*0x9e3779b97f4a7c15+1)
	return r
}

// pick draws which shape a flow has.
func (c *Corpus) pick(r *rand.PCG) *shape {
	a, b := r.Uint64(), r.Uint64()
	i := a % shapes
	if float64(b>>11)/(1<<53) >= c.options.Failures {
		return &c.well[i]
	}
	return &c.failing[i][a>>32%uint64(len(c.failing[i]))]
}
