package ownership

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// pollers runs one goroutine for each source behind a web address.
type pollers struct {
	ctx     context.Context
	wake    chan struct{}
	running map[*feed]context.CancelFunc
	done    sync.WaitGroup
}

// run starts those that are new and stops those that are gone.
func (p *pollers) run(feeds []*feed) {
	wanted := map[*feed]bool{}
	for _, f := range feeds {
		if f.remote == nil {
			continue
		}
		wanted[f] = true
		if p.running[f] == nil {
			ctx, cancel := context.WithCancel(p.ctx)
			p.running[f] = cancel
			p.done.Go(func() { f.poll(ctx, p.signal) })
		}
	}
	for f, cancel := range p.running {
		if !wanted[f] {
			cancel()
			delete(p.running, f)
		}
	}
}

func (p *pollers) signal() {
	select {
	case p.wake <- struct{}{}:
	default: // one is on its way
	}
}

func (p *pollers) stop() {
	for _, cancel := range p.running {
		cancel()
	}
	p.done.Wait()
}

// Fetch asks all web addresses once and takes what they answer. It is for
// commands, which do not Run, and must not be called beside it.
func (w *Watcher) Fetch(ctx context.Context) {
	for _, f := range w.feeds {
		if f.remote == nil {
			continue
		}
		docs, err := f.ask(ctx)
		f.mu.Lock()
		f.answer, f.failure, f.asked = docs, err, true
		f.mu.Unlock()
	}
	w.check(true)
	w.check(true)
}

// poll asks the web address until the context ends, and says when it has
// something new.
func (f *feed) poll(ctx context.Context, wake func()) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		docs, err := f.ask(ctx)
		if ctx.Err() != nil {
			return
		}
		f.mu.Lock()
		f.answer, f.failure, f.asked = docs, err, true
		f.mu.Unlock()
		wake()
		spec := f.current()
		timer.Reset(spec.every())
	}
}

// ask fetches the documents of the web address once.
func (f *feed) ask(ctx context.Context) ([]Document, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	url := f.current().URL
	docs, err := f.remote.Fetch(ctx, url, f.getter)
	var status *StatusError
	if errors.As(err, &status) {
		err = status.Problem()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = Problems{{File: url, What: fmt.Sprintf("does not answer within %s", fetchTimeout), Remedy: "see whether it is up, and whether this machine may reach it"}}
	}
	return docs, err
}

// token is what the source says it is, looked up anew each time.
func (f *feed) token() (string, error) {
	spec := f.current()
	m := variable.FindStringSubmatch(spec.Token)
	if m == nil {
		return spec.Token, nil
	}
	name := m[1] + m[2]
	if v := strings.TrimSpace(os.Getenv(name)); v != "" {
		return v, nil
	}
	return "", Problems{{File: spec.File, Line: spec.Line, Column: spec.Column,
		What: fmt.Sprintf("the environment variable %s, which holds the token, is not set", name), Remedy: "set it where Baton is started"}}
}

// Read imports one source once, whole or not at all. The error is of type
// Problems.
func Read(ctx context.Context, s Spec, importers map[string]Importer, connect Connect) (*Import, error) {
	w := &Watcher{importers: importers, connect: connect}
	f := w.newFeed(s)
	if ps := f.unusable(slices.Sorted(maps.Keys(importers))); ps != nil {
		return nil, ps
	}
	var docs []Document
	var problems Problems
	if f.remote != nil {
		var err error
		if docs, err = f.ask(ctx); err != nil {
			problems = doc.Of(s.URL, err)
		}
	} else {
		docs, _, problems = f.gather()
	}
	if len(problems) > 0 {
		return nil, problems
	}
	im, problems := f.importOnce(docs)
	if problems != nil {
		return nil, problems
	}
	return im, nil
}
