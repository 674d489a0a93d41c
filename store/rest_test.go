package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBuffersGoAtRestAndComeBack(t *testing.T) {
	s := testStore(t)
	insert(t, s, "1", "", order(t)...)
	require.NotEmpty(t, s.batches.kept)
	s.rest()
	require.Empty(t, s.batches.kept)
	require.False(t, s.write.rest(), "all of them are gone")
	insert(t, s, "2", "b", order(t)...)
	require.EqualValues(t, 5, tableCounts(t, s, "b")["spans"])
}
