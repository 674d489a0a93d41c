package httpapi

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSessionsAreTakenByWhatTheyAreSetTo(t *testing.T) {
	reads := map[string]string{"max_execution_time": "30"}
	a := &session{database: "default", applied: reads}
	b := &session{database: "default"}
	c := &session{database: "other", applied: reads}
	p := newPool(4, nil, nil)
	p.idle = []*session{a, b, c}
	take := func(database string, want map[string]string) *session {
		s, err := p.take(context.Background(), database, want)
		require.NoError(t, err)
		return s
	}
	require.Same(t, a, take("default", reads))
	p.give(a, true)
	require.Same(t, b, take("default", map[string]string{}), "one that was never set is set to nothing")
	p.give(b, true)
	require.Same(t, b, take("third", reads), "any where none fits, the last one used")
	p.give(b, true)
	require.Len(t, p.idle, 3)
}
