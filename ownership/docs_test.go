package ownership

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the documentation shows is taken as it stands.
func TestDocumentedFiles(t *testing.T) {
	b, err := os.ReadFile("../docs/ownership.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(b), -1) {
		if strings.HasPrefix(strings.TrimLeft(m[1], "# \n"), "a pipeline") {
			continue
		}
		n++
		f, err := Parse(fmt.Sprintf("block-%d.yaml", i+1), []byte(m[1]))
		if err != nil {
			t.Errorf("%v\n%s", err, m[1])
			continue
		}
		if _, err := New(f); err != nil {
			t.Errorf("%v\n%s", err, m[1])
		}
	}
	if n < 9 {
		t.Errorf("%d files found", n)
	}
}
