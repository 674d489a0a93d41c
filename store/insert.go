package store

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/ch-go/proto"

	"github.com/baton-observability/baton/flow"
)

// Insert writes a batch to every table and its commit record last. It may be
// called again for a batch of the same id, by this process or another one:
// tables that have the batch drop it, tables that do not take it. A batch
// without a commit record is therefore one whose sender will come again.
//
// The order matters to readers: whatever a span refers to is there before it.
func (s *Store) Insert(ctx context.Context, b *Batch) error {
	if b.Spans() == 0 {
		return nil
	}
	b.fillRollup()
	tables := []struct {
		name  string
		token string
		input proto.Input
	}{
		// What a batch brings of these depends on what the process knew before,
		// so that a replay may bring more than the first attempt did and must
		// not be taken for it. Their rows are named by their content and merge.
		{"shapes", "", b.shapes.input},
		{"resources", "", b.resources.input},
		{"endpoints", "", b.endpoints.input},
		// These are a function of the batch alone.
		{"spans", b.id + "/spans", b.spans.input},
		{"traces", b.id + "/traces", b.traces.input},
		{"correlations", b.id + "/correlations", b.correlations.input},
		{"rollup", b.id + "/rollup", b.rollup.input},
	}
	for _, t := range tables {
		if rows(t.input) == 0 {
			continue
		}
		if err := s.write.send(ctx, t.name, t.token, t.input); err != nil {
			return err
		}
	}
	s.known.mark(b.fresh)
	at := b.fillCommit(s)
	if err := s.write.send(ctx, "feed", b.id+"/feed", b.feed.input); err != nil {
		return err
	}
	if err := s.write.send(ctx, "batches", b.id+"/batches", b.commit.input); err != nil {
		return err
	}
	s.recent.put(recentBatch{BatchFeed{ID: b.id, IngestedAt: at, Traces: b.narrow}, b.Spans(), len(b.feed.body.Buf)})
	select {
	case s.committed <- struct{}{}:
	default: // whoever listens has been told already
	}
	return nil
}

// Committed is sent to after this process has committed a batch, so that a
// joiner beside it need not ask. Batches of other instances are not announced.
func (s *Store) Committed() <-chan struct{} { return s.committed }

// fillRollup turns the counts into rows. A second Insert of the same batch
// finds them filled.
func (b *Batch) fillRollup() {
	c := b.rollup
	if c.n.Rows() > 0 {
		return
	}
	// An endpoint's number in the batch leads to the first span that has it,
	// whose tenant is the endpoint's, because the tenant is part of the id.
	ids := b.spans.endpoint
	tenants := make([]string, len(ids.at))
	for i, k := range slices.Backward(ids.keys) {
		tenants[k] = b.spans.tenant.index.Row(int(b.spans.tenant.keys[i]))
	}
	for key, n := range b.counts.n {
		minute, endpoint, outcome := rollupKey(key)
		c.tenant.Append(tenants[endpoint])
		c.day = append(c.day, proto.Date(b.day))
		c.minute = append(c.minute, minute)
		c.endpoint.Append(ids.index.Row(int(endpoint)))
		c.outcome = append(c.outcome, outcome)
		c.n = append(c.n, n)
	}
}

// fillCommit makes the commit record anew each time: it is the time of the
// attempt that succeeds that the joiner must see. The feed has the same time.
func (b *Batch) fillCommit(s *Store) time.Time {
	c, f := b.commit, b.feed
	body := f.body.Buf
	if b.narrow == nil {
		b.narrow = b.groups.feed()
		body = flow.AppendFeed(body[:0], b.narrow)
	}
	at := s.commits.now(s.clock())
	c.input.Reset()
	c.ingestedAt.Append(at)
	c.id.Append(b.id)
	c.instance.Append(s.config.Instance)
	c.spans = append(c.spans, uint32(b.Spans()))
	c.repaired = append(c.repaired, uint32(b.repaired))
	c.size = append(c.size, uint32(len(body)))
	f.input.Reset()
	f.ingestedAt.Append(at)
	f.id.Append(b.id)
	f.body.Buf = body
	f.body.Pos = append(f.body.Pos, proto.Position{Start: 0, End: len(body)})
	return at
}
