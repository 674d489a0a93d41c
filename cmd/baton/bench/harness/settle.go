package harness

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Idle is less than 3 % of a core in each of three seconds in a row, which no merge, insert or judgement is, and nothing left to
// do by what the status page says. The page is asked only then: asking is work, too.
const (
	quietFor  = 3
	quietMost = 30 * time.Millisecond
)

// calmFor is how long after that it must be idle again: Baton merges some tables when nothing has come for ten seconds, and that
// is of the price.
const calmFor = 12 * time.Second

// ErrNeverIdle is what Settle answers when the work does not end.
var ErrNeverIdle = errors.New("still busy")

// Settled is when the last work was done.
type Settled struct {
	At  time.Time
	CPU CPU
}

// Settle waits until the work on what was sent so far is done: so many spans in the store and joined, nothing merging, nobody
// busy.
func (s *Server) Settle(ctx context.Context, spans int64, limit time.Duration) (Settled, error) {
	deadline := time.Now().Add(limit)
	var since Settled
	var calm time.Time // since when nothing was left to do
	quiet, last := 0, s.CPU()
	for {
		select {
		case <-ctx.Done():
			return since, context.Cause(ctx)
		case <-time.After(time.Second):
		}
		if err := s.alive(); err != nil {
			return since, err
		}
		now := s.CPU()
		if now.Less(last).All() < quietMost {
			if quiet == 0 {
				since = Settled{time.Now().Add(-time.Second), now}
			}
			quiet++
		} else {
			quiet = 0
		}
		last = now
		if quiet >= quietFor {
			err := s.done(ctx, spans)
			if err == nil && calm.IsZero() {
				calm = time.Now()
			}
			if err == nil && (s.floor || spans == 0 || time.Since(calm) >= calmFor) || time.Now().After(deadline) {
				return since, err
			}
			quiet = 0
		}
		if time.Now().After(deadline) {
			return since, fmt.Errorf("%w after %v", ErrNeverIdle, limit)
		}
	}
}

// joinedEvery is how often Joined asks: a tenth of a second of CPU for a million spans, and near enough.
const joinedEvery = 500 * time.Millisecond

// Joined waits until so many spans are in the store and joined, and says when that was.
func (s *Server) Joined(ctx context.Context, spans int64, limit time.Duration) (time.Time, error) {
	for deadline := time.Now().Add(limit); !s.floor; {
		f, err := s.API.Figures(ctx)
		if err == nil && f["joined"] >= float64(spans) {
			break
		}
		if time.Now().After(deadline) {
			return time.Now(), fmt.Errorf("%w after %v: joined %.0f of %d spans: %w", ErrNeverIdle, limit, f["joined"], spans, err)
		}
		select {
		case <-ctx.Done():
			return time.Now(), context.Cause(ctx)
		case <-time.After(joinedEvery):
		}
		if err := s.alive(); err != nil {
			return time.Now(), err
		}
	}
	return time.Now(), nil
}

// done is nil when nothing is left to do.
func (s *Server) done(ctx context.Context, spans int64) error {
	if s.floor {
		return nil // it answers when it has forgotten them
	}
	f, err := s.API.Figures(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{"ingest_inserted", "joined"} {
		if f[name] < float64(spans) {
			return fmt.Errorf("%w: %s %.0f of %d spans", ErrNeverIdle, name, f[name], spans)
		}
	}
	merging, err := s.engine(ctx, "SELECT count() FROM system.merges")
	if err != nil {
		return err
	}
	if merging[0][0] != "0" {
		return fmt.Errorf("%w: %s merges run", ErrNeverIdle, merging[0][0])
	}
	return nil
}

// Table is one table on disk.
type Table struct {
	Name  string `json:"name"`
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	Parts int64  `json:"parts"`
}

// Tables are all tables, the largest first.
func (s *Server) Tables(ctx context.Context) ([]Table, error) {
	rows, err := s.engine(ctx, `SELECT table, sum(rows), sum(bytes_on_disk) AS bytes, count() FROM system.parts
		WHERE active AND database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA') GROUP BY table ORDER BY bytes DESC, table`)
	if err != nil {
		return nil, err
	}
	var out []Table
	for _, r := range rows {
		t := Table{Name: r[0]}
		for i, into := range []*int64{&t.Rows, &t.Bytes, &t.Parts} {
			if *into, err = strconv.ParseInt(r[1+i], 10, 64); err != nil {
				return nil, fmt.Errorf("sizes of tables: %w", err)
			}
		}
		out = append(out, t)
	}
	return out, nil
}

// Trimmed waits until the feed is gone: what the joiner reads is kept for some minutes after it has read it, and then dropped, as
// the log is. It answers at the limit, too, because what is left then shows in the tables.
func (s *Server) Trimmed(ctx context.Context, limit time.Duration) error {
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		rows, err := s.engine(ctx, "SELECT count() FROM system.parts WHERE active AND table = 'feed'")
		if err != nil || rows[0][0] == "0" {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(5 * time.Second):
		}
		if err := s.alive(); err != nil {
			return err
		}
	}
	return nil
}
