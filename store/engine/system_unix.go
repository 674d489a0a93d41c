//go:build unix

package engine

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// parentDied is the signal that the system sends to the child when its parent is gone.
const parentDied = syscall.SIGUSR1

// groupSignals are what terminals and service managers send to all processes of a service.
var groupSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}

// tryLock takes the file for this process, or returns errLocked.
func tryLock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// ownedByUser tells whether a file is this user's.
func ownedByUser(st fs.FileInfo) bool {
	owner, known := st.Sys().(*syscall.Stat_t)
	return known && int(owner.Uid) == os.Getuid()
}

// privateFiles closes new files and sockets to other users until the returned function is called.
func privateFiles() (undo func()) {
	old := syscall.Umask(0o177)
	return func() { syscall.Umask(old) }
}
