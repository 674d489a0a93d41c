package joinerextension

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"go.uber.org/zap"
)

// laterOf two moments.
func laterOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// start recovers what an earlier process knew.
func (j *joiner) start(ctx context.Context) error {
	// A flow that was taken in before cannot be called quiet yet: while nobody was
	// here its spans waited with their senders, who try again when they see fit.
	j.began = j.clock()
	if err := j.feed.KnownHashes(ctx, j.filter.add); err != nil {
		return fmt.Errorf("read the known values: %w", err)
	}
	b, err := j.memory.LoadState(ctx, "watermark")
	if err != nil {
		return err
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &j.mark); err != nil {
			j.log.Warn("the joiner's watermark is unreadable, reading the whole feed again", zap.Error(err))
		}
	}
	if err := j.remind(ctx); err != nil {
		return err
	}
	if j.revised, err = j.memory.LastRevision(ctx); err != nil {
		return fmt.Errorf("read the last revision: %w", err)
	}
	tenants, err := j.feed.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("read the tenants: %w", err)
	}
	for _, name := range tenants {
		if err := j.recall(ctx, name, j.tenant(name)); err != nil {
			return err
		}
	}
	if j.mark.IsZero() {
		j.taughtTo = j.began.Add(-j.cfg.Overlap) // there is nothing older
	}
	return j.compare(ctx)
}

// takenKey is the state in which a joiner that is alone says which batches of
// the overlap it need not take in again: with all their flows read back from the
// store that would take minutes after a rush.
const takenKey = "taken"

func (j *joiner) remind(ctx context.Context) error {
	if !j.alone {
		return nil
	}
	b, err := j.memory.LoadState(ctx, takenKey)
	if err != nil {
		return err
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &j.seen); err != nil {
			j.seen = map[string]time.Time{}
			j.log.Warn("what the joiner took in is unreadable, taking the last minute in again", zap.Error(err))
		}
	}
	return nil
}

// taken are the batches that are joined and judged, and taught what they could.
// The last seconds of them are left out in any case: they tell who starts how late
// it is in replayed data.
func (j *joiner) taken(done time.Time) map[string]time.Time {
	ids := map[string]time.Time{}
	to := done.Add(-j.cfg.Patience)
	if j.taughtTo.Before(to) {
		to = j.taughtTo
	}
	for id, at := range j.seen {
		if !at.After(to) {
			ids[id] = at
		}
	}
	return ids
}

// recall loads what was learned of a tenant, and the flows it waits for.
func (j *joiner) recall(ctx context.Context, name string, ts *tenantState) error {
	b, err := j.memory.LoadState(ctx, "learned/"+name)
	if err != nil {
		return err
	}
	if ts.learnt, err = decodeLearned(b); err != nil {
		j.log.Warn("what was learned of hand-overs is unreadable, learning anew", zap.String("tenant", name), zap.Error(err))
	}
	var ids []uint64
	for _, s := range ts.learnt.Senders {
		for id := range s.Takers {
			ids = append(ids, id)
		}
	}
	found, err := j.sink.EndpointsByID(ctx, name, ids)
	if err != nil {
		return err
	}
	j.taughtTo = laterOf(j.taughtTo, ts.learnt.To)
	maps.Copy(j.known, found)
	open, err := j.sink.OpenFlows(ctx, name)
	if err != nil {
		return fmt.Errorf("flows that are still running: %w", err)
	}
	now := j.clock()
	for _, id := range open {
		j.later.asleep(ts, id, now.Add(j.cfg.Quiet))
	}
	return nil
}

// done is up to when what was committed is joined and judged: a flow that waits
// for its verdict is taken in again by whoever goes on from here.
func (j *joiner) done() time.Time {
	done := j.mark
	for k := range j.dirty {
		if f := k.tenant.flows[k.id]; f != nil && !f.waiting.IsZero() && f.waiting.Before(done) {
			done = f.waiting
		}
	}
	return done
}

// save writes the watermark and what was learned, now and then and at the end.
func (j *joiner) save(ctx context.Context, now time.Time, force bool) error {
	every := j.cfg.SaveEvery
	if j.mark.Equal(j.savedTo) { // that it lives is said all the same: what is old in the feed is dropped by it
		every *= 3
	}
	if !force && now.Sub(j.saved) < every {
		return nil
	}
	j.saved = now
	done := j.done()
	j.profile.note(&j.write.w, now, true)
	err := j.write.flush(ctx, j.sink)
	if err == nil {
		err = j.saveAll(ctx, done)
	}
	if err == nil {
		j.savedTo = done
	}
	return err
}

// saveAll writes what was learned first: of what came after it everything is
// taken in again and teaches once more.
func (j *joiner) saveAll(ctx context.Context, done time.Time) error {
	for name, ts := range j.tenants {
		if !ts.learnt.changed && !ts.learnt.To.IsZero() {
			continue
		}
		ts.learnt.To = j.taughtTo
		b, err := ts.learnt.encode()
		if err == nil {
			err = j.memory.SaveState(ctx, "learned/"+name, b)
		}
		if err != nil {
			return err
		}
	}
	if ids := j.taken(done); j.alone && len(ids) > 0 && !done.Equal(j.savedTo) {
		if err := j.saveJSON(ctx, takenKey, ids); err != nil {
			return err
		}
	}
	return j.saveJSON(ctx, "watermark", done)
}

func (j *joiner) saveJSON(ctx context.Context, key string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return j.memory.SaveState(ctx, key, b)
}
