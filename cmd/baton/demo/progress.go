package demo

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress writes a line about the run every few seconds, and a last one at its end.
type progress struct {
	quit    chan struct{}
	stopped sync.WaitGroup
}

func startProgress(w io.Writer, d *dispatch) *progress {
	p := &progress{quit: make(chan struct{})}
	p.stopped.Go(func() {
		ticker := time.NewTicker(5 * time.Second)
		defer ticker.Stop()
		began, last, lastSpans := time.Now(), time.Now(), int64(0)
		for {
			select {
			case <-ticker.C:
				spans, now := d.spans.Load(), time.Now()
				line(w, d, float64(spans-lastSpans)/now.Sub(last).Seconds())
				last, lastSpans = now, spans
				d.facts.Flush()
			case <-p.quit:
				line(w, d, float64(d.spans.Load())/time.Since(began).Seconds())
				return
			}
		}
	})
	return p
}

func (p *progress) stop() {
	close(p.quit)
	p.stopped.Wait()
}

func line(w io.Writer, d *dispatch, rate float64) {
	fmt.Fprintf(w, "baton demo: %d flows begun, %d complete, %d spans (%.0f/s, %.1f MB in %d requests), %d refused, %d retries\n",
		d.flows.Load(), d.done.Load(), d.spans.Load(), rate, float64(d.bytes.Load())/1e6, d.requests.Load(), d.refused.Load(), d.retries())
}
