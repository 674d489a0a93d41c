package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/harness"
	"github.com/baton-observability/baton/cmd/baton/bench/replay"
	"github.com/baton-observability/baton/cmd/baton/bench/report"
)

// ingest sends everything and measures until the work on it is done. So many spans were sent before.
func (b *bench) ingest(ctx context.Context, s *harness.Server, name string, from replay.Source, before int64) (report.Ingest, error) {
	s.ResetPeak()
	began, cpu := time.Now(), s.CPU()
	sent, err := b.send(ctx, s, name, from, 0)
	if err != nil {
		return report.Ingest{}, err
	}
	b.result.Corpus.BytesPerSpan = float64(sent.Bytes) / float64(sent.Spans)
	b.out.say("%s: %d spans acknowledged at %.0f a second, waiting until the work on them is done", name, sent.Spans, sent.Rate())
	joined, err := s.Joined(ctx, before+sent.Spans, b.o.settle)
	if err != nil {
		return report.Ingest{}, err
	}
	done, err := s.Settle(ctx, before+sent.Spans, b.o.settle)
	if err != nil {
		return report.Ingest{}, err
	}
	used := done.CPU.Less(cpu)
	perMillion := func(d time.Duration) float64 { return d.Seconds() / float64(sent.Spans) * 1e6 }
	peak := s.Peak()
	out := report.Ingest{Spans: sent.Spans, Acknowledged: sent.Rate(), Rate: float64(sent.Spans) / joined.Sub(began).Seconds(),
		CPU: perMillion(used.All()), OwnCPU: perMillion(used.Own), EngineCPU: perMillion(used.Children), PeakRSS: peak.RSS, PeakPSS: peak.PSS,
		Retries: sent.Retries, SettledInMs: done.At.Sub(sent.Began.Add(sent.Took)).Milliseconds()}
	b.out.say("%s: %.0f spans a second, %.1f CPU-s per million spans, peak RSS %.0f MB", name, out.Rate, out.CPU, float64(out.PeakRSS)/1e6)
	return out, nil
}

// send replays a corpus and says every few seconds how far it is.
func (b *bench) send(ctx context.Context, s *harness.Server, name string, from replay.Source, rate float64) (replay.Sent, error) {
	var spans atomic.Int64
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(5 * time.Second)
		defer tick.Stop()
		for last := int64(0); ; {
			select {
			case <-stop:
				return
			case <-tick.C:
				now := spans.Load()
				m := s.Memory()
				b.out.say("%s: %d spans, %d a second, RSS %.0f MB", name, now, (now-last)/5, float64(m.RSS)/1e6)
				last = now
			}
		}
	})
	sent, err := replay.Run(ctx, replay.Options{Endpoint: s.Endpoint(b.o.protocol), Protocol: b.o.protocol, Connections: b.o.connections,
		Rate: rate, Progress: &spans}, from)
	close(stop)
	watch.Wait()
	if err != nil {
		return sent, fmt.Errorf("send: %w", err)
	}
	return sent, nil
}

// idle measures doing nothing, once what a rush leaves behind is over.
func (b *bench) idle(ctx context.Context, s *harness.Server) (report.Idle, error) {
	pass := func(d time.Duration) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	b.out.say("leaving it alone for %v", b.o.rest)
	if err := pass(b.o.rest); err != nil {
		return report.Idle{}, err
	}
	b.out.say("doing nothing for %v", b.o.idle)
	began, cpu := time.Now(), s.CPU()
	if err := pass(b.o.idle); err != nil {
		return report.Idle{}, err
	}
	took, used, m := time.Since(began), s.CPU().Less(cpu), s.Memory()
	return report.Idle{Seconds: took.Seconds(), Rested: b.o.rest.Seconds(), CPU: 100 * used.All().Seconds() / took.Seconds(), RSS: m.RSS, PSS: m.PSS}, nil
}
