package ownership

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Follower is an Importer whose documents may name further files.
type Follower interface {
	Importer

	// Follow returns the files and globs that a document names, relative to its
	// folder. Those that lead out of it are not followed.
	Follow(d Document) []string
}

// maxFollowed is how far a chain of files that name files is followed.
const maxFollowed = 8

// survey is all files of a source: those that its paths find and those that
// its files named when they were read last.
func (f *feed) survey() (names []string, problems Problems, stat uint64, newest time.Time) {
	names, problems = expandUpTo(slices.Concat(f.spec.Paths, f.targets), maxSourceFiles)
	stat, newest = statAll(names, problems)
	return names, problems, stat, newest
}

// gather reads the files that the paths find, and those that these name, each
// once. The targets are what they name.
func (f *feed) gather() (docs []Document, targets []string, problems Problems) {
	follower, _ := f.importer.(Follower)
	seen, size := map[string]bool{}, 0
	next := f.spec.Paths
	for depth := 0; len(next) > 0; depth++ {
		names, unfound := expandUpTo(next, maxSourceFiles)
		problems = append(problems, unfound...)
		names = slices.DeleteFunc(names, func(n string) bool { return seen[n] })
		for _, n := range names {
			seen[n] = true
		}
		switch {
		case len(names) > 0 && depth > maxFollowed:
			return docs, targets, append(problems, Problem{File: names[0], What: fmt.Sprintf("files that name files lead more than %d deep here", maxFollowed), Remedy: "name it in the path of the source"})
		case len(seen) > maxSourceFiles:
			return docs, targets, append(problems, Problem{File: f.spec.Name, What: fmt.Sprintf("it has more than %d files", maxSourceFiles), Remedy: "make two sources of it"})
		}
		read, unread := readDocuments(f.spec.Name, names)
		problems = append(problems, unread...)
		for _, d := range read {
			size += len(d.Body)
		}
		if size > maxSourceSize {
			return nil, targets, append(problems, Problem{File: f.spec.Name, What: fmt.Sprintf("its files hold more than %d MB", maxSourceSize>>20), Remedy: "make two sources of it"})
		}
		docs = append(docs, read...)
		next = nil
		if follower == nil {
			break
		}
		for _, d := range read {
			for _, t := range follower.Follow(d) {
				if within(t) {
					next = append(next, filepath.Join(filepath.Dir(d.Name), filepath.FromSlash(t)))
				}
			}
		}
		targets = append(targets, next...)
	}
	slices.SortFunc(docs, func(a, b Document) int { return strings.Compare(a.Name, b.Name) })
	return docs, targets, problems
}

// within reports a path that stays in the folder it starts from: what a file
// names must not reach the rest of the machine.
func within(path string) bool { return path != "" && filepath.IsLocal(filepath.FromSlash(path)) }
