package joinerextension

import (
	"testing"
	"time"
)

func TestSources(t *testing.T) {
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	var s sources
	at := start.Add
	for i := range 600 {
		d := time.Duration(i) * time.Second
		s.hear("busy", at(d))
		if d < 5*time.Minute {
			s.hear("dies", at(d))
		}
		if i%300 == 0 {
			s.hear("seldom", at(d))
		}
	}
	died := 299 * time.Second
	tests := []struct {
		name    string
		service string
		now     time.Duration
		sent    time.Duration
		want    bool
	}{
		{"heard since", "busy", 599 * time.Second, 590 * time.Second, false},
		{"may still be heard", "busy", 601 * time.Second, 600 * time.Second, true},
		{"everything has stopped", "busy", time.Hour, 600 * time.Second, false},
		{"gone quiet while others have not", "dies", 599 * time.Second, 310 * time.Second, true},
		{"heard before it died", "dies", 599 * time.Second, 290 * time.Second, false},
		{"no past to speak of", "seldom", 599 * time.Second, 500 * time.Second, false},
		{"never heard of", "unknown", 599 * time.Second, 0, false},
	}
	for _, tc := range tests {
		e := expectations{sources: &s, now: at(tc.now)}
		if got := e.Quiet(tc.service, at(tc.sent).UnixNano()); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
	if silent := s.silent(); len(silent) != 0 {
		t.Errorf("silent before five minutes have passed: %v", silent)
	}
	s.hear("busy", at(died+leastSilent+time.Second))
	if silent := s.silent(); len(silent) != 1 || silent[0].service != "dies" || !silent[0].since.Equal(at(died)) {
		t.Errorf("%v", silent)
	}
}
