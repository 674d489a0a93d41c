package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"go.uber.org/zap"
)

// The engine merges small parts as eagerly as it can: at a few inserts a second
// it rewrites a whole table for every one of them, which at 200 spans a second
// was 60 % of its CPU. The merges of a table therefore rest until there is
// something to gain.
const (
	// mergeFrom parts of one partition wake the merges of their table.
	mergeFrom = 50
	// mergeTo is where they rest again, as soon as none is running: to stop one is
	// to throw its work away.
	mergeTo = 12
	// Every part costs whoever asks a tenth of a millisecond or two, also those that
	// have nothing of the answer. When nothing comes in there is time to have few:
	// the tables that are asked by key, which are narrow, are merged from more than
	// mergeCalm parts on. Of spans the time of arrival leaves out parts at no cost.
	mergeCalm = 5
	// The feed is dropped minute by minute once it is joined, and merged only if
	// that does not happen: its rows are megabytes, of which a merge holds many.
	mergeFeed = 1000
	// mergeLast is how many looks long a merge is waited for, and how many looks a
	// calm is made use of.
	mergeLast = 24
	// mergeLook is how often the parts are counted. At the most inserts a
	// second that small ranges make, twenty parts come in that time.
	mergeLook = 5 * time.Second
	// mergeLookAgain is how often they are counted though nothing was inserted: a
	// restarted engine merges by itself until it is told not to.
	mergeLookAgain = time.Minute
)

// tendMerges lets the embedded engine merge when it has many parts. A server is
// not ours alone, and is left to itself.
func (s *Store) tendMerges(ctx context.Context) {
	m := merges{s: s, last: map[string]int{}}
	tick := time.NewTicker(mergeLook)
	defer tick.Stop()
	var seen, batches uint64
	var looked time.Time
	for {
		if n := s.numbers.Load(); n != batches {
			m.still, batches = 0, n
		} else {
			m.still++
		}
		sent := s.inserts.Load()
		if len(m.last) > 0 || sent != seen && !m.over() || m.calm() || time.Since(looked) >= mergeLookAgain {
			seen, looked = sent, time.Now()
			if err := m.tend(ctx); err != nil && ctx.Err() == nil {
				s.log.Debug("merges", zap.Error(err)) // an engine that comes back merges by itself
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// merges are the tables whose merges do not rest, and how often each was looked
// at since it had few parts again.
type merges struct {
	s     *Store
	last  map[string]int
	still int // looks since a batch came
}

// calm reports whether nothing comes in, and there is something to be made of it.
func (m *merges) calm() bool { return m.still > 0 && !m.over() }

func (m *merges) over() bool { return m.still > mergeLast }

func (m *merges) tend(ctx context.Context) error {
	var rest []string
	err := m.s.each(ctx, "most_parts", nil, func(r driver.Rows) error {
		var table string
		var parts, running uint64
		err := r.Scan(&table, &parts, &running)
		from, to := uint64(mergeFrom), uint64(mergeTo)
		switch {
		case table == "feed":
			from, to = mergeFeed, mergeFeed
		case m.calm() && table != "spans":
			from, to = mergeCalm+1, mergeCalm
		}
		looks, merging := m.last[table]
		switch {
		case parts >= from:
			m.last[table] = 0
		case !merging:
			rest = append(rest, table)
		case parts > to && !m.over():
		case running > 0 && looks < mergeLast:
			m.last[table]++
		default:
			delete(m.last, table)
			rest = append(rest, table)
		}
		return err
	})
	if err != nil {
		return err
	}
	// Said each time: a restarted engine has forgotten it.
	if len(m.last) == 0 {
		return readError("merges", m.s.read.Exec(ctx, query("merges_stop")))
	}
	for table := range m.last {
		if err := m.s.read.Exec(ctx, "SYSTEM START MERGES `"+table+"`"); err != nil { // a name of ours
			return readError("merges", err)
		}
	}
	for _, table := range rest {
		if err := m.s.read.Exec(ctx, "SYSTEM STOP MERGES `"+table+"`"); err != nil {
			return readError("merges", err)
		}
	}
	return nil
}
