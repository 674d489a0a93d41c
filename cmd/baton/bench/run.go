package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/cmd/baton/bench/harness"
	"github.com/baton-observability/baton/cmd/baton/bench/queries"
	"github.com/baton-observability/baton/cmd/baton/bench/report"
)

// bench is a run.
type bench struct {
	o      *options
	out    *progress
	dir    string
	sizes  []int64
	result *report.Result
}

// run measures everything. Beside an error it answers what was measured before it.
func run(ctx context.Context, o *options, progress io.Writer) (r *report.Result, err error) {
	b := &bench{o: o, out: newProgress(progress), result: &report.Result{At: time.Now(), Command: o.command, Version: o.version,
		Machine: harness.Machine(), Load: harness.Load()}}
	if b.sizes, err = o.sizes(); err != nil {
		return b.result, err
	}
	if b.dir, err = os.MkdirTemp(o.dir, "baton-bench-"); err != nil {
		return b.result, fmt.Errorf("data folder: %w", err)
	}
	defer func() {
		if o.keep {
			b.out.say("the data folder stays: %s", b.dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(b.dir))
	}()
	if o.floor {
		if err := b.floor(ctx); err != nil {
			return b.result, fmt.Errorf("floor: %w", err)
		}
	}
	return b.result, b.baton(ctx)
}

// estate is the corpus that ends a little before now.
func (b *bench) estate() (*corpus.Corpus, error) {
	spans := b.sizes[len(b.sizes)-1]
	flows := spans/corpus.MeanSpans + 1
	gap := corpus.Defaults().Gap
	if b.o.days > 0 {
		gap = time.Duration(b.o.days) * 24 * time.Hour / time.Duration(flows)
	}
	// No flow lasts longer, so that nothing is in the future.
	const lasts = 10 * time.Second
	return b.o.corpusAt(b.o.seed, time.Now().Add(-lasts-time.Duration(flows)*gap*102/100), gap)
}

// floor measures the least that takes the spans.
func (b *bench) floor(ctx context.Context) (err error) {
	c, err := b.estate()
	if err != nil {
		return err
	}
	s, err := harness.StartFloor(ctx, b.o.program, filepath.Join(b.dir, "floor"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	// As much as the largest size would only take longer: what a span costs does not depend on how many there are.
	spans := min(b.sizes[len(b.sizes)-1], 5_000_000)
	in, err := b.ingest(ctx, s, "floor", c.Stream(0, spans), 0)
	b.result.Floor = &in
	return err
}

// baton measures Baton.
func (b *bench) baton(ctx context.Context) (err error) {
	c, err := b.estate()
	if err != nil {
		return err
	}
	s, err := harness.StartBaton(ctx, b.o.program, filepath.Join(b.dir, "baton"), c.Ownership(), b.o.set)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	if _, err := s.Settle(ctx, 0, b.o.settle); err != nil { // what a start costs is not what a span costs
		return err
	}
	set := &queries.Set{API: s.API, Corpus: c, Calls: b.o.queries, Seed: b.o.seed}
	stored := int64(0)
	for _, size := range b.sizes {
		stream := c.Stream(set.Flows, size-stored)
		in, err := b.ingest(ctx, s, "baton", stream, stored)
		if err != nil {
			return err
		}
		stored += in.Spans
		set.Flows, set.Now = stream.Flows(), c.StartOf(stream.Flows()).Add(10*time.Second)
		stage, err := b.stage(ctx, s, set, stored, in)
		if err != nil {
			return err
		}
		b.result.Stages = append(b.result.Stages, stage)
		b.describe(stored, set.Flows)
	}
	return b.after(ctx, s, set, stored)
}

// stage looks at what is stored.
func (b *bench) stage(ctx context.Context, s *harness.Server, set *queries.Set, stored int64, in report.Ingest) (out report.Stage, err error) {
	out = report.Stage{Stored: stored, Ingest: in}
	if out.Tables, err = s.Tables(ctx); err != nil {
		return out, err
	}
	out.Untrimmed = out.BytesPerSpan()
	if out.Queries, err = set.Run(ctx, func(k queries.Kind) { b.out.say("questions: %s", k) }); err != nil {
		return out, err
	}
	if b.o.trim > 0 {
		b.out.say("waiting until the feed of the joiner is dropped, at most %v", b.o.trim)
		if err := s.Trimmed(ctx, b.o.trim); err != nil {
			return out, err
		}
		if out.Tables, err = s.Tables(ctx); err != nil {
			return out, err
		}
	}
	figures, err := s.API.Figures(ctx)
	if err != nil {
		return out, err
	}
	out.Log = int64(figures["log_bytes"])
	return out, nil
}

// after measures what needs the stored corpus once: truth, latency, rest.
func (b *bench) after(ctx context.Context, s *harness.Server, set *queries.Set, stored int64) error {
	if b.o.roundTrip > 0 {
		b.out.say("reading %d spans back", b.o.roundTrip)
		t, err := set.RoundTrip(ctx, b.o.roundTrip)
		if err != nil {
			return err
		}
		b.result.RoundTrip = &t
	}
	stored, err := b.latency(ctx, s, stored)
	if err != nil || b.o.idle == 0 {
		return err
	}
	b.out.say("waiting until all is quiet")
	if _, err := s.Settle(ctx, stored, b.o.settle); errors.Is(err, harness.ErrNeverIdle) {
		b.out.say("%v", err) // what follows shows how busy it is
	} else if err != nil {
		return err
	}
	idle, err := b.idle(ctx, s)
	b.result.Idle = &idle
	return err
}

func (b *bench) describe(stored, flows int64) {
	o := b.o
	c := &b.result.Corpus
	*c = report.Corpus{Seed: o.seed, Spans: stored, Flows: flows, Services: o.services, Attributes: o.attributes, Failures: o.failures,
		BytesPerSpan: c.BytesPerSpan, Protocol: o.protocol, Connections: o.connections, Days: o.days}
}
