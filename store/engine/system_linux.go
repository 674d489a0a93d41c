package engine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// processAttributes make the child a process group of its own, out of reach of Ctrl-C, and have the system tell it when the thread that
// started it ends. That thread must live as long as the parent, so whoever starts a child locks its goroutine to a thread.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: parentDied}
}

// dropPages takes code, and what the dynamic linker read of the library, out of this process's memory. Most of what starting or a rush
// touched, half of the resident size, is not used again soon; what is needed comes back from the system's cache, page by page. These
// parts are mapped without the right to write and were never written to, so nothing is lost.
func dropPages(lib string) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return // it is only a matter of size
	}
	self, _ := os.Executable() // an empty name is no file
	if file, err := filepath.EvalSymlinks(lib); err == nil {
		lib = file
	}
	for line := range strings.Lines(string(maps)) {
		f := strings.Fields(line) // addresses, rights, offset in the file, device, inode, file
		if len(f) < 6 || f[5] != lib && f[5] != self {
			continue
		}
		// The read-only part behind the code was written to by the linker before it was sealed; the one at the beginning never was.
		if f[1] != "r-xp" && (f[1] != "r--p" || f[5] != lib || strings.Trim(f[2], "0") != "") {
			continue
		}
		from, to, _ := strings.Cut(f[0], "-")
		start, err1 := strconv.ParseUint(from, 16, 64)
		end, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(start), uintptr(end-start), syscall.MADV_DONTNEED)
		}
	}
}
