package web

import (
	"github.com/labstack/echo/v4"
)

// GetStatus answers how Baton itself is doing, also while the engine is away.
func (s *Server) GetStatus(c echo.Context) error {
	out := s.deps.Health.Status(c.Request().Context())
	out.Version, out.Now = s.cfg.Version, Time{s.cfg.Now()}
	out.UptimeNs = int64(s.cfg.Now().Sub(s.started))
	out.Ready = s.deps.Health.Ready(c.Request().Context()) == nil
	out.Ownership = s.ownershipStatus()
	// Lists are never null in the contract.
	out.Parts, out.Figures = notNil(out.Parts), notNil(out.Figures)
	out.HotValues, out.Caps = notNil(out.HotValues), notNil(out.Caps)
	return answer(c, out)
}

func (s *Server) ownershipStatus() OwnershipStatus {
	set, st := s.deps.Owners.Current(), s.deps.Owners.Status()
	out := OwnershipStatus{Teams: int64(len(set.Teams())), Files: notNil(st.Files)}
	if !st.OK() {
		text := st.Problems.Error()
		out.Error = &text
	}
	return out
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
