package spanlog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
)

// The state file says which ranges are cut and not done. It has two slots, written in turn and allocated when the file
// is made: a write that is torn leaves the other slot, and a full disk does not keep the log from being emptied.
//
//	slot: 0 magic, 8 crc32c of bytes 12-end, 12 version, 16 length of what follows,
//	20 generation, seed, uncut position, number of ranges, then for each epoch (16), number, from, to
const (
	stateFile    = "state"
	stateMagic   = "BATONRNG"
	stateVersion = 1
	stateHeader  = 20
	stateSlot    = 64 << 10
	stateFixed   = 8 + 8 + 24 + 8
	stateRange   = 16 + 8 + 24 + 24
	// maxRanges are far more than any number of inserters keeps open, and fit a slot.
	maxRanges = 512
)

type state struct {
	generation uint64
	seed       uint64
	uncut      Position
	ranges     []Range
}

type stateStore struct {
	file *os.File
	sync bool
}

// openState reads the newest whole slot. fresh is true when there is none: a new log, or both slots are damaged.
func openState(dir string, sync bool) (store *stateStore, st state, fresh bool, err error) {
	path := filepath.Join(dir, stateFile)
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = createState(path)
	}
	if err != nil {
		return nil, state{}, false, err
	}
	fresh = true
	for slot := range int64(2) {
		b := make([]byte, stateSlot)
		n, _ := f.ReadAt(b, slot*stateSlot)
		found, ok, err := parseState(b[:n])
		if err != nil {
			f.Close()
			return nil, state{}, false, fmt.Errorf("%s: %w", path, err)
		}
		if ok && (fresh || found.generation > st.generation) {
			st, fresh = found, false
		}
	}
	return &stateStore{file: f, sync: sync}, st, fresh, nil
}

func createState(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(make([]byte, 2*stateSlot))
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), removeFile(path+".new"))
	}
	return f, nil
}

// write stores the next generation in the slot that is not the newest; st keeps its generation when that fails.
func (s *stateStore) write(st *state) error {
	st.generation++
	_, err := s.file.WriteAt(putState(*st), int64(st.generation%2)*stateSlot)
	if err == nil && s.sync {
		err = s.file.Sync()
	}
	if err != nil {
		st.generation--
	}
	return err
}

func putState(st state) []byte {
	le := binary.LittleEndian
	b := make([]byte, stateHeader, stateHeader+stateFixed+len(st.ranges)*stateRange)
	copy(b, stateMagic)
	b = le.AppendUint64(b, st.generation)
	b = le.AppendUint64(b, st.seed)
	b = appendPosition(b, st.uncut)
	b = le.AppendUint64(b, uint64(len(st.ranges)))
	for _, r := range st.ranges {
		b = append(b, r.epoch[:]...)
		b = le.AppendUint64(b, r.number)
		b = appendPosition(b, r.From)
		b = appendPosition(b, r.To)
	}
	le.PutUint32(b[12:], stateVersion)
	le.PutUint32(b[16:], uint32(len(b)-stateHeader))
	le.PutUint32(b[8:], crc32.Checksum(b[12:], castagnoli))
	return b
}

// parseState reads a slot; ok is false for one that was never written or is damaged.
func parseState(b []byte) (st state, ok bool, err error) {
	le := binary.LittleEndian
	if len(b) < stateHeader+stateFixed || string(b[:8]) != stateMagic {
		return state{}, false, nil
	}
	size := stateHeader + uint64(le.Uint32(b[16:]))
	if size < stateHeader+stateFixed || size > uint64(len(b)) || le.Uint32(b[8:]) != crc32.Checksum(b[12:size], castagnoli) {
		return state{}, false, nil
	}
	if v := le.Uint32(b[12:]); v != stateVersion {
		return state{}, false, fmt.Errorf("format version %d and this program reads %d: use the version that wrote it", v, stateVersion)
	}
	c := b[stateHeader:size]
	st = state{generation: le.Uint64(c), seed: le.Uint64(c[8:]), uncut: parsePosition(c[16:])}
	count := le.Uint64(c[40:])
	c = c[stateFixed:]
	if uint64(len(c)) != count*stateRange {
		return state{}, false, nil
	}
	for ; len(c) > 0; c = c[stateRange:] {
		r := Range{number: le.Uint64(c[16:]), From: parsePosition(c[24:]), To: parsePosition(c[48:])}
		copy(r.epoch[:], c)
		r.ID = rangeID(r.epoch, r.number)
		st.ranges = append(st.ranges, r)
	}
	return st, true, nil
}

func appendPosition(b []byte, p Position) []byte {
	b = binary.LittleEndian.AppendUint64(b, p.Offset)
	b = binary.LittleEndian.AppendUint64(b, p.Records)
	return binary.LittleEndian.AppendUint64(b, p.Rows)
}

func parsePosition(b []byte) Position {
	le := binary.LittleEndian
	return Position{Offset: le.Uint64(b), Records: le.Uint64(b[8:]), Rows: le.Uint64(b[16:])}
}
