package estate

import (
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// World plays what a planner plans.
type World struct {
	planner *Planner
	scale   float64
}

// NewWorld makes a world in which business time runs scale times faster than life.
func NewWorld(p *Planner, scale float64) *World { return &World{planner: p, scale: scale} }

// NextStart is when the next flow begins.
func (w *World) NextStart() time.Time { return w.planner.NextStart() }

// Next plays the next flow from beginning to end.
func (w *World) Next() *sim.Flow { return Simulate(w.planner.Next(), w.scale) }

// Processes answers how many processes there are.
func (w *World) Processes() int { return Fleet.Processes() }

// AppendRequest appends the request that a process sends for these spans.
func (w *World) AppendRequest(b []byte, process int, spans []sim.Span) []byte {
	return Fleet.AppendRequest(b, process, spans)
}
