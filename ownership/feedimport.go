package ownership

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// take imports what look has seen, unless that is what was imported last.
func (f *feed) take(now time.Time, types []string) {
	if ps := f.unusable(types); ps != nil {
		f.broken(now, ps)
		return
	}
	if f.sum == f.imported {
		return
	}
	f.imported = f.sum
	problems := f.problems
	if docs := f.withLastGood(f.docs, problems); len(docs) > 0 || len(problems) == 0 {
		im, used, ps := f.importWhole(docs)
		problems = append(slices.Clone(problems), ps...)
		if im != nil {
			f.good, f.goodDocs = im, used
			f.state.Files, f.state.Teams, f.state.Claims = len(used), len(im.teams), len(im.claims)
		}
	}
	docs := f.docs
	f.docs, f.problems = nil, nil
	switch {
	case f.restored && len(problems) > 0:
		f.good = nil // a kept answer that a newer Baton does not understand is of no use
	case f.restored: // waiting for the first answer of this run
	case len(problems) > 0:
		f.broken(now, problems)
	default:
		f.state.Health, f.state.Problems, f.state.Good, f.state.Since = Well, nil, now, time.Time{}
		f.save(docs, now)
	}
}

// withLastGood adds the last good content of files that cannot be read, or
// that a glob should find and does not.
func (f *feed) withLastGood(docs []Document, problems Problems) []Document {
	if len(problems) == 0 || f.spec.URL != "" {
		return docs
	}
	out := slices.Clone(docs)
	for name, d := range f.goodDocs {
		there := func(d Document) bool { return d.Name == name }
		missed := func(p Problem) bool { return p.File == name || isGlob(p.File) && matchesGlob(p.File, name) }
		if !slices.ContainsFunc(docs, there) && slices.ContainsFunc(problems, missed) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b Document) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func (f *feed) broken(now time.Time, problems Problems) {
	if len(problems) > doc.MaxProblems {
		problems = problems[:doc.MaxProblems]
	}
	if f.state.Health != Broken {
		f.state.Since = now
	}
	f.state.Health, f.state.Problems = Broken, problems
}

// importWhole imports what can be imported: a file with a mistake counts with
// its last good content, or not at all when it never had any, so that one of
// a thousand does not hold up the others. The answers of a web address are
// taken together or not at all.
func (f *feed) importWhole(docs []Document) (*Import, map[string]Document, Problems) {
	var problems Problems
	for range maxRounds {
		im, ps := f.importOnce(docs)
		if im != nil {
			used := make(map[string]Document, len(docs))
			for _, d := range docs {
				used[d.Name] = d
			}
			return im, used, problems
		}
		problems = append(problems, ps...)
		bad := map[string]bool{}
		for _, p := range ps {
			bad[p.File] = true
		}
		rest := f.without(bad, docs)
		if f.spec.URL != "" || len(rest) == 0 {
			return nil, nil, problems
		}
		docs = rest
	}
	return nil, nil, problems
}

// without replaces bad documents by their last good content, or leaves them
// out. It returns nil when none of the documents is bad.
func (f *feed) without(bad map[string]bool, docs []Document) []Document {
	var rest []Document
	some := false
	for _, d := range docs {
		if !bad[d.Name] {
			rest = append(rest, d)
			continue
		}
		some = true
		if old, ok := f.goodDocs[d.Name]; ok && string(old.Body) != string(d.Body) {
			rest = append(rest, old)
		}
	}
	if !some {
		return nil
	}
	return rest
}

// importOnce runs the importer. What it makes of strange input must not take
// Baton down, so a panic is a problem of the source too.
func (f *feed) importOnce(docs []Document) (im *Import, problems Problems) {
	defer func() {
		if r := recover(); r != nil {
			im, problems = nil, Problems{{File: f.spec.Name, What: fmt.Sprintf("the importer fails: %v", r), Remedy: "report it with the file"}}
		}
	}()
	c, err := f.importer.Import(docs, f.spec.Options)
	if err == nil {
		im, err = NewImport(f.spec.Name, c)
	}
	if err != nil {
		return nil, doc.Of(f.spec.Place(), err)
	}
	return im, nil
}
