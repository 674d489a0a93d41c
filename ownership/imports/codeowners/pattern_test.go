package codeowners

import (
	"encoding/json"
	"os"
	"testing"
)

// The patterns and paths are those of github.com/hmarr/codeowners.
func TestGitHubPatterns(t *testing.T) {
	b, err := os.ReadFile("testdata/patterns.json")
	if err != nil {
		t.Fatal(err)
	}
	var tests []struct {
		Name, Pattern string
		Paths         map[string]bool
	}
	if err := json.Unmarshal(b, &tests); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, tt := range tests {
		t.Run(tt.Name, func(t *testing.T) {
			p, err := github.compile(tt.Pattern)
			if err != nil {
				t.Fatal(err)
			}
			for path, want := range tt.Paths {
				n++
				if got := p.match(path); got != want {
					t.Errorf("%s and %s: %v, want %v (%s)", tt.Pattern, path, got, want, p.re)
				}
			}
		})
	}
	if len(tests) != 30 || n != 153 {
		t.Errorf("%d patterns and %d paths, want 30 and 153", len(tests), n)
	}
}

// What GitLab's documentation says of its patterns.
func TestGitLabPatterns(t *testing.T) {
	tests := []struct {
		pattern string
		yes, no []string
	}{
		{"*", []string{"a", "a/b/c", ".gitignore"}, nil},
		{"README.md", []string{"README.md", "docs/README.md"}, []string{"README.md/x", "xREADME.md"}},
		{"/README.md", []string{"README.md"}, []string{"docs/README.md"}},
		{"internal/README.md", []string{"internal/README.md", "docs/internal/README.md"}, []string{"internal/x/README.md"}},
		{"/docs/", []string{"docs/a", "docs/a/b"}, []string{"docs", "x/docs/a"}},
		{"docs/", []string{"docs/a", "x/docs/a/b"}, []string{"docs"}},
		{"docs", []string{"docs", "x/docs"}, []string{"docs/a"}},
		{"/docs/*", []string{"docs/a"}, []string{"docs/a/b"}},
		{"/docs/**", []string{"docs/a"}, []string{"docs/a/b"}},
		{"/docs/**/*.md", []string{"docs/a.md", "docs/b/c/a.md"}, []string{"docs/a.txt", "a.md"}},
		{"*.rb", []string{"a.rb", "x/y/a.rb", ".rb"}, []string{"a.rb/x"}},
		{"/config/[a-c]?.rb", []string{"config/ax.rb"}, []string{"config/dx.rb", "config/a.rb"}},
		{"/config/[!a-c].rb", []string{"config/d.rb"}, []string{"config/a.rb", "config//.rb"}},
		{`path with spaces/`, []string{"path with spaces/a"}, nil},
		{`\#file`, []string{"#file"}, []string{`\#file`}},
	}
	for _, tt := range tests {
		t.Run(tt.pattern, func(t *testing.T) {
			p, err := gitlab.compile(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range tt.yes {
				if !p.match(path) {
					t.Errorf("%s does not match %s (%s)", tt.pattern, path, p.re)
				}
			}
			for _, path := range tt.no {
				if p.match(path) {
					t.Errorf("%s matches %s (%s)", tt.pattern, path, p.re)
				}
			}
		})
	}
}
