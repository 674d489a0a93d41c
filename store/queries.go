package store

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed queries/*.sql
var queryFiles embed.FS

// queries are all statements by the name of their file. A test holds that
// every file is used and every use has a file.
var queries = mustLoadQueries(queryFiles)

func mustLoadQueries(files fs.FS) map[string]string {
	names, err := fs.Glob(files, "queries/*.sql")
	if err != nil {
		panic(err)
	}
	qs := make(map[string]string, len(names))
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			panic(err)
		}
		qs[strings.TrimSuffix(path.Base(n), ".sql")] = string(b)
	}
	return qs
}

// query is the statement of a file. Names are constants in this package, so a
// missing one is a defect that the test finds.
func query(name string) string {
	q, ok := queries[name]
	if !ok {
		panic(fmt.Sprintf("no statement queries/%s.sql", name))
	}
	return q
}
