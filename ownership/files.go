package ownership

import (
	"fmt"
	"os"
	"time"

	"github.com/cespare/xxhash/v2"
)

// statAll sums up what tells a changed file without reading it, and when the
// last of them changed.
func statAll(names []string, problems Problems) (sum uint64, newest time.Time) {
	h := xxhash.New()
	_, _ = h.WriteString(problems.Error())
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			fmt.Fprintf(h, "%q %s\n", name, cause(err))
			continue
		}
		fmt.Fprintf(h, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		if info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return h.Sum64() | 1, newest // never 0, which is "never looked"
}

// readDocuments reads what it can.
func readDocuments(source string, names []string) ([]Document, Problems) {
	var docs []Document
	var problems Problems
	size := 0
	for _, name := range names {
		b, problem := readFile(name)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		if size += len(b); size > maxSourceSize {
			return nil, append(problems, Problem{File: source, What: fmt.Sprintf("its files hold more than %d MB", maxSourceSize>>20), Remedy: "write a narrower glob"})
		}
		docs = append(docs, Document{name, b})
	}
	return docs, problems
}
