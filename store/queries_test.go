package store

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	// A statement is used by query("name"), each(ctx, "name", ...) and its kin.
	usedStatement = regexp.MustCompile(`(?:query\(|each\(ctx, |eachFlow\(ctx, |contentOf\(ctx, |segments\(ctx, s, )"([a-z_]+)"`)
	parameter     = regexp.MustCompile(`\{(\w+):([\w()]+)\}`)
	comment       = regexp.MustCompile(`(?m)--.*$`)
)

// Every file is used and every use has a file.
func TestStatementsAndUses(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	used := map[string]bool{}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range usedStatement.FindAllStringSubmatch(string(b), -1) {
			used[m[1]] = true
			require.Contains(t, queries, m[1], "%s uses a statement without a file", name)
		}
	}
	for name := range mustRead(queryFiles, "queries/*.sql") {
		require.True(t, used[name], "queries/%s.sql is not used", name)
	}
}

// Every shared part is used, and every statement knows its parts.
func TestPartsAndUses(t *testing.T) {
	all := ""
	for _, text := range mustRead(queryFiles, "queries/*.sql") {
		all += text
	}
	for name := range mustRead(queryFiles, "queries/parts/*.sql") {
		require.Contains(t, all, "{{"+name+"}}")
	}
	for name, q := range queries {
		require.NotContains(t, q, "{{", "queries/%s.sql has a part without a file", name)
	}
}

// One statement a file, and one type a parameter.
func TestStatementsAreSingle(t *testing.T) {
	for name, q := range queries {
		require.NotContains(t, comment.ReplaceAllString(q, ""), ";", name)
		types := map[string]string{}
		for _, m := range parameter.FindAllStringSubmatch(q, -1) {
			if was, ok := types[m[1]]; ok {
				require.Equal(t, was, m[2], "%s: parameter %s", name, m[1])
			}
			types[m[1]] = m[2]
		}
	}
}

// What a line is left out for is a parameter of its statement, or one that only says so: a name that is none would leave it out always.
func TestLinesAreAboutParameters(t *testing.T) {
	flags := []string{"few#", "several#", "worst"}
	for name, q := range queries {
		for line := range strings.Lines(q) {
			_, names, conditional := strings.Cut(line, onlyIf)
			if !conditional {
				continue
			}
			for _, p := range strings.Split(strings.TrimSpace(names), " or ") {
				require.True(t, slices.Contains(flags, p) || strings.Contains(q, "{"+p+":"), "%s: nothing is called %q: %s", name, p, line)
			}
		}
	}
}

func TestOnlyWhatIsAskedIsPlanned(t *testing.T) {
	const statement = "SELECT a\nFROM t\nWHERE b\n  AND (c -- if c or d\n    OR d -- if d\n  ) -- if c or d\n  AND e -- if e"
	for _, tt := range []struct {
		p    params
		want string
	}{
		{nil, "SELECT a\nFROM t\nWHERE b\n"},
		{params{"c": "", "d": []string{}, "e": uint64(0)}, "SELECT a\nFROM t\nWHERE b\n"},
		{params{"c": "x"}, "SELECT a\nFROM t\nWHERE b\n  AND (c\n  )\n"},
		{params{"d": [][]uint64{{}}, "e": uint8(1)}, "SELECT a\nFROM t\nWHERE b\n  AND (c\n    OR d\n  )\n  AND e\n"},
	} {
		require.Equal(t, tt.want, asked(statement, tt.p))
	}
	require.Equal(t, query("ping"), asked(query("ping"), nil))
}

func TestUnknownStatementPanics(t *testing.T) {
	require.Panics(t, func() { query("no such statement") })
}
