package spanlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A segment is a file of frames. Its name is the offset of its first byte, so an offset finds its file and the place in it.
//
//	0 magic, 8 crc32c of bytes 12-32, 12 version, 16 seed of the digests, 24 base
const (
	segmentHeader  = 32
	segmentMagic   = "BATONLOG"
	segmentVersion = 1
	segmentSuffix  = ".log"
)

// segment is what is known of a file. All but size is fixed; size is guarded by Log.mu and counts only whole, committed
// records, so nobody reads beyond it.
type segment struct {
	path   string
	base   uint64
	seed   uint64
	size   int64
	sealed bool
}

func (s segment) end() uint64 { return s.base + uint64(s.size) }

func segmentPath(dir string, base uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x", base)+segmentSuffix)
}

// createSegment makes the file with its header; on an error nothing is left behind.
func createSegment(dir string, base, seed uint64) (*os.File, *segment, error) {
	path := segmentPath(dir, base)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, err
	}
	b := make([]byte, segmentHeader)
	copy(b, segmentMagic)
	binary.LittleEndian.PutUint32(b[12:], segmentVersion)
	binary.LittleEndian.PutUint64(b[16:], seed)
	binary.LittleEndian.PutUint64(b[24:], base)
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b[12:], castagnoli))
	if _, err := f.Write(b); err != nil {
		return nil, nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return f, &segment{path: path, base: base, seed: seed, size: segmentHeader}, nil
}

// listSegments finds the segments of dir in order. A file header that is damaged does not lose the file: its frames
// are checked with the seed of the log. A version that is not ours is refused, so that nothing of it is harmed.
func listSegments(dir string, seed uint64) ([]*segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []*segment
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), segmentSuffix)
		base, err := strconv.ParseUint(name, 16, 64)
		if !ok || err != nil || len(name) != 16 {
			continue
		}
		s, err := openSegment(filepath.Join(dir, e.Name()), base, seed)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	slices.SortFunc(found, func(a, b *segment) int {
		if a.base < b.base {
			return -1
		}
		return 1
	})
	// Where cutting a file back after a refused write did not work, the next segment begins inside it: the next wins.
	for i := 1; i < len(found); i++ {
		if room := int64(found[i].base - found[i-1].base); found[i-1].size > room {
			found[i-1].size = room
		}
	}
	return found, nil
}

func openSegment(path string, base, seed uint64) (*segment, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	s := &segment{path: path, base: base, seed: seed, size: info.Size(), sealed: true}
	b := make([]byte, segmentHeader)
	if n, _ := f.ReadAt(b, 0); n == segmentHeader && string(b[:8]) == segmentMagic &&
		binary.LittleEndian.Uint32(b[8:]) == crc32.Checksum(b[12:], castagnoli) {
		if v := binary.LittleEndian.Uint32(b[12:]); v != segmentVersion {
			return nil, fmt.Errorf("%s has format version %d and this program reads %d: use the version that wrote it", path, v, segmentVersion)
		}
		s.seed = binary.LittleEndian.Uint64(b[16:])
	}
	return s, nil
}

// removeFile treats a file that is gone already as removed.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
