package store

import (
	"context"
	"testing"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/stretchr/testify/require"

	"github.com/baton-observability/baton/flow"
)

func TestFlowsSince(t *testing.T) {
	s := testStore(t)
	old := flowAt(noon, 1, func(f *flow.Flow) { f.Revision = 10 })
	grown := flowAt(noon, 2, func(f *flow.Flow) { f.Revision = 10 })
	ended := flowAt(noon, 3, func(f *flow.Flow) { f.Revision = 30 })
	write(t, s, old, grown, ended)
	grown.Revision, grown.TraceIDs = 20, []flow.TraceID{{7}, {8}}
	write(t, s, grown)
	require.NoError(t, s.WriteFlows(context.Background(), FlowWrite{Aliases: []Alias{{Old: ended.ID, New: old.ID, Revision: 40}}}))
	got, err := s.FlowsSince(context.Background(), "", 20)
	require.NoError(t, err)
	require.Equal(t, map[flow.FlowID][]flow.TraceID{grown.ID: {{7}, {8}}}, got)
	last, err := s.LastRevision(context.Background())
	require.NoError(t, err)
	require.Equal(t, uint64(40), last)
}

// After a power cut a table may know that a row was written, and not have it.
func TestStateIsSavedThoughItsNextRevisionIsRememberedAsWritten(t *testing.T) {
	s := testStore(t)
	ctx := context.Background()
	require.NoError(t, s.SaveState(ctx, "k", []byte("one")))
	lost := proto.Input{{Name: "key", Data: &proto.ColStr{}}, {Name: "revision", Data: &proto.ColUInt64{2}}, {Name: "value", Data: &proto.ColStr{}}}
	lost[0].Data.(*proto.ColStr).Append("another")
	lost[2].Data.(*proto.ColStr).Append("")
	require.NoError(t, s.write.send(ctx, "joiner_state", "2/k", lost))
	require.NoError(t, s.SaveState(ctx, "k", []byte("two")))
	got, err := s.LoadState(ctx, "k")
	require.NoError(t, err)
	require.Equal(t, "two", string(got))
}
