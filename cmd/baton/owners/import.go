package owners

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports"
)

func importer() *cobra.Command {
	var from, to string
	var src source
	c := &cobra.Command{
		Use: "import SOURCE...", Short: "Turn a catalogue into teams and rules of an ownership file",
		Long: `Writes the teams and claims of a catalogue as teams and rules, each with a comment
that says where it comes from. They stand between two marks in the file: importing
again replaces what is between them, so that the same source gives the same file.
What you wrote yourself stays as it is, and wins, because it comes after.

A running Baton can also read the catalogue itself, and follow its changes: see
"sources" in docs/ownership.md. A copy is for files that are reviewed by hand.

SOURCE is a file or glob, or a web address for backstage.`,
		Example: `  baton ownership import --from backstage 'catalog/**/catalog-info.yaml' --to ownership.yaml
  baton ownership import --from backstage https://backstage.example.com/api/catalog --token-env BACKSTAGE_TOKEN --to ownership.yaml
  baton ownership import --from codeowners CODEOWNERS --services 'src/*/=*' --to ownership.yaml
  baton ownership import --from csv owners.csv --columns squad=team --to -`,
		Args: cobra.MinimumNArgs(1), SilenceUsage: true,
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "type of the catalogue: "+strings.Join(imports.Types(), ", "))
	f.StringVar(&to, "to", "-", "ownership file to write (- = standard output)")
	f.StringVar(&src.tokenEnv, "token-env", "", "environment variable that holds the token of a web address")
	src.flags(c)
	mustComplete(c, "from", oneOf(imports.Types()...))
	if err := c.MarkFlagRequired("from"); err != nil {
		panic(err) // a slip in this package
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		im, err := src.read(cmd.Context(), from, args)
		if err != nil {
			return err
		}
		var old []byte
		if to != "-" {
			if old, err = os.ReadFile(to); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		text, counts, err := merge(to, old, from+" "+strings.Join(args, " "), im)
		if err != nil {
			return err
		}
		if to == "-" {
			_, err = cmd.OutOrStdout().Write(text)
			return err
		}
		if string(text) != string(old) {
			if err := replace(to, text); err != nil {
				return err
			}
		}
		fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s and %s from %s\n", to, plural(counts.teams, "team"), plural(counts.rules, "rule"), strings.Join(args, " "))
		return nil
	}
	return c
}

// replace puts a file in place at once, so that a Baton that reads it never
// sees half of it.
func replace(name string, b []byte) error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(b)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(tmp.Name(), mode)
	}
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	return err
}

type counts struct{ teams, rules int }

// merge puts an import into an ownership file.
func merge(name string, old []byte, label string, im *ownership.Import) ([]byte, counts, error) {
	text := document(old)
	own, err := ownership.Parse(name, []byte(text.without(label)))
	if err != nil {
		return nil, counts{}, fmt.Errorf("mend this first:\n%w", err)
	}
	set, err := ownership.Join([]*ownership.File{own}, []*ownership.Import{im})
	if err != nil {
		return nil, counts{}, err
	}
	declared := map[string]bool{}
	if alone, err := ownership.New(own); err == nil {
		for _, t := range alone.Teams() {
			declared[t.ID] = true
		}
	}
	var n counts
	var teams, rules strings.Builder
	for _, t := range set.Teams() {
		if !declared[t.ID] {
			n.teams++
			teams.WriteString(teamText(&t))
		}
	}
	for _, c := range set.ClaimRefs() {
		n.rules++
		rules.WriteString(ruleText(&c))
	}
	out, err := text.with(label, teams.String(), rules.String())
	if err != nil {
		return nil, counts{}, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := ownership.Parse(name, []byte(out)); err != nil {
		return nil, counts{}, fmt.Errorf("the import makes no ownership file:\n%w", err)
	}
	return []byte(out), n, nil
}
