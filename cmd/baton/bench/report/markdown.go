package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	b.WriteString(r.plot())
	return b.String()
}

// plot shows how much of each goal was used up, as a chart that GitHub draws from text.
func (r *Result) plot() string {
	var names, used []string
	for _, g := range r.Goals {
		if g.Limit > 0 { // nothing is ever a share of none
			names = append(names, fmt.Sprintf("%q", short.Replace(g.Name)))
			used = append(used, fmt.Sprintf("%.0f", min(100*g.Used(), 400)))
		}
	}
	limit := strings.TrimSuffix(strings.Repeat("100, ", len(used)), ", ")
	return fmt.Sprintf("```mermaid\n---\nconfig:\n  xyChart:\n    height: %d\n    width: 900\n---\nxychart-beta horizontal\n  title \"Percent of each limit that is used: up to 100 is within it\"\n"+
		"  x-axis [%s]\n  y-axis \"%%\" 0 --> 400\n  bar [%s]\n  line [%s]\n```\n", 120+22*len(used), strings.Join(names, ", "), strings.Join(used, ", "), limit)
}

var short = strings.NewReplacer(", all processes", "", "flow ids of a correlation value", "correlation value", "flow page: hops and waterfall", "flow page",
	"failed flows of a team, last hour", "team's failures, 1 h", ", last hour", ", 1 h")

// WriteMarkdown writes the result to a file, "-" for w. In a file with marks it takes the place of what is between them.
func (r *Result) WriteMarkdown(file string, w io.Writer) error {
	if file == "-" {
		_, err := io.WriteString(w, r.Markdown())
		return err
	}
	old, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("document: %w", err)
	}
	text := begin + "\n" + r.Markdown() + end + "\n"
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
