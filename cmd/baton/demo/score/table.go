package score

import (
	"fmt"
	"os"
	"strings"
)

// Table writes rows in Markdown.
func Table(rows []Row) string {
	var b strings.Builder
	b.WriteString("| kind | flows | joins: precision | recall | verdict | team | service | top 3 | falsely stalled |\n")
	b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %s | %s | %s | %s |\n", r.Kind, r.Flows, percent(r.Precision), percent(r.Recall), percent(r.Verdict),
			percent(r.Team), percent(r.Service), percent(r.TopThree), percent(r.Stalls))
	}
	return b.String()
}

func percent(s Share) string {
	switch {
	case s.Of == 0:
		return ""
	case s.N == s.Of || s.N == 0:
		return fmt.Sprintf("%.0f", s.Percent())
	}
	// A wrong join in a million must not look like none.
	if p := s.Percent(); p > 99.95 || p < 0.05 {
		return fmt.Sprintf("%.4f", p)
	}
	return fmt.Sprintf("%.1f", s.Percent())
}

// Misses lists what is wrong, a few flows of each kind.
func Misses(rows []Row, perKind int) string {
	var b strings.Builder
	for _, r := range rows {
		for what, list := range map[string][]Miss{"verdict": r.VerdictOff, "culprit": r.CulpritOff, "joins": r.JoinsOff} {
			for _, m := range list[:min(len(list), perKind)] {
				team := "nobody"
				if m.Truth.CulpritTeam != nil {
					team = *m.Truth.CulpritTeam
				}
				who := m.Truth.CulpritService
				if len(m.Truth.Between) > 0 {
					who = strings.Join(m.Truth.Between, " -> ")
				}
				fmt.Fprintf(&b, "%s, %s: flow %s should be %s, culprit %q %s of %s: %s\n", r.Kind, what, m.Truth.Flow, m.Truth.Verdict, who,
					m.Truth.CulpritRole, team, m.Said)
			}
		}
	}
	return b.String()
}

// Insert replaces what a page of Markdown has between the comments <!-- name --> and <!-- /name -->.
func Insert(page, name, text string) error {
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok := strings.Cut(string(b), begin)
	if !ok {
		return fmt.Errorf("%s has no comment %q", page, strings.TrimSpace(begin))
	}
	_, after, ok := strings.Cut(rest, end)
	if !ok {
		return fmt.Errorf("%s has no comment %q", page, end)
	}
	return os.WriteFile(page, []byte(before+begin+text+end+after), 0o644)
}
