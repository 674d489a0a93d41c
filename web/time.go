package web

import (
	"fmt"
	"time"
)

// timeLayout has nine digits of fraction always, so that times sort as strings.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// Time is a moment on the wire.
type Time struct{ time.Time }

// unixTime is the wire form of Unix nanoseconds.
func unixTime(ns int64) Time { return Time{time.Unix(0, ns)} }

// unixTimeOrNil is unixTime where 0 stands for "has not happened".
func unixTimeOrNil(ns int64) *Time {
	if ns == 0 {
		return nil
	}
	t := unixTime(ns)
	return &t
}

func (t Time) String() string { return t.UTC().Format(timeLayout) }

// MarshalJSON writes RFC 3339 in UTC.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.UTC().AppendFormat(make([]byte, 0, len(timeLayout)+2), `"`+timeLayout+`"`), nil
}

// UnmarshalJSON reads RFC 3339, so that Go clients can use the generated types.
func (t *Time) UnmarshalJSON(b []byte) error {
	parsed, err := time.Parse(`"`+time.RFC3339Nano+`"`, string(b))
	if err != nil {
		return fmt.Errorf("time %.64q: %w", b, err)
	}
	t.Time = parsed
	return nil
}
