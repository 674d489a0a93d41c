package joinerextension

import (
	"encoding/binary"

	"github.com/bits-and-blooms/bloom/v3"
)

// filter remembers which traces and values the store may hold, so that a new
// one, which is the usual case, costs no look-up. It errs only on the safe
// side: a false "maybe" costs one row of a batched query.
type filter struct{ b *bloom.BloomFilter }

// filterBytes is 16 MiB: at 10 million traces and values 0.1 % false answers,
// at 40 million about one in five, which still saves four look-ups of five.
const filterBytes = 16 << 20

func newFilter() *filter { return &filter{bloom.New(filterBytes*8, 7)} }

// addNew adds a hash and reports whether it was there before, or may have been.
func (f *filter) addNew(h uint64) (was bool) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], h)
	return f.b.TestOrAdd(b[:])
}

func (f *filter) add(h uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], h)
	f.b.Add(b[:])
}

func (f *filter) maybe(h uint64) bool {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], h)
	return f.b.Test(b[:])
}
