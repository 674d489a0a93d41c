package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
)

// defaultSocket is engine.sock in the data folder, or, when that is too long for a socket, in a private folder below the temporary
// folder whose name follows from the data folder, so that a killed process leaves at most one behind.
func defaultSocket(dir string) (string, error) {
	if path := filepath.Join(dir, "engine.sock"); len(path) <= maxSocketPath {
		return path, nil
	}
	sum := sha256.Sum256([]byte(dir))
	private := filepath.Join(os.TempDir(), fmt.Sprintf("baton-%d-%s", os.Getuid(), hex.EncodeToString(sum[:6])))
	if err := os.Mkdir(private, 0o700); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("folder for the engine's socket: %w", err)
	}
	// Anyone can make a folder of that name first; only our own, closed to others, is safe to put a socket in.
	st, err := os.Lstat(private)
	if err != nil {
		return "", fmt.Errorf("folder for the engine's socket: %w", err)
	}
	if !st.IsDir() || st.Mode().Perm() != 0o700 || !ownedByUser(st) {
		return "", fmt.Errorf("%s is not a folder of this user alone: remove it, or choose a shorter data folder or a socket path", private)
	}
	return filepath.Join(private, "engine.sock"), nil
}
