package spanlog

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/zeebo/xxh3"
)

// A frame is a header and the record. The header has a checksum of its own and says where it stands, so that the next
// frame is found again behind damaged bytes and a copy of a frame inside a record is not taken for one. The digest of
// the record is both its checksum and what duplicates are recognised by: one pass over the bytes serves both.
//
//	0 magic, 4 crc32c of bytes 8-64, 8 length, 12 rows, 16 offset, 24 records before, 32 rows before,
//	40 time in Unix nanoseconds, 48 digest; little-endian
const frameHeader = 64

const frameMagic = 0xB7A70F01

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Position is a place between two records: the bytes, records and rows before it since the log began. The offset also
// counts file headers and, after a power cut, bytes that are no more.
type Position struct {
	Offset  uint64
	Records uint64
	Rows    uint64
}

// digest is seeded with a random number of the log, so that nobody can craft a record that collides with another's.
type digest [16]byte

func digestOf(record []byte, seed uint64) digest {
	return xxh3.Hash128Seed(record, seed).Bytes()
}

type frame struct {
	length uint32
	rows   uint32
	at     Position
	time   int64
	digest digest
}

func (f frame) end() Position {
	return Position{
		Offset:  f.at.Offset + frameHeader + uint64(f.length),
		Records: f.at.Records + 1,
		Rows:    f.at.Rows + uint64(f.rows),
	}
}

func (f frame) put(b []byte) {
	le := binary.LittleEndian
	le.PutUint32(b[0:], frameMagic)
	le.PutUint32(b[8:], f.length)
	le.PutUint32(b[12:], f.rows)
	le.PutUint64(b[16:], f.at.Offset)
	le.PutUint64(b[24:], f.at.Records)
	le.PutUint64(b[32:], f.at.Rows)
	le.PutUint64(b[40:], uint64(f.time))
	copy(b[48:], f.digest[:])
	le.PutUint32(b[4:], crc32.Checksum(b[8:frameHeader], castagnoli))
}

// parseFrame reads the header that must stand at offset.
func parseFrame(b []byte, offset uint64) (frame, bool) {
	le := binary.LittleEndian
	if le.Uint32(b) != frameMagic || le.Uint64(b[16:]) != offset ||
		le.Uint32(b[4:]) != crc32.Checksum(b[8:frameHeader], castagnoli) {
		return frame{}, false
	}
	f := frame{
		length: le.Uint32(b[8:]),
		rows:   le.Uint32(b[12:]),
		at:     Position{Offset: offset, Records: le.Uint64(b[24:]), Rows: le.Uint64(b[32:])},
		time:   int64(le.Uint64(b[40:])),
	}
	copy(f.digest[:], b[48:])
	return f, true
}
