package web

import (
	"context"
	"errors"

	"github.com/labstack/echo/v4"
)

// ready is nil when every part is.
func (s *Server) ready(ctx context.Context) error {
	var errs []error
	for _, p := range s.deps.Parts {
		errs = append(errs, p.Ready(ctx))
	}
	return errors.Join(errs...)
}

// GetStatus answers how Baton itself is doing, also while the engine is away.
func (s *Server) GetStatus(c echo.Context) error {
	ctx, now := c.Request().Context(), s.cfg.Now()
	out := SystemStatus{Version: s.cfg.Version, Now: Time{now}, UptimeNs: int64(now.Sub(s.started)), Ready: s.ready(ctx) == nil,
		Parts: []StatusPart{}, Figures: []StatusFigure{}, HotValues: []HotValue{}, Caps: []CapHit{}, Ownership: s.ownershipStatus()}
	for _, p := range s.deps.Parts {
		r := p.Report(ctx)
		out.Parts = append(out.Parts, r.Parts...)
		out.Figures = append(out.Figures, r.Figures...)
		out.HotValues = append(out.HotValues, r.HotValues...)
		out.Caps = append(out.Caps, r.Caps...)
	}
	return answer(c, out)
}

func (s *Server) ownershipStatus() OwnershipStatus {
	set, st := s.deps.Owners.Current(), s.deps.Owners.Status()
	out := OwnershipStatus{Teams: int64(len(set.Teams())), Rules: int64(set.Rules()), Files: append([]string{}, st.Files...)}
	if !st.OK() {
		text := st.Problems.Error()
		out.Error = &text
	}
	return out
}
