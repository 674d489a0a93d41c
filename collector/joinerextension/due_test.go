package joinerextension

import (
	"testing"
	"time"

	"github.com/baton-observability/baton/flow"
)

// In a rush only a flow that plainly waits for more is not judged at first sight.
func TestWhenAFlowIsDue(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	whole, waits, torn := []flow.Segment{{Open: 1}, {Open: -1}}, []flow.Segment{{Open: 1}, {}}, []flow.Segment{{Orphans: 1}}
	for _, tc := range []struct {
		name           string
		segments       []flow.Segment
		rush, judged   bool
		quiet, waiting time.Duration
		want           bool
	}{
		{name: "new", segments: waits, want: true},
		{name: "new in a rush, and whole", segments: whole, rush: true, want: true},
		{name: "new in a rush, and a message is not taken up", segments: waits, rush: true},
		{name: "new in a rush, and a parent is missing", segments: torn, rush: true},
		{name: "quiet for long enough", segments: torn, rush: true, quiet: 500 * time.Millisecond, want: true},
		{name: "growing for long enough", segments: torn, rush: true, waiting: 2 * time.Second, want: true},
		{name: "judged before, and grows", segments: whole, judged: true},
		{name: "judged before, and quiet", segments: whole, judged: true, quiet: time.Second, want: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			j := &joiner{cfg: defaultConfig().(*Config), rush: tc.rush}
			f := &flowState{changed: now.Add(-tc.quiet), waiting: now.Add(-tc.waiting)}
			for _, s := range tc.segments {
				f.segs = append(f.segs, &seg{Segment: s})
			}
			if tc.judged {
				f.said = 1
			}
			if got := j.due(f, now); got != tc.want {
				t.Errorf("due: %v", got)
			}
		})
	}
}
