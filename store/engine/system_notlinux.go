//go:build unix && !linux

package engine

import "syscall"

// processAttributes make the child a process group of its own; its standard input tells it when the parent is gone.
func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// dropPages is a matter of how Linux counts.
func dropPages(string) {}
