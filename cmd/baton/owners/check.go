package owners

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports"
)

// finding is one line of a check.
type finding struct {
	Severity string `json:"severity"` // error or warning
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	What     string `json:"what"`
	Remedy   string `json:"remedy,omitempty"`

	problem ownership.Problem
}

// checked is the answer of a check.
type checked struct {
	Findings []finding `json:"findings"`
	Errors   int       `json:"errors"`
	Warnings int       `json:"warnings"`
	Teams    int       `json:"teams"`
	Rules    int       `json:"rules"`
	Claims   int       `json:"claims"`
}

func check() *cobra.Command {
	var from string
	var strict, fetch bool
	var src source
	c := &cobra.Command{
		Use: "check FILE...", Short: "Find mistakes in ownership files and in what they import",
		Long: `Reads ownership files, and the catalogues that they name, as a running Baton would,
and prints every mistake with its place: file:line:column. It ends with status 1
when there is one, so that a pipeline stops.

Warnings do not stop it, unless --strict is given: teams that no source declares,
rules that never decide because a later one covers them, entries of a catalogue
that were left out. Web addresses are asked only with --fetch.`,
		Example: `  baton ownership check ownership.yaml
  baton ownership check 'teams/**/*.yaml' --strict

  # the files of a catalogue by themselves
  baton ownership check --from backstage 'catalog/**/catalog-info.yaml'
  baton ownership check --from codeowners CODEOWNERS --services 'src/*/=*'

  # for another program
  baton ownership check ownership.yaml --format json`,
		Args: cobra.MinimumNArgs(1), SilenceUsage: true,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	format := formatFlag(c)
	c.Flags().StringVar(&from, "from", "", "the files are of this type of catalogue: "+strings.Join(imports.Types(), ", "))
	mustComplete(c, "from", oneOf(imports.Types()...))
	src.flags(c)
	c.Flags().BoolVar(&strict, "strict", false, "warnings are mistakes, too")
	c.Flags().BoolVar(&fetch, "fetch", false, "ask the web addresses that the files name")
	c.RunE = func(cmd *cobra.Command, files []string) error {
		var out checked
		if from != "" {
			out = checkSource(cmd, from, files, &src)
		} else {
			out = checkFiles(cmd, files, fetch)
		}
		out.count(strict)
		if err := printed(cmd.OutOrStdout(), *format, out, out.text); err != nil {
			return err
		}
		if out.Errors > 0 {
			return fmt.Errorf("%s", plural(out.Errors, "mistake"))
		}
		return nil
	}
	return c
}

func checkFiles(cmd *cobra.Command, files []string, fetch bool) checked {
	w := watch(files)
	if fetch {
		w.Fetch(cmd.Context())
	}
	st, set := w.Status(), w.Current()
	out := checked{Teams: len(set.Teams()), Rules: set.Rules(), Claims: set.Claims()}
	out.add("error", st.Problems)
	out.add("warning", st.Warnings)
	out.add("warning", set.Shadowed())
	for _, s := range st.Sources {
		if s.Health == ownership.Waiting {
			out.add("warning", []ownership.Problem{{File: s.File, Line: s.Line, Column: 1, What: fmt.Sprintf("%s is not asked", s.Place), Remedy: "check it too: --fetch"}})
		}
	}
	return out
}

func checkSource(cmd *cobra.Command, kind string, files []string, src *source) checked {
	var out checked
	im, err := src.read(cmd.Context(), kind, files)
	if err != nil {
		out.add("error", problemsOf(files[0], err))
		return out
	}
	set, err := ownership.Join(nil, []*ownership.Import{im})
	if err != nil {
		out.add("error", problemsOf(files[0], err))
		return out
	}
	out.Teams, out.Claims = len(set.Teams()), set.Claims()
	out.add("warning", set.Warnings())
	return out
}

func (c *checked) add(severity string, problems []ownership.Problem) {
	for _, p := range problems {
		c.Findings = append(c.Findings, finding{severity, p.File, p.Line, p.Column, p.What, p.Remedy, p})
	}
}

func (c *checked) count(strict bool) {
	slices.SortStableFunc(c.Findings, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if c.Findings == nil {
		c.Findings = []finding{}
	}
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Severity == "error" || strict {
			f.Severity = "error"
			c.Errors++
		} else {
			c.Warnings++
		}
	}
}

func (c *checked) text(w io.Writer) {
	for _, f := range c.Findings {
		place, what, _ := strings.Cut(f.problem.Error(), ": "+f.What)
		fmt.Fprintf(w, "%s: %s: %s%s\n", place, f.Severity, f.What, what)
	}
	fmt.Fprintf(w, "%s, %s, %s; %s, %s\n", plural(c.Teams, "team"), plural(c.Rules, "rule"), plural(c.Claims, "claim"), plural(c.Errors, "mistake"), plural(c.Warnings, "warning"))
}
