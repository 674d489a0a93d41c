package engine

import "testing"

func TestCalmBeginsAfterARush(t *testing.T) {
	var c calm
	var sum uint64
	for i, tt := range []struct {
		statements uint64
		begins     bool
	}{{5, true}, {5, false}, {calmBelow, false}, {5000, false}, {calmBelow - 1, true}, {0, false}, {calmBelow, false}, {0, true}} {
		sum += tt.statements
		if got := c.begins(sum); got != tt.begins {
			t.Errorf("look %d, after %d more: %v", i, tt.statements, got)
		}
	}
}
