//go:build linux && amd64

package chdb

import (
	"syscall"
	"unsafe"
)

// kernelSigaction is struct kernel_sigaction of linux/amd64: handler, flags, restorer, mask.
type kernelSigaction [32]byte

// lastSignal is the highest signal number of the kernel, and maskSize the bytes of its signal sets.
const lastSignal, maskSize = 64, 8

// keepSignals runs f and puts all signal dispositions back as they were. Loading, connecting and closing reset fatal signals to
// their default action even with the library's own handlers off. The dispositions are read from the kernel rather than through
// os/signal, because Go's handlers are the thing to keep. A signal that arrives meanwhile may find the default action; f is short
// and happens at start, at stop and when the session pool grows.
func keepSignals(f func()) {
	var saved [lastSignal + 1]kernelSigaction
	for s := 1; s <= lastSignal; s++ {
		syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), 0, uintptr(unsafe.Pointer(&saved[s])), maskSize, 0, 0)
	}
	defer func() {
		for s := 1; s <= lastSignal; s++ {
			if s == int(syscall.SIGKILL) || s == int(syscall.SIGSTOP) {
				continue
			}
			syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&saved[s])), 0, maskSize, 0, 0)
		}
	}()
	f()
}
