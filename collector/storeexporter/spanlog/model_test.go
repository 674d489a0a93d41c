package spanlog

import (
	"bytes"
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"go.uber.org/zap"
	"pgregory.net/rapid"
)

// model is what the log should hold: a list of records, and ranges as stretches of it.
type model struct {
	dir     string
	clock   *clock
	log     *Log
	records []modelRecord
	ranges  []Range // open, in order
	uncut   uint64
	ids     map[string]bool
}

type modelRecord struct {
	data []byte
	pos  uint64
	end  Position
	time time.Time
	lost bool
}

// Whatever is done to a log, and wherever its newest file is cut off or garbage is put behind it, it agrees with the model.
func TestLogAgreesWithItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "spanlog")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		m := &model{dir: dir, clock: newClock(), ids: map[string]bool{}}
		m.open(rt)
		defer func() { m.log.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"append": m.append,
			"cut":    m.cut,
			"done":   m.done,
			"wait": func(rt *rapid.T) {
				m.clock.Advance(time.Duration(rapid.IntRange(0, 400).Draw(rt, "seconds")) * time.Second)
			},
			"reopen":   m.reopen,
			"truncate": m.truncate,
			"garbage":  m.garbage,
			"":         m.check,
		})
	})
}

func (m *model) open(rt *rapid.T) {
	l, err := Open(small(m.dir, m.clock), zap.NewNop())
	if err != nil {
		rt.Fatal(err)
	}
	m.log = l
}

func (m *model) close(rt *rapid.T) {
	if err := m.log.Close(); err != nil {
		rt.Fatal(err)
	}
}

func (m *model) reopen(rt *rapid.T) {
	m.close(rt)
	m.open(rt)
}

func (m *model) append(rt *rapid.T) {
	data := record(rapid.IntRange(0, 30).Draw(rt, "record"), rapid.SampledFrom([]int{8, 200, 1000, 5000}).Draw(rt, "size"))
	known := slices.ContainsFunc(m.records, func(r modelRecord) bool {
		return !r.lost && bytes.Equal(r.data, data) && m.clock.Now().Sub(r.time) < 10*time.Minute
	})
	pos, duplicate, err := m.log.Append(context.Background(), data, 2)
	if err != nil || duplicate != known {
		rt.Fatalf("append: duplicate %v, want %v, error %v", duplicate, known, err)
	}
	if !known {
		m.records = append(m.records, modelRecord{data: data, pos: pos.Offset, end: m.log.end(), time: m.clock.Now()})
	}
}

func (m *model) cut(rt *rapid.T) {
	var ends []Position
	for _, r := range m.records {
		if !r.lost && r.end.Offset > m.uncut {
			ends = append(ends, r.end)
		}
	}
	if len(ends) == 0 {
		return
	}
	r, err := m.log.Cut(rapid.SampledFrom(ends).Draw(rt, "end"))
	if err != nil || m.ids[r.ID] {
		rt.Fatalf("cut: %v, %v", r, err)
	}
	m.ids[r.ID] = true
	m.ranges = append(m.ranges, r)
	m.uncut = r.To.Offset
}

func (m *model) done(rt *rapid.T) {
	if len(m.ranges) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.ranges)-1).Draw(rt, "range")
	r := m.ranges[i]
	if err := m.log.Done(r.ID); err != nil {
		rt.Fatal(err)
	}
	m.ranges = slices.Delete(m.ranges, i, i+1)
}

// truncate is a power cut without syncing: the newest file ends anywhere.
func (m *model) truncate(rt *rapid.T) {
	m.close(rt)
	if names := segmentFiles(rt, m.dir); len(names) > 0 {
		path := names[len(names)-1]
		info, err := os.Stat(path)
		if err != nil {
			rt.Fatal(err)
		}
		base := m.baseOf(path)
		length := rapid.Int64Range(0, info.Size()).Draw(rt, "length")
		if err := os.Truncate(path, length); err != nil {
			rt.Fatal(err)
		}
		for i, r := range m.records {
			if r.pos >= base && r.end.Offset > base+uint64(length) {
				m.records[i].lost = true
			}
		}
	}
	m.open(rt)
}

func (m *model) baseOf(path string) uint64 {
	all, err := listSegments(m.dir, 0)
	if err != nil {
		panic(err)
	}
	for _, s := range all {
		if s.path == path {
			return s.base
		}
	}
	panic(path)
}

// garbage is a write that was not finished.
func (m *model) garbage(rt *rapid.T) {
	m.close(rt)
	names := segmentFiles(rt, m.dir)
	bytes := rapid.SliceOfN(rapid.Byte(), 1, 300).Draw(rt, "bytes")
	if len(names) > 0 {
		f, err := os.OpenFile(names[len(names)-1], os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := f.Write(bytes); err != nil {
			rt.Fatal(err)
		}
		f.Close()
	}
	m.open(rt)
	if s := m.log.Stats(); len(names) > 0 && s.TornBytes < int64(len(bytes)) {
		rt.Fatalf("%d bytes of garbage, %+v", len(bytes), s)
	}
}

func (m *model) check(rt *rapid.T) {
	open := m.log.Ranges()
	if !slices.Equal(open, m.ranges) {
		rt.Fatalf("ranges are %v, want %v", open, m.ranges)
	}
	for _, r := range open {
		if got, want := inRange(rt, m.log, r), m.want(r.From.Offset, r.To.Offset); !same(got, want) {
			rt.Fatalf("range %s has %d records, want %d", r.ID, len(got), len(want))
		}
	}
	got, _ := all(rt, m.log, m.log.Uncut())
	if want := m.want(m.uncut, 1<<62); !same(got, want) {
		rt.Fatalf("%d records are in no range, want %d", len(got), len(want))
	}
	if s := m.log.Stats(); s.DamagedBytes != 0 {
		rt.Fatalf("%+v", s)
	}
	// All files but the newest hold something that is not done.
	names := segmentFiles(rt, m.dir)
	for i, name := range names[:max(len(names)-1, 0)] {
		if end := m.baseOf(names[i+1]); end <= m.log.floor().Offset {
			rt.Fatalf("%s is done and still there", name)
		}
	}
}

func (m *model) want(from, to uint64) (data [][]byte) {
	for _, r := range m.records {
		if r.pos >= from && r.pos < to && !r.lost {
			data = append(data, r.data)
		}
	}
	return data
}
