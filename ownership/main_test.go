package ownership

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func mustSet(t testing.TB, yaml string) *Set {
	t.Helper()
	f, err := Parse("ownership.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
