package flow

import (
	"slices"
	"testing"
)

// Facts are used again for the next span: what a narrow span keeps must not
// change with them, and keys are shared only where they are the same.
func TestNarrowSpansShareOnlyKeysThatAreTheSame(t *testing.T) {
	order, parcel := Key{Name: "order.id", Value: "1", Hash: 1}, Key{Name: "parcel.id", Value: "2", Hash: 2}
	f := &Facts{Keys: []Key{order}}
	first := f.Narrow()
	for _, tc := range []struct {
		name   string
		keys   []Key
		shared bool
	}{
		{"the same", []Key{order}, true},
		{"others", []Key{parcel}, false},
		{"one more", []Key{order, parcel}, false},
		{"none", nil, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := &Facts{Keys: slices.Clone(tc.keys)}
			s := f.NarrowBeside(first.Keys)
			for i := range f.Keys {
				f.Keys[i] = Key{Name: "of the next span"}
			}
			if !slices.Equal(s.Keys, tc.keys) {
				t.Errorf("it has %v, want %v", s.Keys, tc.keys)
			}
			if shared := len(s.Keys) > 0 && &s.Keys[0] == &first.Keys[0]; shared != tc.shared {
				t.Errorf("shared: %v", shared)
			}
		})
	}
}
