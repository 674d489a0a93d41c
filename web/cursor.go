package web

import (
	"encoding/base64"
	"encoding/json"
	"hash/crc32"
	"strings"
	"time"
)

// cursorVersion changes when old cursors can no longer be understood.
const cursorVersion = 1

// cursor is where a page ended. Clients treat it as opaque, and may change it
// as they like: a cursor selects rows only among those that the request itself
// may see.
type cursor struct {
	Version int    `json:"v"`
	Query   uint32 `json:"q"` // of the list and its parameters
	From    int64  `json:"f,omitempty"`
	To      int64  `json:"t,omitempty"`
	Offset  int    `json:"o,omitempty"` // rows before the next page, for lists that are sorted in memory
	Rank    uint8  `json:"r,omitempty"`
	Time    int64  `json:"a,omitempty"`
	ID      string `json:"i,omitempty"`
}

// queryHash ties a cursor to the list and the parameters it came from. Limit
// may change from page to page; a window may be relative.
func queryHash(parts ...string) uint32 {
	return crc32.ChecksumIEEE([]byte(strings.Join(parts, "\x00")))
}

func (c cursor) encode() *string {
	c.Version = cursorVersion
	b, err := json.Marshal(c)
	if err != nil {
		return nil // numbers and a hex string cannot fail
	}
	s := base64.RawURLEncoding.EncodeToString(b)
	return &s
}

// maxOffset bounds what a forged cursor can ask for.
const maxOffset = 1 << 24

func decodeCursor(s string, query uint32) (cursor, *FieldError) {
	bad := func(why string) (cursor, *FieldError) {
		return cursor{}, &FieldError{Field: "cursor", Detail: why, Remedy: "Pass next_cursor as it came, or leave cursor out to start again."}
	}
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(b, &c) != nil {
		return bad("is damaged")
	}
	switch {
	case c.Version != cursorVersion:
		return bad("is of another version of Baton")
	case c.Query != query:
		return bad("belongs to another list or other filters")
	case c.Offset < 0 || c.Offset > maxOffset || len(c.ID) > 64 || c.From > c.To || c.From < minTime.UnixNano() || c.To > maxTime.UnixNano():
		return bad("is damaged")
	}
	return c, nil
}

func (c cursor) window() (from, to time.Time) {
	return time.Unix(0, c.From).UTC(), time.Unix(0, c.To).UTC()
}
