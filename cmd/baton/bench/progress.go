package bench

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress says what goes on, a line each, with the time since the start.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	began time.Time
}

func newProgress(w io.Writer) *progress { return &progress{w: w, began: time.Now()} }

func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "baton bench: %5.1f s  %s\n", time.Since(p.began).Seconds(), fmt.Sprintf(format, args...))
}
