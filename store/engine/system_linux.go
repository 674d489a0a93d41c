package engine

import "syscall"

// processAttributes make the child a process group of its own, out of reach of Ctrl-C, and have the system tell it when the thread that
// started it ends. That thread must live as long as the parent, so whoever starts a child locks its goroutine to a thread.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: parentDied}
}
