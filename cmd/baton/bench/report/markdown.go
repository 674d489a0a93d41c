package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Between these a document holds the newest result.
const (
	begin = "<!-- baton bench: begin -->"
	end   = "<!-- baton bench: end -->"
)

// Markdown is the result for the documentation.
func (r *Result) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", r.about())
	for _, s := range r.sheets() {
		fmt.Fprintf(&b, "**%s**\n\n| %s |\n|%s\n", s.title, strings.Join(s.head, " | "), strings.Repeat("---|", len(s.head)))
		for _, row := range s.rows {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// WriteMarkdown writes the result to a file, "-" for w. In a file with marks it takes the place of what is between them. The plot
// goes beside the file.
func (r *Result) WriteMarkdown(file string, w io.Writer) error {
	if file == "-" {
		_, err := io.WriteString(w, r.Markdown())
		return err
	}
	plot := strings.TrimSuffix(file, filepath.Ext(file)) + ".svg"
	if err := os.WriteFile(plot, []byte(r.Plot()), 0o644); err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("document: %w", err)
	}
	text := fmt.Sprintf("%s\n%s\n![How much of each limit is used](%s)\n%s\n", begin, r.Markdown(), filepath.Base(plot), end)
	if before, rest, ok := strings.Cut(string(old), begin+"\n"); ok {
		_, after, closed := strings.Cut(rest, end+"\n")
		if !closed {
			return fmt.Errorf("%s has a line %q and none that ends it: %q", file, begin, end)
		}
		text = before + text + after
	} else if len(old) > 0 {
		text = strings.TrimRight(string(old), "\n") + "\n\n" + text
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return fmt.Errorf("document: %w", err)
	}
	return nil
}
