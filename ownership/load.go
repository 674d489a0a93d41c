package ownership

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// maxFiles bounds a glob that was meant for another folder.
const maxFiles = 1000

// Load reads files, given as paths or globs (`**` is any depth), and joins
// them in the order of their paths. No paths make an empty Set. The error is
// of type Problems.
func Load(paths ...string) (*Set, error) {
	names, problems := expand(paths)
	files := make([]*File, 0, len(names))
	for _, name := range names {
		f, err := parseFile(name)
		if err != nil {
			problems = append(problems, err...)
			continue
		}
		files = append(files, f)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return New(files...)
}

func parseFile(name string) (*File, Problems) {
	b, problem := readFile(name)
	if problem != nil {
		return nil, Problems{*problem}
	}
	f, err := Parse(name, b)
	if err != nil {
		return nil, doc.Of(name, err)
	}
	return f, nil
}

// expand returns the files that paths stand for, sorted, each once. A path
// without a wildcard stands for itself, whether or not it is there.
func expand(paths []string) ([]string, Problems) { return expandUpTo(paths, maxFiles) }

func expandUpTo(paths []string, most int) ([]string, Problems) {
	var names []string
	var problems Problems
	for _, path := range paths {
		path = filepath.Clean(path)
		if !isGlob(path) {
			names = append(names, path)
			continue
		}
		found, err := doublestar.FilepathGlob(path, doublestar.WithFilesOnly())
		found = slices.DeleteFunc(found, func(name string) bool { return hidden(path, name) })
		switch {
		case err != nil:
			problems = append(problems, Problem{File: path, What: "is not a valid glob: " + err.Error(), Remedy: "close every [ and {"})
		case len(found) == 0:
			problems = append(problems, Problem{File: path, What: "no file matches", Remedy: "create one, or correct the path"})
		case len(found) > most:
			problems = append(problems, Problem{File: path, What: fmt.Sprintf("matches %d files, more than %d", len(found), most), Remedy: "write a narrower glob"})
		default:
			names = append(names, found...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), problems
}

func isGlob(path string) bool { return strings.ContainsAny(path, "*?[{") }

func matchesGlob(glob, name string) bool {
	ok, err := doublestar.PathMatch(glob, name)
	return err == nil && ok
}

// hidden reports a file that a glob finds in a folder such as ..data, where
// Kubernetes keeps the versions of a mounted volume: it is there a second
// time under its own name.
func hidden(glob, name string) bool {
	base, _ := doublestar.SplitPattern(filepath.ToSlash(glob))
	for part := range strings.SplitSeq(strings.TrimPrefix(filepath.ToSlash(name), base), "/") {
		if len(part) > 2 && strings.HasPrefix(part, "..") {
			return true
		}
	}
	return false
}

func readFile(name string) ([]byte, *Problem) {
	problem := func(what, remedy string) *Problem { return &Problem{File: name, What: what, Remedy: remedy} }
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, problem("does not exist", "create it, or correct the path")
	case err != nil:
		return nil, problem("is not readable: "+cause(err), "correct the path or the permissions")
	case info.IsDir():
		return nil, problem("is a folder", fmt.Sprintf("name its files: %s", filepath.Join(name, "*.yaml")))
	case !info.Mode().IsRegular():
		return nil, problem("is not a regular file", "name a file") // a pipe would block
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, problem("is not readable: "+cause(err), "correct the permissions")
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, doc.MaxSize+1))
	if err != nil {
		return nil, problem("is not readable: "+cause(err), "check the disk")
	}
	if len(b) > doc.MaxSize {
		p := doc.TooLarge(name)
		return nil, &p
	}
	return b, nil
}

// cause drops the operation and the path, which a Problem already shows.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
