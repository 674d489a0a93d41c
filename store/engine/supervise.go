package engine

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"go.uber.org/zap"
)

// Restarts: at once for a crash that will not repeat, seldom for one that does. An engine that was up for steadyTime counts as healthy.
const minBackoff, maxBackoff, steadyTime = 100 * time.Millisecond, 5 * time.Second, 30 * time.Second

// supervise runs children one after the other until running ends. When unforced ends, the child is killed.
func (e *Engine) supervise(running, unforced context.Context) {
	defer close(e.done)
	defer e.force() // frees the context
	// The system ties the life of a child to the thread that started it. The lock is never undone: the thread ends with the goroutine,
	// and all children are gone by then.
	runtime.LockOSThread()
	backoff := minBackoff
	for {
		began := time.Now()
		err := e.runOnce(running, unforced)
		if running.Err() != nil {
			if private := filepath.Dir(e.config.Socket); private != e.config.Dir {
				_ = os.Remove(private) // of a deep data folder; one that holds anything else stays
			}
			e.update(func() { e.state.Up, e.state.PID, e.state.Since = false, 0, time.Now() })
			return
		}
		e.log.Warn("engine went down", zap.Error(err), zap.Duration("restart_in", backoff))
		e.update(func() {
			if e.state.Up {
				e.state.Since, e.began = time.Now(), time.Now()
			}
			e.state.Up, e.state.PID, e.state.LastError, e.failed = false, 0, err.Error(), err
		})
		if time.Since(began) > steadyTime {
			backoff = minBackoff
		}
		select {
		case <-time.After(backoff):
		case <-running.Done():
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// runOnce starts a child and returns why it ended.
func (e *Engine) runOnce(running, unforced context.Context) error {
	p, err := spawn(e.config, e.log)
	if err != nil {
		return err
	}
	e.update(func() { e.state.PID = p.cmd.Process.Pid })
	defer func() {
		patient, cancel := context.WithTimeout(unforced, exitTime+time.Second)
		defer cancel()
		p.stop(patient)
	}()
	version, err := p.ready(running)
	if err != nil {
		return err
	}
	// A child that ends in order removes its socket; a killed one cannot. Before it was ready the socket may be another engine's.
	defer func() { _ = os.Remove(e.config.Socket) }()
	e.update(func() {
		if e.state.LibVersion != "" {
			e.state.Restarts++
		}
		e.state.Up, e.state.Since, e.state.LibVersion, e.state.Warning = true, time.Now(), version, versionWarning(version)
		e.failed = nil
	})
	e.log.Info("engine is up", zap.Int("pid", p.cmd.Process.Pid), zap.String("lib_version", version), zap.String("dir", e.config.Dir))
	select {
	case <-p.exited:
		return p.err
	case <-running.Done():
		return running.Err()
	}
}
