package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// errLocked means that another process holds the lock.
var errLocked = errors.New("locked by another process")

// lockDir makes the folder and takes it for this process until the file is closed or the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "engine.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	err = tryLock(f)
	if errors.Is(err, errLocked) {
		owner, _ := os.ReadFile(f.Name()) // a number makes the message better, that is all
		_ = f.Close()
		return nil, fmt.Errorf("the data folder %s is in use by process %s: stop that one, or choose another folder", dir, strings.TrimSpace(string(owner)))
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock the data folder %s: %w", dir, err)
	}
	return f, nil
}
