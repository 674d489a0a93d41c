package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"go.uber.org/zap"
)

// startTime is what a child gets to become ready. A large data folder loads within seconds; a slow disk may take a minute.
const startTime = 2 * time.Minute

// process is a running child.
type process struct {
	cmd    *exec.Cmd
	stdin  io.Closer // closing it asks the child to stop
	log    *childLog
	report chan childReport // one at most, closed when there will be none
	exited chan struct{}
	err    error // why it ended, after exited
}

// spawn starts a child. The caller's thread must outlive it, see processAttributes.
func spawn(c Config, log *zap.Logger) (*process, error) {
	cmd := exec.Command(c.Command[0], append(append([]string{}, c.Command[1:]...), childArgs(c, 3)...)...)
	cmd.SysProcAttr = processAttributes()
	cmd.Env = childEnv()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stderr, stderrW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	report, reportW, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, stderr.Close(), stderrW.Close())
	}
	cmd.Stderr, cmd.Stdout, cmd.ExtraFiles = stderrW, stderrW, []*os.File{reportW}
	err = cmd.Start()
	_, _ = stderrW.Close(), reportW.Close() // the child has its own
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", c.Command[0], err), stdin.Close(), stderr.Close(), report.Close())
	}
	p := &process{
		cmd: cmd, stdin: stdin, log: &childLog{log: log, now: time.Now},
		report: make(chan childReport, 1), exited: make(chan struct{}),
	}
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		defer stderr.Close()
		p.log.copyFrom(stderr)
	}()
	go func() {
		defer close(p.report)
		defer report.Close()
		var r childReport
		if json.NewDecoder(io.LimitReader(report, 1<<20)).Decode(&r) == nil {
			p.report <- r
		}
	}()
	go func() {
		defer close(p.exited)
		err := cmd.Wait()
		<-logged
		_, last := p.log.reasons()
		p.err = exitReason(err, last)
	}()
	return p, nil
}

// childEnv holds what the library reads and no secrets. The engine's time zone is that of the process; all of Baton's times are UTC.
func childEnv() []string {
	env := []string{"TZ=UTC", "LC_ALL=C.UTF-8"}
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "GOCOVERDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

func exitReason(err error, lastLine string) error {
	if err == nil {
		err = errors.New("it ended by itself")
	}
	if lastLine != "" {
		return fmt.Errorf("%w: %s", err, lastLine)
	}
	return err
}

// ready waits until the child serves, and returns the version of its library.
func (p *process) ready(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTime, fmt.Errorf("the engine is not ready after %s", startTime))
	defer cancel()
	select {
	case r, ok := <-p.report:
		switch {
		case !ok:
			<-p.exited
			return "", p.err
		case r.Error != "":
			return "", p.refused(ctx, r.Error)
		}
		return r.LibVersion, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// refused completes the child's own reason with the engine's, once all that the child wrote has been read.
func (p *process) refused(ctx context.Context, reason string) error {
	select {
	case <-p.exited:
	case <-ctx.Done():
	}
	if exception, _ := p.log.reasons(); exception != "" {
		reason += ": " + exception
	}
	return &refusal{reason}
}

// refusal is the reason that a child gives for not starting; trying again may not help.
type refusal struct{ reason string }

func (r *refusal) Error() string { return r.reason }

// stop asks the child to end, and ends it when the context does.
func (p *process) stop(ctx context.Context) {
	_ = p.stdin.Close() // it may be closed already
	select {
	case <-p.exited:
	case <-ctx.Done():
		_ = p.cmd.Process.Kill() // it may have ended by now
		<-p.exited
	}
}
