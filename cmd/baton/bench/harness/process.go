package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Process is this executable with other arguments, and everything that it starts.
type Process struct {
	cmd    *exec.Cmd
	log    string
	exited chan struct{}
	err    error // after exited

	watch sync.WaitGroup
	stop  context.CancelFunc
	peak  struct{ rss, pss atomic.Int64 }
}

// The peak is looked for so often. Pss takes the kernel a walk through all pages, so it is read less often.
const (
	rssEvery = 100 * time.Millisecond
	pssEvery = time.Second
)

// start runs a program; env is its whole environment, and what it says goes to the file log.
func start(program string, env []string, log string, args ...string) (*Process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("log of the measured process: %w", err)
	}
	defer out.Close()
	p := &Process{cmd: exec.Command(program, args...), log: log, exited: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, out, out
	exited, err := launch(p.cmd)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	p.watch.Go(func() {
		p.err = <-exited
		close(p.exited)
	})
	p.watch.Go(func() { p.sample(ctx) })
	return p, nil
}

// sample keeps the most memory that all processes had together.
func (p *Process) sample(ctx context.Context) {
	tick := time.NewTicker(rssEvery)
	defer tick.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.exited:
			return
		case now := <-tick.C:
			m := p.memory(now.Sub(last) >= pssEvery)
			p.peak.rss.Store(max(p.peak.rss.Load(), m.RSS))
			if m.PSS > 0 {
				p.peak.pss.Store(max(p.peak.pss.Load(), m.PSS))
				last = now
			}
		}
	}
}

// Memory is the bytes that all processes have resident together. PSS is 0 when it cannot be read.
type Memory struct{ RSS, PSS int64 }

// Memory reads what is resident now.
func (p *Process) Memory() Memory { return p.memory(true) }

func (p *Process) memory(pss bool) (m Memory) {
	for _, pid := range tree(p.cmd.Process.Pid) {
		m.RSS += rssOf(pid)
		if pss {
			m.PSS += pssOf(pid)
		}
	}
	return m
}

// Peak is the most since the start or the last ResetPeak.
func (p *Process) Peak() Memory { return Memory{p.peak.rss.Load(), p.peak.pss.Load()} }

// ResetPeak forgets the peak.
func (p *Process) ResetPeak() { p.peak.rss.Store(0); p.peak.pss.Store(0) }

// CPU is the CPU time of all processes, those included that have ended.
func (p *Process) CPU() (sum CPU) {
	for i, pid := range tree(p.cmd.Process.Pid) {
		if i == 0 {
			sum.Own = cpuOf(pid)
		} else {
			sum.Children += cpuOf(pid)
		}
	}
	return sum
}

// CPU is CPU time; Children is the engine's process.
type CPU struct{ Own, Children time.Duration }

// All is the sum.
func (c CPU) All() time.Duration { return c.Own + c.Children }

// Less is what was used since an earlier reading.
func (c CPU) Less(before CPU) CPU { return CPU{c.Own - before.Own, c.Children - before.Children} }

// Stop ends the process as a service manager does, with time to finish.
func (p *Process) Stop() error {
	defer p.watch.Wait()
	defer p.stop()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		<-p.exited
		return p.failure()
	}
	select {
	case <-p.exited:
		return p.failure()
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Kill()
		<-p.exited
		return fmt.Errorf("the measured process did not end on SIGTERM within a minute; it said:\n%s", p.said())
	}
}

func (p *Process) failure() error {
	if p.err == nil {
		return nil
	}
	return fmt.Errorf("the measured process ended: %w; it said:\n%s", p.err, p.said())
}

// said is the end of what the process wrote.
func (p *Process) said() string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// alive is nil while the process runs.
func (p *Process) alive() error {
	select {
	case <-p.exited:
		if p.err == nil {
			return fmt.Errorf("the measured process ended by itself; it said:\n%s", p.said())
		}
		return p.failure()
	default:
		return nil
	}
}
