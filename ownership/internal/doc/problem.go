package doc

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Problem is one thing wrong in a file of owners.
type Problem struct {
	File         string
	Line, Column int    // 1-based; 0 when the file as a whole is meant
	What         string // what is wrong
	Remedy       string // how to mend it
}

// Error formats a problem as file:line:column: what; remedy.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.What)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}

// At is a problem at the place of a node.
func At(file string, n *yaml.Node, what, remedy string) Problem {
	return Problem{file, n.Line, n.Column, what, remedy}
}

// Problems is an error that holds everything found wrong, in the order of the
// files, so that one run of a linter shows it all.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Of returns the problems that an error is made of; an error of another kind
// is one problem of the whole file.
func Of(file string, err error) Problems {
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	var p Problem
	if errors.As(err, &p) {
		return Problems{p}
	}
	return Problems{{File: file, What: err.Error()}}
}

// MaxProblems bounds what is reported of one file: after twenty the reader
// mends and runs again, and a file of the wrong kind does not flood a log.
const MaxProblems = 20

// Nearest returns a "did you mean" remedy for a word that is not among the
// known ones, or the fallback when none is close.
func Nearest(word string, known []string, fallback string) string {
	best, bestDist := "", 3
	if len(word) > 64 {
		return fallback
	}
	for _, k := range known {
		if strings.EqualFold(k, word) {
			return fmt.Sprintf("did you mean %q?", k)
		}
		if d := distance(word, k, bestDist); d < bestDist && d < len(word) {
			best, bestDist = k, d
		}
	}
	if best == "" {
		return fallback
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance is the Levenshtein distance of a and b, or limit when it is at
// least that.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diag, least := row[0], i+1
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diag+cost)
			diag, row[j+1] = row[j+1], next
			least = min(least, next)
		}
		if least >= limit {
			return limit
		}
	}
	return row[len(b)]
}
