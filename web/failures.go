package web

import (
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
)

// ListFailures answers what went wrong, grouped by what caused it.
func (s *Server) ListFailures(c echo.Context, in ListFailuresParams) error {
	p := s.params()
	team, owners := p.text("team", in.Team, 128), p.oneOf("owners", in.Owners, "now", "then")
	hash := queryHash("failures", tenant(c), deref(in.From), deref(in.To), deref(in.Status), deref(in.Environment), team, owners)
	pos := p.position(in.Cursor, hash)
	f := p.filter(c, in.From, in.To, in.Status, in.Environment, nil)
	limit := p.limit(in.Limit)
	if err := p.err(); err != nil {
		return err
	}
	d, err := s.directory(c, owners)
	if err != nil {
		return err
	}
	d.blaming(&f, team)
	var groups []store.FailureGroup
	var usual map[string]float64
	var changes []flow.Change
	var silent []store.Silence
	asked, ctx := errgroup.WithContext(c.Request().Context())
	asked.Go(func() (err error) { groups, err = s.failures(ctx, f); return err })
	asked.Go(func() (err error) { usual, err = s.usualFailures(ctx, f); return err })
	asked.Go(func() (err error) { changes, err = s.findShifts(ctx, f); return err })
	asked.Go(func() (err error) { silent, err = s.findSilences(ctx, f); return err })
	if err := asked.Wait(); err != nil {
		return err
	}
	var shown []uint64
	for i := range groups {
		shown = append(append(shown, groups[i].Endpoints...), groups[i].Culprit.Endpoint)
	}
	if err := s.meet(c.Request().Context(), tenant(c), shown, d); err != nil {
		return err
	}
	all := failuresOf(groups, usual, d)
	if all, err = s.shifts(c, f, changes, all, d); err != nil {
		return err
	}
	if all, err = s.silences(c, f, silent, all, d); err != nil {
		return err
	}
	first := min(pos.Offset, len(all))
	last := min(first+limit, len(all))
	out := FailureList{Failures: all[first:last]}
	if last < len(all) {
		out.NextCursor = cursor{Query: hash, From: f.From.UnixNano(), To: f.To.UnixNano(), Offset: last}.encode()
	}
	return answer(c, out)
}

// failing are the verdicts that count as failures unless others are asked for.
var failing = []flow.Verdict{flow.Failed, flow.Stalled, flow.Slow}

func (s *Server) failures(ctx context.Context, f store.FlowFilter) ([]store.FailureGroup, error) {
	if f.Verdicts == nil {
		f.Verdicts = failing
	}
	return s.deps.Sums.Failures(ctx, f)
}

// usualFailures is how many flows each culprit struck before the window, for as
// long as the window is.
func (s *Server) usualFailures(ctx context.Context, f store.FlowFilter) (map[string]float64, error) {
	length, before := f.To.Sub(f.From), usualOver(f)
	f.From, f.To = f.From.Add(-before), f.From
	groups, err := s.failures(ctx, f)
	if err != nil {
		return nil, err
	}
	usual := make(map[string]float64, len(groups))
	for i := range groups {
		n, _ := total(&groups[i])
		usual[groupID(&groups[i].Culprit)] = float64(n) * float64(length) / float64(before)
	}
	return usual, nil
}

// usualOver is how long before a window shows what is usual.
func usualOver(f store.FlowFilter) time.Duration { return max(f.To.Sub(f.From), time.Hour) }

// failuresOf ranks the groups: the most likely and most harmful first. Of equals
// the one that began first, because what fails later often fails for it.
func failuresOf(groups []store.FailureGroup, usual map[string]float64, d *directory) []Failure {
	out := make([]Failure, 0, len(groups))
	newest := int64(0)
	for i := range groups {
		newest = max(newest, groups[i].Last)
	}
	for i := range groups {
		g := &groups[i]
		count, status := total(g)
		if count == 0 {
			continue
		}
		id := groupID(&g.Culprit)
		out = append(out, Failure{ID: id, Culprit: *culpritOf(&g.Culprit, g.Last, d), Status: status.String(),
			FlowCount: int64(count), FirstSeen: unixTime(g.First), LastSeen: unixTime(g.Last), Teams: d.teams(g.Endpoints, g.Last),
			Types: typesOf(g.Types), Score: score(g, newest, d) * surprise(count, usual[id]), SampleFlowIds: idsOf(g.Samples)})
	}
	blamed := map[string]float64{} // of two that are as likely, the one of the service that failed more
	for i := range out {
		blamed[out[i].Culprit.Service] += out[i].Score
	}
	slices.SortFunc(out, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(blamed[b.Culprit.Service], blamed[a.Culprit.Service]), a.FirstSeen.Compare(b.FirstSeen.Time), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// surprise is near 1 for what did not happen before and falls for what happens
// all the time: that is not what broke.
func surprise(n uint64, usual float64) float64 { return (float64(n) + 1) / (float64(n) + 1 + 2*usual) }

// total is the number of flows and the verdict of most of them; of equally
// many, the worse.
func total(g *store.FailureGroup) (uint64, flow.Verdict) {
	var sum, most uint64
	var verdict flow.Verdict
	for v, n := range g.Counts {
		sum += n
		if n > most || n == most && store.Rank(v) < store.Rank(verdict) {
			most, verdict = n, v
		}
	}
	return sum, verdict
}

// groupID is the same for the same culprit on every instance and every day.
func groupID(c *flow.Culprit) string {
	h := xxhash.New()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, c.Endpoint))
	for _, part := range []string{c.Role.String(), c.Rule, c.Signature, c.Between[0], c.Between[1]} {
		_, _ = h.WriteString(part)
		_, _ = h.Write([]byte{0})
	}
	return flow.FormatEndpointID(h.Sum64())
}

// score is likelihood times harm. Likelihood is the confidence in the culprit.
// Harm is how many flows it struck, weighed by how badly, how many teams it
// reached, and whether it went on: every whole hour for which others went on and
// it did not halves it.
func score(g *store.FailureGroup, newest int64, d *directory) float64 {
	likelihood := map[flow.Confidence]float64{flow.High: 1, flow.Medium: 0.8, flow.Low: 0.5}[g.Culprit.Confidence]
	harm := 0.0
	for v, n := range g.Counts {
		weight := 1.0
		switch v {
		case flow.Failed, flow.Stalled:
		case flow.Slow:
			weight = 0.3
		default:
			weight = 0.1 // recovered, undone or refused
		}
		harm += weight * float64(n)
	}
	harm *= 1 + 0.25*float64(max(len(d.teams(g.Endpoints, g.Last))-1, 0))
	const hour = 3600e9
	return likelihood * harm * math.Exp2(-float64((newest-g.Last)/hour))
}

func idsOf(ids []flow.FlowID) []string {
	out := make([]string, 0, min(len(ids), 5))
	for _, id := range ids[:min(len(ids), 5)] {
		out = append(out, id.String())
	}
	return out
}
