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

// defaultAction is SIG_DFL, what a signal without a handler has.
const defaultAction = 0

// keepSignals runs f and puts back the handlers that f has taken away from Go. The library is told to leave fatal signals alone, but
// versions differ in what they reset when they are loaded and when connections open and close, and a Go program without its handlers
// dies of its first nil pointer. They are read from the kernel, because os/signal does not show the runtime's own. A signal that had
// no handler keeps what f gave it: the library has one of its own, which the runtime does not use. A signal that arrives meanwhile may
// find the wrong handler; f is short and happens at start, at stop and when the session pool grows.
func keepSignals(f func()) {
	var saved [lastSignal + 1]kernelSigaction
	for s := 1; s <= lastSignal; s++ {
		syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), 0, uintptr(unsafe.Pointer(&saved[s])), maskSize, 0, 0)
	}
	defer func() {
		for s := 1; s <= lastSignal; s++ {
			if handler := *(*uintptr)(unsafe.Pointer(&saved[s])); handler == defaultAction {
				continue
			}
			syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(s), uintptr(unsafe.Pointer(&saved[s])), 0, maskSize, 0, 0)
		}
	}()
	f()
}
