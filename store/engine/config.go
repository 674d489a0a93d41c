package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Config says which engine to run and how much of the machine it may have.
type Config struct {
	// Lib is the path of libchdb.so; empty means FindLib.
	Lib string
	// Dir is the data folder, which is made when missing. One process at a time can use it.
	Dir string
	// Socket is the path of the unix socket; empty means one in Dir, or in the temporary folder when Dir is too deep for a socket.
	Socket string
	// MaxMemory bounds what the engine allocates, in bytes, caches included. Its resident size can be about 150 MB more: the pages of
	// the library itself, which the system can drop.
	MaxMemory int64
	// Sessions bounds the statements that run at the same time; further ones wait.
	Sessions int
	// Command runs Child with the arguments that are appended to it; empty means this executable with the argument "engine".
	Command []string
	// Ephemeral makes the engine remove Dir when it stops, also when it stops because this process died.
	Ephemeral bool
}

// maxSocketPath is the room for a path in struct sockaddr_un, less the terminating zero.
const maxSocketPath = 107

// withDefaults fills what is empty.
func (c Config) withDefaults() (Config, error) {
	var err error
	if c.Lib == "" {
		if c.Lib, err = FindLib(); err != nil {
			return c, err
		}
	} else if c.Lib, err = existingFile(c.Lib); err != nil {
		return c, fmt.Errorf("the embedded engine's library: %w; %s", err, advice)
	}
	if c.Dir, err = filepath.Abs(c.Dir); err != nil {
		return c, fmt.Errorf("data folder: %w", err)
	}
	if c.Socket == "" {
		if c.Socket, err = defaultSocket(c.Dir); err != nil {
			return c, err
		}
	}
	if c.MaxMemory == 0 {
		// Full-rate ingest (150k spans/s) with its merges needs 300 to 400 MB. The rest is room for queries, each of which is held to
		// half of it, and for two large merges at once.
		c.MaxMemory = 1 << 30
	}
	if c.Sessions == 0 {
		// Two inserters, the joiner, the judge and retention hold five at most; the rest serves pages. A waiting statement costs
		// nothing, a running one up to a few threads.
		c.Sessions = 16
	}
	if len(c.Command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return c, fmt.Errorf("find this executable: %w", err)
		}
		c.Command = []string{self, "engine"}
	}
	return c, nil
}

// Validate reports settings that cannot work, with the remedy.
func (c Config) Validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("the engine needs a data folder: set Dir"))
	}
	if len(c.Socket) > maxSocketPath {
		errs = append(errs, fmt.Errorf("the socket path %q has %d bytes and a unix socket allows %d: choose a shorter one, or none for a default that fits",
			c.Socket, len(c.Socket), maxSocketPath))
	}
	if c.MaxMemory != 0 && c.MaxMemory < 256<<20 {
		errs = append(errs, fmt.Errorf("%d bytes of memory are too few for the engine to merge its tables: allow at least 256 MiB", c.MaxMemory))
	}
	if c.Sessions < 0 || c.Sessions > 256 {
		errs = append(errs, fmt.Errorf("%d sessions: choose 1 to 256, or 0 for the default", c.Sessions))
	}
	return errors.Join(errs...)
}
