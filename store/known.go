package store

import "sync"

// What a process has already written, by table. Writing something again is
// harmless, so that forgetting is always safe.
type knownTable uint8

const (
	knownShapes knownTable = iota
	knownResources
	knownEndpoints
)

type knownKey struct {
	table  knownTable
	period uint32 // a day, or an hour for endpoints
	id     uint64
}

// known remembers what is in the store, so that a batch carries only what is
// new. Shapes and resources are written again each day, because they go with
// the day; endpoints each hour, so that last_seen is right to the hour.
type known struct {
	mu   sync.Mutex
	seen map[knownKey]struct{}
}

// maxKnown entries take about 50 MB; real estates have thousands. Past it all is forgotten.
const maxKnown = 1 << 20

func (k *known) has(key knownKey) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.seen[key]
	return ok
}

func (k *known) mark(keys []knownKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.seen == nil || len(k.seen) > maxKnown {
		k.seen = map[knownKey]struct{}{}
	}
	for _, key := range keys {
		k.seen[key] = struct{}{}
	}
}
