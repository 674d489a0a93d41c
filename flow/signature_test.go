package flow

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSignature(t *testing.T) {
	for _, c := range []struct{ reason, want string }{
		{"", ""},
		{"ledger is read-only", "ledger is read-only"},
		{"HTTP 503", "HTTP 503"},
		{"HTTP 503 ServiceBusy", "HTTP 503 ServiceBusy"},
		{"order 4711 not found", "order {} not found"},
		{"order #4711: no stock", "order {}: no stock"},
		{"order 'A-4711' not found", "order '{}' not found"},
		{"no item (id=7)", "no item ({})"},
		{"SQLSTATE 23505: duplicate key", "SQLSTATE 23505: duplicate key"},
		{"error 40P01 in row 40501", "error 40P01 in row {}"},
		{"a1b2c3d4-0000-4000-8000-00805f9b34fb is gone", "{} is gone"},
		{"dial tcp 10.1.2.3:5432: connection refused", "dial tcp {}: connection refused"},
		{"timed out after 5s", "timed out after {}"},
		{"timed out after 1.5s", "timed out after {}"},
		{"network delay: 4.9s between shop and bank", "network delay: {} between shop and bank"},
		{"no account of ann@example.com", "no account of {}"},
		{"3 attempts", "3 attempts"},
		{"  two\nlines\tand  spaces ", "two lines and spaces"},
		{"IPv6 and utf8 words stay", "IPv6 and utf8 words stay"},
	} {
		if got := Signature(c.reason); got != c.want {
			t.Errorf("Signature(%q) = %q, want %q", c.reason, got, c.want)
		}
	}
}

func TestSignatureIsBoundedAndItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.OneOf(rapid.String(), rapid.StringMatching(`["'({]?[a-z0-9é@.-]{1,8}["')}]?`), rapid.StringMatching(`[0-9]{1,5}`),
			rapid.StringMatching(`x{150,200}[0-9]?é?`), rapid.SampledFrom([]string{"HTTP", "code", "{}", "4711", "5s"}))
		reason := strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), " ")
		s := Signature(reason)
		if len(s) > maxSignature {
			t.Fatalf("%d bytes", len(s))
		}
		if again := Signature(s); again != s {
			t.Fatalf("Signature(%q) = %q, and of that %q", reason, s, again)
		}
	})
}

func TestReasonsAreClipped(t *testing.T) {
	long := strings.Repeat("é", 400)
	if got := clip(long); len(got) > maxReason+len("…") || !strings.HasSuffix(got, "…") || strings.ToValidUTF8(got, "?") != got {
		t.Errorf("%d bytes: %q", len(got), got)
	}
	if got := clip("a\n\tb  c\xff"); got != "a b c�" {
		t.Errorf("%q", got)
	}
}
