//go:build unix

package spanlog

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// maxVectors is how many slices one pwritev takes on Linux and macOS.
const maxVectors = 1024

// lockDir keeps a second process (or a second Open) out; the kernel lets go when the process dies.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("log in %s is open in another process: stop it or use another data folder: %w", dir, err)
	}
	return f, nil
}

// freeBytes is what an unprivileged process may still use of the file system of dir.
func freeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil //nolint:unconvert // its type differs by system
}

// writeVectors writes all slices at pos. They are consumed.
func writeVectors(f *os.File, vectors [][]byte, pos int64) error {
	fd := int(f.Fd())
	for len(vectors) > 0 {
		n, err := unix.Pwritev(fd, vectors[:min(len(vectors), maxVectors)], pos)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return &os.PathError{Op: "pwritev", Path: f.Name(), Err: err}
		}
		pos += int64(n)
		for len(vectors) > 0 && n >= len(vectors[0]) {
			n -= len(vectors[0])
			vectors = vectors[1:]
		}
		if n > 0 {
			vectors[0] = vectors[0][n:]
		}
	}
	return nil
}

// noRoom tells errors that pass when space is freed: disk, quota, or the size a process may give a file.
func noRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
