package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// LoadState reads a small value, nil when there is none.
func (s *Store) LoadState(ctx context.Context, key string) ([]byte, error) {
	value, _, err := s.StateAt(ctx, key)
	return value, err
}

// SaveState writes a small value. Of two writers the last one counts; who must
// know that nobody else wrote uses SwapState.
func (s *Store) SaveState(ctx context.Context, key string, value []byte) error {
	for tries := range uint64(saveTries) {
		_, revision, err := s.StateAt(ctx, key)
		if err != nil {
			return err
		}
		// A revision further on each time: the table may remember the next one as
		// written although its row is gone, as after a power cut.
		ok, err := s.SwapState(ctx, key, value, revision+tries)
		if err != nil || ok {
			return err
		}
	}
	return fmt.Errorf("state %q was written by others each of %d times: is another Baton using this store?", key, saveTries)
}

// saveTries is more often than writers that take turns get into each other's way.
const saveTries = 20

// StateAt reads a small value and its revision, which is 0 when there is none.
func (s *Store) StateAt(ctx context.Context, key string) (value []byte, revision uint64, err error) {
	err = s.each(ctx, "state_load", params{"key": key}, func(r driver.Rows) error {
		var v string
		err := r.Scan(&revision, &v)
		value = []byte(v)
		return err
	})
	return value, revision, err
}

// SwapState writes a value if the one that is there still has the revision that
// the caller read, and reports whether it did: this is what a lease is made of.
// Two writers of the same revision are told apart by the deduplication of the
// table, so values of different writers must differ.
func (s *Store) SwapState(ctx context.Context, key string, value []byte, read uint64) (bool, error) {
	var keys, values proto.ColStr
	keys.Append(key)
	values.AppendBytes(value)
	revisions := proto.ColUInt64{read + 1}
	in := proto.Input{{Name: "key", Data: &keys}, {Name: "revision", Data: &revisions}, {Name: "value", Data: &values}}
	token := strconv.FormatUint(read+1, 10) + "/" + key
	if err := s.write.send(ctx, "joiner_state", token, in); err != nil {
		return false, err
	}
	now, revision, err := s.StateAt(ctx, key)
	return err == nil && revision == read+1 && string(now) == string(value), err
}

// Shared reports whether other processes may write to the same store: only the
// embedded engine is ours alone.
func (s *Store) Shared() bool { return s.engine == nil }
