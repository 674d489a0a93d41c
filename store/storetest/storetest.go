// Package storetest gives tests of other packages a store on the real engine.
package storetest

import (
	"context"
	"testing"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

// New opens a store with a database of its own, which goes with the test. The
// functions change its configuration before it opens.
func New(t testing.TB, rules flow.Rules, change ...func(*store.Config)) *store.Store {
	t.Helper()
	x, err := flow.NewExtractor(rules)
	if err != nil {
		t.Fatal(err)
	}
	c := store.Config{Options: enginetest.New(t), Extractor: x}
	for _, f := range change {
		f(&c)
	}
	s, err := store.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}
