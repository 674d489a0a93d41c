package joinerextension

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// lease keeps the joiners of one installation apart: one works, the others stand
// by. Time is measured by each on its own clock, from when it saw a claim change,
// so that clocks that differ or are set do no harm.
type lease struct {
	memory leases
	holder string
	term   time.Duration
	clock  func() time.Time

	revision uint64    // of our claim, 0 when it is not ours
	until    time.Time // ours for certain
	other    string    // who holds it when we do not
	seen     uint64    // revision of that claim
	since    time.Time // when it was first seen
	twice    time.Time // when to start once more, zero for not
}

// leases is what a lease is kept in.
type leases interface {
	StateAt(ctx context.Context, key string) (value []byte, revision uint64, err error)
	SwapState(ctx context.Context, key string, value []byte, read uint64) (bool, error)
}

type claim struct {
	Holder   string `json:"holder"`
	Released bool   `json:"released,omitempty"`
	Nonce    uint64 `json:"nonce"` // two claims are never the same
}

const leaseKey = "lease"

// held reports whether we may join, and whether we must start anew because
// somebody else did in the meantime.
func (l *lease) held(ctx context.Context) (held, anew bool, err error) {
	now := l.clock()
	if l.until.Sub(now) > l.term/2 && (l.twice.IsZero() || now.Before(l.twice)) {
		return true, false, nil
	}
	value, revision, err := l.memory.StateAt(ctx, leaseKey)
	if err != nil {
		return false, false, fmt.Errorf("read who joins: %w", err)
	}
	var c claim
	if revision > 0 {
		if err := json.Unmarshal(value, &c); err != nil {
			return false, false, fmt.Errorf("who joins is unreadable: %w", err)
		}
	}
	theirs := revision > 0 && c.Holder != l.holder && !c.Released
	if theirs {
		l.revision, l.until, l.other = 0, time.Time{}, c.Holder
		if revision != l.seen {
			l.seen, l.since = revision, now
		}
		if now.Sub(l.since) < l.term {
			return false, false, nil
		}
	}
	b, err := json.Marshal(claim{Holder: l.holder, Nonce: revision})
	if err != nil {
		return false, false, err
	}
	ok, err := l.memory.SwapState(ctx, leaseKey, b, revision)
	if err != nil {
		return false, false, fmt.Errorf("say that we join: %w", err)
	}
	if !ok {
		l.revision, l.until = 0, time.Time{}
		return false, false, nil
	}
	anew = l.revision == 0 || l.revision != revision
	if theirs {
		l.twice = now.Add(l.term) // what its former holder still writes in its last breath is put right then
	} else if !l.twice.IsZero() && !now.Before(l.twice) {
		l.twice, anew = time.Time{}, true
	}
	l.revision, l.until, l.other = revision+1, now.Add(l.term), ""
	return true, anew, nil
}

// left is how long what we do is fenced: it must be written by then.
func (l *lease) left() time.Duration { return l.until.Sub(l.clock()) }

// release lets another joiner begin at once.
func (l *lease) release(ctx context.Context) error {
	if l.revision == 0 {
		return nil
	}
	b, err := json.Marshal(claim{Holder: l.holder, Released: true, Nonce: l.revision})
	if err != nil {
		return err
	}
	_, err = l.memory.SwapState(ctx, leaseKey, b, l.revision)
	l.revision, l.until = 0, time.Time{}
	return err
}
