package store

import (
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migration is one step of the schema: one file with one statement. Files are
// only ever added; a file that changed after it ran is refused.
type migration struct {
	version  uint32
	name     string
	sql      string
	checksum string
}

// loadMigrations reads NNNN_name.sql files. Their numbers must be 1, 2, 3, ...
func loadMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	ms := make([]migration, 0, len(names))
	for i, name := range names { // Glob sorts
		base := strings.TrimSuffix(path.Base(name), ".sql")
		num, rest, ok := strings.Cut(base, "_")
		n, err := strconv.ParseUint(num, 10, 32)
		if !ok || len(num) != 4 || err != nil || int(n) != i+1 {
			return nil, fmt.Errorf("migration %s: want %04d_name.sql", name, i+1)
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		h := fnv.New64a()
		_, _ = h.Write(b)
		ms = append(ms, migration{version: uint32(n), name: rest, sql: string(b), checksum: strconv.FormatUint(h.Sum64(), 16)})
	}
	return ms, nil
}
