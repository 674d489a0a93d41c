package store

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// recentBatches are the batches that this process has committed and that the
// joiner beside it has not taken yet. It spares reading them back, and most of
// the asking. What is not here is in the table.
type recentBatches struct {
	mu      sync.Mutex
	batches []recentBatch
	spans   int
	read    time.Time // when somebody in this process last read the feed
	asked   time.Time // when the table last had nothing that is not here; zero when that is not known
	alone   bool      // no other instance can commit
}

type recentBatch struct {
	BatchFeed
	spans, size int
}

const (
	// maxRecent spans are kept, eight full ranges: about 40 MB, most of which the
	// joiner takes over. To read back what it is behind by costs more than to keep it.
	maxRecent = 400_000
	// askEvery is how often the table is asked for the commits of other instances.
	askEvery = 2 * time.Second
	// askAlone is how often it is asked where there can be none.
	askAlone = time.Minute
	// notRead for this long, nothing is kept: the joiner is elsewhere now.
	notRead = time.Minute
)

// put adds a batch that has just been committed.
func (r *recentBatches) put(b recentBatch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.read) > notRead {
		r.batches, r.spans, r.asked = nil, 0, time.Time{}
		return
	}
	r.batches = append(r.batches, b)
	r.spans += b.spans
	for r.spans > maxRecent {
		r.spans -= r.batches[0].spans
		r.batches = slices.Delete(r.batches, 0, 1)
		r.asked = time.Time{} // the joiner is behind: it goes on in the table's order
	}
}

// next returns the batches that are not known, in order of commit, and as much
// as fits into one step. It reports false when the table must be asked. Known
// batches are let go.
func (r *recentBatches) next(since time.Time, known func(string) bool) ([]BatchFeed, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.read = time.Now()
	r.batches = slices.DeleteFunc(r.batches, func(b recentBatch) bool {
		gone := b.IngestedAt.Before(since) || known(b.ID)
		if gone {
			r.spans -= b.spans
		}
		return gone
	})
	every := askEvery
	if r.alone {
		every = askAlone
	}
	if time.Since(r.asked) > every {
		return nil, false
	}
	slices.SortStableFunc(r.batches, func(a, b recentBatch) int {
		return cmp.Or(a.IngestedAt.Compare(b.IngestedAt), cmp.Compare(a.ID, b.ID))
	})
	var feeds []BatchFeed
	size := 0
	for i := range r.batches {
		if size += r.batches[i].size; len(feeds) > 0 && size > maxFeedBytes {
			break
		}
		feeds = append(feeds, r.batches[i].BatchFeed)
	}
	return feeds, true
}

// fill gives feeds their traces and returns the others. When the table has no
// more and all of it is here, it need not be asked for a while.
func (r *recentBatches) fill(feeds []BatchFeed, more bool) (missing []*BatchFeed) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range feeds {
		f := &feeds[i]
		if at := slices.IndexFunc(r.batches, func(b recentBatch) bool { return b.ID == f.ID }); at >= 0 {
			f.Traces = r.batches[at].Traces
		} else {
			missing = append(missing, f)
		}
	}
	r.asked = time.Time{}
	if !more && len(missing) == 0 {
		r.asked = time.Now()
	}
	return missing
}
