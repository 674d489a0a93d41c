package spanlog

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Digests of records whose segments are deleted live on in small files until the window has passed. A file takes
// chunks for at most a window and is deleted when its newest entry has left the window, so about three exist.
//
// chunk: 0 magic, 4 crc32c of bytes 8-end, 8 count, then count times digest (16), time (8), offset (8)
const (
	digestsSuffix = ".digests"
	digestsMagic  = 0xB7A70F02
	digestsHeader = 12
	digestsEntry  = 32
)

type digestsFile struct {
	path   string
	since  int64
	newest int64
}

// digestFiles is used by one goroutine at a time (Log.reclaiming).
type digestFiles struct {
	dir    string
	window time.Duration
	number uint64
	files  []digestsFile
	open   *os.File // of the last of files
}

// loadDigests reads the files of dir, oldest first. A torn or damaged chunk ends its file: those digests are unknown,
// and damaged counts it.
func loadDigests(dir string, window time.Duration) (d *digestFiles, found []entry, damaged int, err error) {
	d = &digestFiles{dir: dir, window: window}
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, nil, 0, err
	}
	var numbers []uint64
	for _, n := range names {
		if name, ok := strings.CutSuffix(n.Name(), digestsSuffix); ok {
			if number, err := strconv.ParseUint(name, 16, 64); err == nil {
				numbers = append(numbers, number)
			}
		}
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		path := d.path(number)
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, 0, err
		}
		entries, whole := parseDigests(b)
		if !whole {
			damaged++
		}
		file := digestsFile{path: path}
		for _, e := range entries {
			file.newest = max(file.newest, e.time)
		}
		d.files = append(d.files, file)
		d.number = number + 1
		found = append(found, entries...)
	}
	return d, found, damaged, nil
}

func (d *digestFiles) path(number uint64) string {
	return filepath.Join(d.dir, fmt.Sprintf("%016x", number)+digestsSuffix)
}

// save appends a chunk and deletes the files that have left the window.
func (d *digestFiles) save(entries []entry, now time.Time, sync bool) error {
	d.expire(now)
	if len(entries) == 0 {
		return nil
	}
	if d.open != nil && now.UnixNano()-d.files[len(d.files)-1].since >= int64(d.window) {
		d.close()
	}
	if d.open == nil {
		path := d.path(d.number)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
		if err != nil {
			return err
		}
		d.number++
		d.open = f
		d.files = append(d.files, digestsFile{path: path, since: now.UnixNano()})
	}
	if _, err := d.open.Write(putDigests(entries)); err != nil {
		// The file may end in half a chunk now, and nothing behind it would be read: the next chunk begins a new file.
		d.close()
		return err
	}
	file := &d.files[len(d.files)-1]
	for _, e := range entries {
		file.newest = max(file.newest, e.time)
	}
	if sync {
		return d.open.Sync()
	}
	return nil
}

func (d *digestFiles) expire(now time.Time) {
	last := len(d.files) - 1
	kept := d.files[:0]
	for i, f := range d.files {
		if open := i == last && d.open != nil; open || now.UnixNano()-f.newest < int64(d.window) || removeFile(f.path) != nil {
			kept = append(kept, f)
		}
	}
	d.files = kept
}

func (d *digestFiles) close() error {
	if d.open == nil {
		return nil
	}
	err := d.open.Close()
	d.open = nil
	return err
}

func putDigests(entries []entry) []byte {
	le := binary.LittleEndian
	b := make([]byte, digestsHeader, digestsHeader+len(entries)*digestsEntry)
	le.PutUint32(b, digestsMagic)
	le.PutUint32(b[8:], uint32(len(entries)))
	for _, e := range entries {
		b = append(b, e.digest[:]...)
		b = le.AppendUint64(b, uint64(e.time))
		b = le.AppendUint64(b, e.offset)
	}
	le.PutUint32(b[4:], crc32.Checksum(b[8:], castagnoli))
	return b
}

// parseDigests reads chunks until the first that is not whole.
func parseDigests(b []byte) (entries []entry, whole bool) {
	le := binary.LittleEndian
	for len(b) > 0 {
		if len(b) < digestsHeader || le.Uint32(b) != digestsMagic {
			return entries, false
		}
		size := digestsHeader + uint64(le.Uint32(b[8:]))*digestsEntry
		if size > uint64(len(b)) || le.Uint32(b[4:]) != crc32.Checksum(b[8:size], castagnoli) {
			return entries, false
		}
		for c := b[digestsHeader:size]; len(c) > 0; c = c[digestsEntry:] {
			e := entry{time: int64(le.Uint64(c[16:])), offset: le.Uint64(c[24:])}
			copy(e.digest[:], c)
			entries = append(entries, e)
		}
		b = b[size:]
	}
	return entries, true
}
