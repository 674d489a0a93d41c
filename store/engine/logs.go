package engine

import (
	"bufio"
	"io"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Bounds on what a child can put into the log: a line of the engine can hold a whole statement, and a broken disk repeats itself.
const maxLine, maxLines, linesEvery = 2 << 10, 50, 10 * time.Second

// childLog passes the child's standard error to the logger, maxLines each linesEvery, and remembers the lines that may tell why the
// child ends: the first exception, which the engine prints nowhere else, and the last line.
type childLog struct {
	log *zap.Logger
	now func() time.Time

	mu        sync.Mutex
	exception string
	last      string
	since     time.Time
	written   int
	dropped   int
}

// copyFrom reads until the child's end of the pipe is closed.
func (c *childLog) copyFrom(r io.Reader) {
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, more, err := lines.ReadLine()
		if err != nil {
			return
		}
		c.add(string(line))
		for more && err == nil { // the rest of a long line
			_, more, err = lines.ReadLine()
		}
	}
}

func (c *childLog) add(line string) {
	line = strings.ToValidUTF8(strings.TrimSpace(line), "?")
	if line == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = line
	if c.exception == "" && strings.HasPrefix(line, "Code: ") {
		c.exception = line
	}
	if now := c.now(); now.Sub(c.since) >= linesEvery {
		if c.dropped > 0 {
			c.log.Warn("engine wrote too much", zap.Int("lines_dropped", c.dropped))
		}
		c.since, c.written, c.dropped = now, 0, 0
	}
	if c.written >= maxLines {
		c.dropped++
		return
	}
	c.written++
	c.log.Warn("engine", zap.String("line", line))
}

// reasons are the remembered lines; either can be empty.
func (c *childLog) reasons() (exception, last string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.exception, c.last
}
