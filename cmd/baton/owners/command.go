// Package owners is the command that checks, explains, measures and imports
// ownership: in a terminal, in a pipeline, and against a running Baton.
package owners

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports"
)

// envFiles names the ownership files of the running Baton.
const envFiles = "BATON_OWNERSHIP"

// Command is "baton ownership".
func Command() *cobra.Command {
	c := &cobra.Command{
		Use: "ownership", Short: "Check, explain, measure and import who owns what",
		Long: `Who owns each side of each hop comes from rules in ownership files, from catalogues
that they import, and from attributes on spans. These commands work on the files
alone, or ask a running Baton what it has seen.`,
		Example: `  baton ownership check ownership.yaml
  baton ownership explain --service cart --role provider --file ownership.yaml
  baton ownership coverage --url http://localhost:8080
  baton ownership import --from backstage 'catalog/**/catalog-info.yaml' --to ownership.yaml
  baton ownership diff main.yaml branch.yaml`,
		SilenceUsage: true, SilenceErrors: true,
	}
	c.AddCommand(check(), explain(), coverage(), importer(), diff())
	return c
}

// Kinds and roles that shells complete.
var (
	kinds = []string{"api", "event", "queue", "workflow", "db", "internal"}
	roles = []string{"caller", "provider", "producer", "channel", "consumer", "orchestrator", "activity", "gateway"}
)

// oneOf completes one of some words.
func oneOf(words ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeTeams completes the teams of the ownership files that the arguments
// name.
func completeTeams(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var out []string
	for _, t := range watch(args).Current().Teams() {
		out = append(out, cobra.CompletionWithDesc(t.ID, t.Name))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func mustComplete(c *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // the flag is not there: a slip in this package
	}
}

// filesFlag adds --file, which falls back to what the running Baton reads.
func filesFlag(c *cobra.Command) *[]string {
	return c.Flags().StringSliceP("file", "f", nil, "ownership files and globs (default $"+envFiles+")")
}

// paths are the ownership files to read.
func paths(flag []string) []string {
	if len(flag) > 0 {
		return flag
	}
	return slices.DeleteFunc(strings.Split(os.Getenv(envFiles), ","), func(s string) bool { return strings.TrimSpace(s) == "" })
}

// watch reads ownership files and what they import from files.
func watch(files []string) *ownership.Watcher {
	return ownership.NewWatcher(paths(files), nil, 0, imports.Options("")...)
}

// whole reads files that must be without a mistake.
func whole(files []string) (*ownership.Set, error) {
	w := watch(files)
	if s := w.Status(); !s.OK() {
		return nil, s.Problems
	}
	return w.Current(), nil
}

func formatFlag(c *cobra.Command) *string {
	f := c.Flags().String("format", "text", "text or json")
	mustComplete(c, "format", oneOf("text", "json"))
	return f
}

// printed writes v as JSON, or calls text.
func printed(w io.Writer, format string, v any, text func(io.Writer)) error {
	switch format {
	case "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	case "text":
		text(w)
		return nil
	}
	return fmt.Errorf("unknown format %q: use text or json", format)
}

// plural counts things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// nobody is what people read where no team owns something.
func nobody(team string) string {
	if team == "" {
		return "nobody"
	}
	return team
}
