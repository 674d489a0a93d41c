package web

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-observability/baton/store"
)

// StoreReader is what StoreHealth asks of a store.
type StoreReader interface {
	Ping(ctx context.Context) error
	Status(ctx context.Context) (store.Status, error)
}

// StoreHealth reports on the store and, when there is one, its embedded engine.
func StoreHealth(s StoreReader) Part { return storeHealth{s} }

type storeHealth struct{ store StoreReader }

func (h storeHealth) Ready(ctx context.Context) error {
	if err := h.store.Ping(ctx); err != nil {
		// The cause is for the status page: health is shown to everybody.
		return errors.New("the store does not answer")
	}
	return nil
}

func (h storeHealth) Report(ctx context.Context) Report {
	st, err := h.store.Status(ctx)
	part := StatusPart{Name: "store", State: "ok", Detail: fmt.Sprintf("schema %d", st.SchemaVersion)}
	if err != nil {
		part.State, part.Detail = "away", err.Error()
	}
	out := Report{Parts: []StatusPart{part}}
	if st.Engine != nil {
		out.Parts = append(out.Parts, enginePart(st))
	}
	if err != nil {
		return out
	}
	figure := func(name string, value uint64, unit string) {
		out.Figures = append(out.Figures, StatusFigure{Name: name, Value: float64(value), Unit: unit})
	}
	figure("store rows", st.Rows, "rows")
	figure("store on disk", st.Bytes, "bytes")
	figure("spans in the last hour", st.Spans, "spans")
	figure("spans repaired in the last hour", st.Repaired, "spans")
	figure("batches in the last hour", st.Batches, "batches")
	return out
}

func enginePart(st store.Status) StatusPart {
	e := st.Engine
	switch {
	case !e.Up:
		return StatusPart{Name: "engine", State: "away", Detail: fmt.Sprintf("away since %s, restarted %d times: %s", Time{e.Since}, e.Restarts, e.LastError)}
	case e.Warning != "":
		return StatusPart{Name: "engine", State: "degraded", Detail: e.Warning}
	}
	return StatusPart{Name: "engine", State: "ok", Detail: fmt.Sprintf("version %s, up since %s, restarted %d times", e.LibVersion, Time{e.Since}, e.Restarts)}
}
