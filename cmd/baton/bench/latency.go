package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/cmd/baton/bench/harness"
	"github.com/baton-observability/baton/cmd/baton/bench/queries"
	"github.com/baton-observability/baton/cmd/baton/bench/replay"
	"github.com/baton-observability/baton/cmd/baton/bench/report"
	"github.com/baton-observability/baton/web"
)

// Live corpora have seeds of their own, so that no id of theirs is one that is stored.
const (
	quietSeed = 1
	busySeed  = 2
	loadSeed  = 3
)

// latency sends probes, first alone and then beside a steady load, and answers how many spans are stored then.
func (b *bench) latency(ctx context.Context, s *harness.Server, stored int64) (int64, error) {
	if b.o.probes == 0 {
		return stored, nil
	}
	b.out.say("%d flows, one at a time", b.o.probes)
	quiet, n, err := b.probes(ctx, s, b.o.seed+quietSeed, 0, time.Now().Add(time.Hour))
	if stored += n; err != nil || b.o.rate == 0 {
		b.result.Quiet = &quiet
		return stored, err
	}
	b.result.Quiet = &quiet
	b.out.say("%d flows beside %.0f spans a second", b.o.probes, b.o.rate)
	busy, n, err := b.beside(ctx, s)
	b.result.Busy = &busy
	return stored + n, err
}

// beside sends probes while a load of live flows comes in.
func (b *bench) beside(ctx context.Context, s *harness.Server) (report.Latency, int64, error) {
	c, err := b.o.corpusAt(b.o.seed+loadSeed, time.Now(), corpus.GapAt(b.o.rate))
	if err != nil {
		return report.Latency{}, 0, err
	}
	loaded, stop := context.WithCancel(ctx)
	defer stop()
	type outcome struct {
		sent replay.Sent
		err  error
	}
	load := make(chan outcome, 1)
	enough := make(chan struct{}) // closed when the probes are through
	go func() {
		sent, err := b.send(loaded, s, "load", &until{c.Stream(0, 1<<60), enough}, b.o.rate)
		load <- outcome{sent, err}
	}()
	began := time.Now()
	// Probes that are late must not make the load endless.
	out, n, err := b.probes(ctx, s, b.o.seed+busySeed, b.o.rateFor/time.Duration(b.o.probes), began.Add(b.o.rateFor+late/2))
	if rest := b.o.rateFor - time.Since(began); err == nil && rest > 0 {
		select {
		case <-time.After(rest):
		case <-ctx.Done():
		}
	}
	close(enough)
	done := <-load
	out.Asked, out.Load = b.o.rate, done.sent.Rate()
	return out, n + done.sent.Spans, errors.Join(err, done.err)
}

// until is a source that ends when told to.
type until struct {
	*corpus.Stream
	enough <-chan struct{}
}

func (u *until) Next(b []byte) ([]byte, int) {
	select {
	case <-u.enough:
		return b, 0
	default:
		return u.Stream.Next(b)
	}
}

// probes sends flows one at a time, no faster than one in so long, and measures when each is seen whole and when it has its
// verdict, from the acknowledgement of its last span on. Every second one fails. After the deadline it sends no more.
func (b *bench) probes(ctx context.Context, s *harness.Server, seed uint64, pace time.Duration, deadline time.Time) (out report.Latency, spans int64, err error) {
	var seen, judged []time.Duration
	for i := 0; i < b.o.probes && out.Late < mostLate && time.Now().Before(deadline); i++ {
		next := time.After(pace)
		o := corpus.Options{Seed: seed, Services: b.o.services, Attributes: b.o.attributes, Failures: 0.5, Gap: time.Nanosecond,
			Start: time.Now().Add(-3 * time.Second)} // its last span ended just now
		c, err := corpus.New(o)
		if err != nil {
			return out, spans, err
		}
		f := c.Flow(int64(i))
		sent, err := replay.Run(ctx, replay.Options{Endpoint: s.Endpoint(b.o.protocol), Protocol: b.o.protocol, Connections: b.o.connections}, c.One(int64(i)))
		if err != nil {
			return out, spans, fmt.Errorf("probe: %w", err)
		}
		spans += sent.Spans
		v, j, err := watch(ctx, s.API, &f)
		switch {
		case errors.Is(err, errLate):
			if out.Late++; out.Late == 1 {
				out.FirstLate = err.Error()
			}
		case err != nil:
			return out, spans, fmt.Errorf("probe %d: %w", i, err)
		}
		seen, judged = append(seen, v), append(judged, j)
		select {
		case <-next:
		case <-ctx.Done():
			return out, spans, context.Cause(ctx)
		}
	}
	out.Flows = len(seen)
	out.VisibleP50, out.VisibleP95 = queries.Percentiles(seen)
	out.VerdictP50, out.VerdictP95 = queries.Percentiles(judged)
	return out, spans, nil
}

const (
	// look is how often a probe is looked for, and how exact the answer is: at 20 ms it was half a core beside the load.
	look = 100 * time.Millisecond
	// late is when it is looked for no longer, and mostLate how many such probes there are before no more are sent.
	late     = time.Minute
	mostLate = 3
)

var errLate = errors.New("late")

// watch asks for a flow until it is whole and has the verdict that it must have. One that is late counts as long as it was
// looked for.
func watch(ctx context.Context, api harness.API, f *corpus.Flow) (seen, judged time.Duration, err error) {
	began, want := time.Now(), "completed"
	if f.Failed {
		want = "failed"
	}
	last := "nothing"
	for time.Since(began) < late {
		var list web.FlowList
		if err := api.Get(ctx, "/api/v1/flows/by-trace/"+f.Traces[len(f.Traces)-1].String(), &list); err != nil {
			return 0, 0, err
		}
		if len(list.Flows) == 1 {
			got := &list.Flows[0]
			last = fmt.Sprintf("%s, %d spans", got.Status, got.SpanCount)
			if got.SpanCount == int64(f.SpanCount()) {
				if seen == 0 {
					seen = time.Since(began)
				}
				if got.Status == want {
					return seen, time.Since(began), nil
				}
			}
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return 0, 0, context.Cause(ctx)
		}
	}
	if seen == 0 {
		seen = late
	}
	return seen, late, fmt.Errorf("%w: not %s with %d spans, but %s", errLate, want, f.SpanCount(), last)
}
