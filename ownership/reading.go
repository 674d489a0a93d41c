package ownership

import (
	"encoding/binary"
	"maps"
	"path/filepath"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/cespare/xxhash/v2"
	"github.com/fsnotify/fsnotify"

	"github.com/baton-observability/baton/ownership/internal/doc"
)

// reading is the content of all files at one time.
type reading struct {
	files    []content // in the order of their paths
	problems Problems  // of the paths
	hash     uint64    // of names, contents and problems
}

type content struct {
	name    string
	bytes   []byte
	problem *Problem
}

func read(paths []string) reading {
	names, problems := expand(paths)
	r := reading{problems: problems}
	hash := xxhash.New()
	add := func(b []byte) {
		_, _ = hash.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(b))))
		_, _ = hash.Write(b)
	}
	for _, p := range problems {
		add([]byte(p.Error()))
	}
	for _, name := range names {
		c := content{name: name}
		c.bytes, c.problem = readFile(name)
		add([]byte(name))
		add(c.bytes)
		if c.problem != nil {
			add([]byte(c.problem.Error()))
		}
		r.files = append(r.files, c)
	}
	r.hash = hash.Sum64()
	return r
}

// parse returns the file, or the one before when its content is the same.
func (c *content) parse(before *File) (*File, Problems) {
	if c.problem != nil {
		return nil, Problems{*c.problem}
	}
	if before != nil && before.hash == xxhash.Sum64(c.bytes) {
		return before, nil
	}
	f, err := Parse(c.name, c.bytes)
	if err != nil {
		return nil, doc.Of(c.name, err)
	}
	return f, nil
}

// maxFolders bounds what one list of files takes of the system's watches; the
// poll sees the rest.
const maxFolders = 1000

// foldersOf returns the folders to watch for files that paths stand for. A
// file that is replaced by renaming has no watch of its own left, so it is its
// folder that counts. Kubernetes swaps a link in the folder of the mount, which
// is that folder too; a link to elsewhere needs the folder of its target.
func foldersOf(paths, names []string) []string {
	folders := map[string]bool{}
	for _, path := range paths {
		if isGlob(path) {
			base, _ := doublestar.SplitPattern(filepath.ToSlash(filepath.Clean(path)))
			folders[filepath.FromSlash(base)] = true
		}
	}
	for _, name := range names {
		if len(folders) >= maxFolders {
			break
		}
		folders[filepath.Dir(name)] = true
		if target, err := filepath.EvalSymlinks(name); err == nil {
			folders[filepath.Dir(target)] = true
		}
	}
	return slices.Sorted(maps.Keys(folders))
}

// watchFolders watches these folders and no others. Folders that appear later
// below a `**` are seen by the poll, and watched from then on. Errors are left
// to the poll.
func watchFolders(notifier *fsnotify.Watcher, folders []string) {
	want := make(map[string]bool, len(folders))
	for _, folder := range folders {
		want[folder] = true
	}
	for _, folder := range notifier.WatchList() {
		if !want[folder] {
			_ = notifier.Remove(folder)
		}
		delete(want, folder)
	}
	for folder := range want {
		_ = notifier.Add(folder)
	}
}
