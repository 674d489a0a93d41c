package engine

import "testing"

func TestCalm(t *testing.T) {
	var c calm
	var sum uint64
	for i, tt := range []struct {
		statements uint64
		due        bool
	}{{5, true}, {5, false}, {calmBelow, false}, {5000, false}, {calmBelow - 1, true}, {0, false}, {0, false}, {1, true}, {calmBelow, false}, {0, true}} {
		sum += tt.statements
		if got := c.due(sum); got != tt.due {
			t.Errorf("look %d, after %d more: %v", i, tt.statements, got)
		}
	}
}
