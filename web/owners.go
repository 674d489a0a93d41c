package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/store"
)

// directory resolves endpoints to owners for one request, so that everything
// in an answer was decided by the same rules.
type directory struct {
	set     *ownership.Set
	*listed                                  // shared with other requests
	met     map[uint64]*store.EndpointRecord // more, of this request
	memo    map[uint64]ownership.Owner
	history map[uint64][]store.OwnerChange // nil when owners are those of now
}

// directory reads the endpoints of the request's tenant; when is now or then.
func (s *Server) directory(c echo.Context, when string) (*directory, error) {
	return s.directoryOf(c, when, fresh)
}

// names is a directory for looking up the endpoints of one flow: it may not know
// the newest, and asks for those that the flow has.
func (s *Server) names(c echo.Context, when string, of []uint64) (*directory, error) {
	d, err := s.directoryOf(c, when, known)
	if err != nil {
		return nil, err
	}
	return d, s.meet(c.Request().Context(), tenant(c), of, d)
}

func (s *Server) directoryOf(c echo.Context, when string, age time.Duration) (*directory, error) {
	ctx, t := c.Request().Context(), tenant(c)
	l, err := s.endpoints(ctx, t, age)
	if err != nil {
		return nil, err
	}
	d := &directory{set: s.deps.Owners.Current(), listed: l, memo: map[uint64]ownership.Owner{}}
	if when == "then" && s.deps.History != nil {
		err = d.readHistory(ctx, s.deps.History, t)
	}
	return d, err
}

func newDirectory(set *ownership.Set, all []store.EndpointRecord) *directory {
	return &directory{set: set, listed: index(all), memo: map[uint64]ownership.Owner{}}
}

// find is an endpoint that is known, nil for none.
func (d *directory) find(id uint64) *store.EndpointRecord {
	if e := d.byID[id]; e != nil {
		return e
	}
	return d.met[id]
}

func (d *directory) readHistory(ctx context.Context, r OwnerHistory, tenant string) error {
	changes, err := r.OwnerHistory(ctx, tenant)
	if err != nil {
		return err
	}
	d.history = map[uint64][]store.OwnerChange{}
	for _, ch := range changes {
		d.history[ch.Endpoint] = append(d.history[ch.Endpoint], ch)
	}
	return nil
}

// subject is an endpoint as ownership rules see it.
func subject(e *flow.Endpoint) ownership.Subject {
	s := ownership.Subject{Tenant: e.Tenant, Environment: e.Environment, Namespace: e.Namespace, Service: e.Service,
		Kind: e.Kind.String(), System: e.System, Operation: e.Operation, Destination: e.Destination, Workflow: e.Workflow,
		Host: e.Host, Role: e.Role.String()}
	if method, route, ok := strings.Cut(e.Operation, " "); ok && e.Kind == flow.API && method != "" && strings.HasPrefix(route, "/") {
		s.Route = route
	}
	for _, a := range e.Attrs {
		s.Attrs = append(s.Attrs, ownership.Attr{Key: a.Key, Value: a.Value})
	}
	return s
}

// owner is who owns the endpoint by today's rules.
func (d *directory) owner(id uint64) ownership.Owner {
	if o, ok := d.memo[id]; ok {
		return o
	}
	o := ownership.Owner{Source: ownership.SourceNone, Why: "the endpoint is not known"}
	if e := d.find(id); e != nil {
		o = d.set.Resolve(subject(&e.Endpoint))
	}
	d.memo[id] = o
	return o
}

// know tells the directory of endpoints that spans carry, so that what is too
// new for the table resolves too.
func (d *directory) know(id uint64, e *flow.Endpoint) {
	if d.find(id) == nil {
		if d.met == nil {
			d.met = map[uint64]*store.EndpointRecord{}
		}
		d.met[id] = &store.EndpointRecord{Endpoint: *e, ID: id}
	}
}

// team is the owning team, "" for nobody: at the given moment when the request
// asks for owners then. Before the first record, the first record holds: it was
// written when Baton first saw the endpoint.
func (d *directory) team(id uint64, at int64) string {
	changes := d.history[id]
	if len(changes) == 0 {
		return d.owner(id).Team
	}
	n, _ := slices.BinarySearchFunc(changes, at, func(c store.OwnerChange, at int64) int {
		if c.At <= at {
			return -1
		}
		return 1
	})
	return changes[max(n-1, 0)].Team
}

// teams are the owners of any of the endpoints, sorted.
func (d *directory) teams(ids []uint64, at int64) []string {
	out := []string{}
	for _, id := range ids {
		if t := d.team(id, at); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// owning are the endpoints of a kind that a team owns now, each optional. nil
// means all.
func (d *directory) owning(team, kind string) []uint64 {
	if team == "" && kind == "" {
		return nil
	}
	out := []uint64{}
	for i := range d.all {
		e := &d.all[i]
		if kind != "" && e.Kind.String() != kind {
			continue
		}
		if team == "" || d.owner(e.ID).Team == team {
			out = append(out, e.ID)
		}
	}
	return out
}

// name is the display name of a team, which is its id when no file declares it.
func (d *directory) name(team string) string {
	if t, ok := d.set.Team(team); ok && t.Name != "" {
		return t.Name
	}
	return team
}

// orNil is a team on the wire: null when nobody owns.
func orNil(team string) *string {
	if team == "" {
		return nil
	}
	return &team
}
