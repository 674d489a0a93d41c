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

// dropPages takes what is mapped of this program and of the library out of this process's memory. Most of what starting or a rush
// touched, half of the resident size, is not used again soon; what is needed comes back from the system's cache, page by page. Only
// parts go that cannot be written to and, as the linker writes to some before it seals them, never were: nothing is lost.
func dropPages(lib string) {
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return // it is only a matter of size
	}
	self, _ := os.Executable() // an empty name is no file
	if file, err := filepath.EvalSymlinks(lib); err == nil {
		lib = file
	}
	var start, end uint64
	for line := range strings.Lines(string(smaps)) {
		f := strings.Fields(line)
		switch {
		case strings.HasSuffix(f[0], ":"): // of the part named last
			if f[0] == "Anonymous:" && f[1] == "0" && end > 0 {
				_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(start), uintptr(end-start), syscall.MADV_DONTNEED)
			}
		case len(f) == 6 && !strings.Contains(f[1], "w") && (f[5] == lib || f[5] == self): // addresses, rights, offset, device, inode, file
			from, to, _ := strings.Cut(f[0], "-")
			var err1, err2 error
			start, err1 = strconv.ParseUint(from, 16, 64)
			end, err2 = strconv.ParseUint(to, 16, 64)
			if err1 != nil || err2 != nil {
				end = 0
			}
		default:
			end = 0
		}
	}
}
