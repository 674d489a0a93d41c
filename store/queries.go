package store

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
)

//go:embed queries/*.sql queries/parts/*.sql
var queryFiles embed.FS

// queries are all statements by the name of their file. A test holds that
// every file is used and every use has a file. What several statements share is
// a file in parts, and {{its name}} in the statement.
var queries = mustLoadQueries(queryFiles)

// onlyIf is before the parameters, with "or" between them, of which a line of a
// statement is about. It is left out when none of them is given: what does not
// filter took half of the time that a list takes, to be planned.
const onlyIf = " -- if "

// flowsTable stands for flows and, in the statement name_troubled, for
// troubled_flows.
const flowsTable = "{{flows}}"

func mustLoadQueries(files fs.FS) map[string]string {
	qs, parts := mustRead(files, "queries/*.sql"), mustRead(files, "queries/parts/*.sql")
	for name, q := range qs {
		for part, text := range parts {
			q = strings.ReplaceAll(q, "{{"+part+"}}", strings.TrimSpace(text))
		}
		qs[name] = q
		if strings.Contains(q, flowsTable) {
			qs[name] = strings.ReplaceAll(q, flowsTable, "flows")
			qs[name+"_troubled"] = strings.ReplaceAll(q, flowsTable, "troubled_flows")
		}
	}
	return qs
}

func mustRead(files fs.FS, pattern string) map[string]string {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		panic(err)
	}
	texts := make(map[string]string, len(names))
	for _, n := range names {
		b, err := fs.ReadFile(files, n)
		if err != nil {
			panic(err)
		}
		texts[strings.TrimSuffix(path.Base(n), ".sql")] = string(b)
	}
	return texts
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

// asked is a statement without the lines that are about what is not asked.
func asked(statement string, p params) string {
	if !strings.Contains(statement, onlyIf) {
		return statement
	}
	var b strings.Builder
	for line := range strings.Lines(statement) {
		text, names, conditional := strings.Cut(line, onlyIf)
		if !conditional {
			b.WriteString(line)
		} else if slices.ContainsFunc(strings.Split(strings.TrimSpace(names), " or "), p.given) {
			b.WriteString(text + "\n")
		}
	}
	return b.String()
}

// given reports whether a parameter is there and not empty.
func (p params) given(name string) bool {
	v := reflect.ValueOf(p[name])
	return v.IsValid() && !v.IsZero() && (v.Kind() != reflect.Slice || v.Len() > 0)
}
