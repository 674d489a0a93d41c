package engine

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestChildLogIsBounded(t *testing.T) {
	core, logs := observer.New(zapcore.DebugLevel)
	now := time.Unix(0, 0)
	c := &childLog{log: zap.New(core), now: func() time.Time { return now }}
	c.copyFrom(strings.NewReader("\n  \n" + strings.Repeat("x", 10*maxLine) + "\nsecond \xff\n" + strings.Repeat("more\n", 2*maxLines) + "the last"))
	if got := logs.Len(); got != maxLines {
		t.Errorf("%d lines, want %d", got, maxLines)
	}
	for i, want := range []string{strings.Repeat("x", maxLine), "second ?", "more"} {
		if got := logs.All()[i].ContextMap()["line"]; got != want {
			t.Errorf("line %d is %q", i, got)
		}
	}
	if exception, got := c.reasons(); got != "the last" || exception != "" {
		t.Errorf("the last line is %q, the exception %q", got, exception)
	}
	now = now.Add(linesEvery)
	c.copyFrom(strings.NewReader("Code: 1. first\nCode: 2. second\n"))
	last := logs.All()[maxLines:]
	if len(last) != 3 || last[0].ContextMap()["lines_dropped"] != int64(maxLines+3) || last[1].ContextMap()["line"] != "Code: 1. first" {
		t.Errorf("afterwards: %v", last)
	}
	if exception, _ := c.reasons(); exception != "Code: 1. first" {
		t.Errorf("the exception is %q", exception)
	}
}
