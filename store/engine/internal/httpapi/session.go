package httpapi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/baton-observability/baton/store/engine/internal/chdb"
)

// session is one connection of the engine with what is known about its state.
type session struct {
	conn     *chdb.Conn
	base     map[string]string // settings the engine was started with
	database string
	applied  map[string]string // settings of the last request
}

// prepare brings the session to the wanted database and settings; settings of an earlier request go back. It costs nothing when
// nothing changed and about 0.1 ms otherwise. After an error the state is unknown.
func (s *session) prepare(database string, want map[string]string) error {
	if database != s.database {
		if err := s.conn.Exec("USE " + identifier(database)); err != nil {
			return err
		}
		s.database = database
	}
	var changes []string
	for name := range s.applied {
		if _, stays := want[name]; stays {
			continue
		}
		// DEFAULT is the engine's compiled-in value, which for limits such as max_memory_usage means none.
		if value, ok := s.base[name]; ok {
			changes = append(changes, identifier(name)+" = "+literal(value))
		} else {
			changes = append(changes, identifier(name)+" = DEFAULT")
		}
	}
	for name, value := range want {
		if old, ok := s.applied[name]; !ok || old != value {
			changes = append(changes, identifier(name)+" = "+literal(value))
		}
	}
	if len(changes) > 0 {
		slices.Sort(changes)
		if err := s.conn.Exec("SET " + strings.Join(changes, ", ")); err != nil {
			return err
		}
	}
	s.applied = want
	return nil
}

var (
	identifierEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`")
	literalEscapes    = strings.NewReplacer(`\`, `\\`, `'`, `\'`)
)

func identifier(s string) string { return "`" + identifierEscapes.Replace(s) + "`" }
func literal(s string) string    { return "'" + literalEscapes.Replace(s) + "'" }

// pool bounds the sessions: each costs the engine memory and threads only while it runs a statement.
type pool struct {
	args  []string
	base  map[string]string
	slots chan struct{} // one token per session that runs

	mu   sync.Mutex
	idle []*session // of those that fit, the last one used is the next one taken

	closed int // slots that close has taken
}

func newPool(size int, base map[string]string, args []string) *pool {
	return &pool{args: args, base: base, slots: make(chan struct{}, size)}
}

// take waits for a slot, and prefers a session that has the database and the settings already: what is said once need not be said
// for every statement where inserts and reads take turns. Every session taken is given back.
func (p *pool) take(ctx context.Context, database string, want map[string]string) (*session, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: all %d sessions are busy: %w", errBusy, cap(p.slots), ctx.Err())
	}
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		at := n - 1
		for i, s := range slices.Backward(p.idle) {
			if s.database == database && maps.Equal(s.applied, want) {
				at = i
				break
			}
		}
		s := p.idle[at]
		p.idle = slices.Delete(p.idle, at, at+1)
		p.mu.Unlock()
		return s, nil
	}
	p.mu.Unlock()
	conn, err := chdb.Open(p.args...)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return &session{conn: conn, base: p.base, database: "default"}, nil
}

// give frees the slot; a session in an unknown state is closed.
func (p *pool) give(s *session, reusable bool) {
	if reusable {
		p.mu.Lock()
		p.idle = append(p.idle, s)
		p.mu.Unlock()
	} else {
		s.conn.Close()
	}
	<-p.slots
}

// close takes all slots, for good, and closes the sessions. After an error it can be called again.
func (p *pool) close(ctx context.Context) error {
	for p.closed < cap(p.slots) {
		select {
		case p.slots <- struct{}{}:
			p.closed++
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.idle {
		s.conn.Close()
	}
	p.idle = nil
	return nil
}
