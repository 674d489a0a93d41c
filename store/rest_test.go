package store

import (
	"os"
	"regexp"
	"strconv"
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

// Pages of the program that only the rush needed go, too: they never go by themselves.
func TestPagesOfTheProgramGoAtRest(t *testing.T) {
	s := testStore(t)
	insert(t, s, "1", "", order(t)...)
	before := mappedFiles(t)
	s.rest()
	require.Less(t, mappedFiles(t), before)
	insert(t, s, "2", "b", order(t)...)
	require.EqualValues(t, 5, tableCounts(t, s, "b")["spans"], "what is needed comes back")
}

// mappedFiles is how much of the files that this process has mapped is in its memory, in kB.
func mappedFiles(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	size := regexp.MustCompile(`RssFile:\s+(\d+) kB`).FindSubmatch(status)
	require.NotNil(t, size)
	kb, err := strconv.Atoi(string(size[1]))
	require.NoError(t, err)
	return kb
}
