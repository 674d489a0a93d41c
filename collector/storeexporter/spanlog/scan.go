package spanlog

import (
	"bytes"
	"encoding/binary"
	"io"
)

// scanChunk is what is read at a time while looking for the next frame behind damaged bytes.
const scanChunk = 64 << 10

var magicBytes = binary.LittleEndian.AppendUint32(nil, frameMagic)

// nextFrame finds the first frame at or behind pos in a file whose first byte has offset base and of which limit bytes
// count. ok is false when there is none. skipped is how many bytes between pos and the frame (or limit) are no frame.
// An error is one of reading, never of what was read.
func nextFrame(file io.ReaderAt, base uint64, pos, limit int64) (f frame, skipped int64, ok bool, err error) {
	pos = max(pos, segmentHeader)
	if pos >= limit {
		return frame{}, 0, false, nil
	}
	var head [frameHeader]byte
	if f, ok, err = frameAt(file, base, pos, limit, head[:]); ok || err != nil {
		return f, 0, ok, err
	}
	chunk := make([]byte, scanChunk)
	for at := pos + 1; at+frameHeader <= limit; {
		n := min(int64(len(chunk)), limit-at)
		if err := readFull(file, chunk[:n], at); err != nil {
			return frame{}, 0, false, err
		}
		for i := 0; ; i++ {
			next := bytes.Index(chunk[i:n], magicBytes)
			if next < 0 {
				break
			}
			i += next
			if f, ok, err = frameAt(file, base, at+int64(i), limit, head[:]); ok || err != nil {
				return f, at + int64(i) - pos, ok, err
			}
		}
		// The last three bytes may begin a magic that the next chunk completes.
		at += max(n-int64(len(magicBytes))+1, 1)
	}
	return frame{}, limit - pos, false, nil
}

func frameAt(file io.ReaderAt, base uint64, pos, limit int64, head []byte) (frame, bool, error) {
	if pos+frameHeader > limit {
		return frame{}, false, nil
	}
	if err := readFull(file, head, pos); err != nil {
		return frame{}, false, err
	}
	f, ok := parseFrame(head, base+uint64(pos))
	return f, ok && pos+frameHeader+int64(f.length) <= limit, nil
}

// readFull fills b; a file that ends early is an error, because limit said that the bytes are there.
func readFull(file io.ReaderAt, b []byte, pos int64) error {
	n, err := file.ReadAt(b, pos)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
