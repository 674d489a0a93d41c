package ownership

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cespare/xxhash/v2"
)

// kept is the last good answer of a web address on disk, so that a catalogue
// that is away when Baton starts takes nobody's endpoints from them.
type kept struct {
	Source    string     `json:"source"` // of people, who wonder what the file is
	At        time.Time  `json:"at"`
	Documents []Document `json:"documents"`
}

func (w *Watcher) cacheFile(s *Spec) string {
	if w.cache == "" {
		return ""
	}
	return filepath.Join(w.cache, fmt.Sprintf("%016x.json", xxhash.Sum64String(s.Type+"\x00"+s.URL)))
}

// restore takes what was kept. What cannot be read counts as nothing.
func (f *feed) restore() {
	if f.cache == "" || f.remote == nil {
		return
	}
	b, err := os.ReadFile(f.cache)
	var k kept
	if err != nil || json.Unmarshal(b, &k) != nil || len(k.Documents) == 0 {
		return
	}
	f.restored, f.state.Good = true, k.At
	f.set(k.Documents, nil)
}

// save keeps what was imported. A disk that does not take it costs a start
// without the catalogue, which is no reason to do anything else differently.
func (f *feed) save(docs []Document, now time.Time) {
	if f.cache == "" || f.remote == nil {
		return
	}
	b, err := json.Marshal(kept{f.spec.Name, now, docs})
	if err != nil || os.MkdirAll(filepath.Dir(f.cache), 0o700) != nil {
		return
	}
	// A catalogue may hold what not everybody on the machine should read.
	tmp := f.cache + ".tmp"
	if os.WriteFile(tmp, b, 0o600) == nil {
		_ = os.Rename(tmp, f.cache)
	}
}
