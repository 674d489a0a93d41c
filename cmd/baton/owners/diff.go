package owners

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
)

// change is an endpoint that changes hands.
type change struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
	Role string `json:"role"`
	Old  string `json:"old"` // team, "" for nobody
	New  string `json:"new"`
	Why  string `json:"why"` // of the new owner
}

type changes struct {
	Endpoints int      `json:"endpoints"`
	Changed   []change `json:"changed"`
}

func diff() *cobra.Command {
	var server client
	var environment, list, team string
	var exitCode bool
	c := &cobra.Command{
		Use: "diff OLD NEW", Short: "Say which endpoints change hands between two versions of ownership files",
		Long: `Resolves the endpoints that a running Baton has seen, or those in a file, by two
versions of ownership files, and prints those whose owner differs. OLD and NEW are
files, globs or folders; a folder stands for its .yaml and .yml files.

A file of endpoints is what Baton lists: curl 'http://localhost:8080/api/v1/endpoints?limit=1000'.`,
		Example: `  baton ownership diff /etc/baton/ownership.yaml ownership.yaml

  # in a merge request, without a Baton: with a list that was saved before
  git show main:ownership.yaml > old.yaml
  baton ownership diff old.yaml ownership.yaml --endpoints endpoints.json

  # status 1 when anything changes hands
  baton ownership diff old/ new/ --exit-code`,
		Args: cobra.ExactArgs(2), SilenceUsage: true,
	}
	format := formatFlag(c)
	server.flags(c)
	c.Flags().StringVar(&list, "endpoints", "", "file of endpoints (JSON), instead of a running Baton")
	c.Flags().StringVar(&environment, "environment", "", "only this deployment environment")
	c.Flags().StringVar(&team, "team", "", "only what this team gains or loses")
	mustComplete(c, "team", completeTeams)
	c.Flags().BoolVar(&exitCode, "exit-code", false, "end with status 1 when anything changes hands")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		before, err := version(args[0])
		if err != nil {
			return err
		}
		after, err := version(args[1])
		if err != nil {
			return err
		}
		var endpoints []endpoint
		if list != "" {
			endpoints, err = endpointsIn(list)
		} else {
			endpoints, err = server.endpoints(cmd.Context(), environment)
		}
		if err != nil {
			return err
		}
		out := compare(before, after, endpoints, environment)
		if team != "" {
			out.Changed = slices.DeleteFunc(out.Changed, func(c change) bool { return c.Old != team && c.New != team })
		}
		if err := printed(cmd.OutOrStdout(), *format, out, out.text); err != nil {
			return err
		}
		if n := len(out.Changed); exitCode && n > 0 {
			return fmt.Errorf("%s of %d would change hands", plural(n, "endpoint"), out.Endpoints)
		}
		return nil
	}
	return c
}

// version reads one version of ownership files.
func version(place string) (*ownership.Set, error) {
	files := []string{place}
	if info, err := os.Stat(place); err == nil && info.IsDir() {
		files = []string{filepath.Join(place, "*.{yaml,yml}")}
	}
	return whole(files)
}

// endpointsIn reads the list that Baton's API answers, or the endpoints alone.
func endpointsIn(file string) ([]endpoint, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var page struct {
		Endpoints []endpoint `json:"endpoints"`
	}
	if err = json.Unmarshal(b, &page); err == nil && page.Endpoints != nil {
		return page.Endpoints, nil
	}
	var list []endpoint
	if json.Unmarshal(b, &list) == nil {
		return list, nil
	}
	if err == nil {
		err = errors.New("it has no endpoints")
	}
	return nil, fmt.Errorf("%s is no list of endpoints: %w", file, err)
}

// compare resolves every endpoint twice.
func compare(before, after *ownership.Set, endpoints []endpoint, environment string) changes {
	out := changes{Changed: []change{}}
	for i := range endpoints {
		e := &endpoints[i]
		if environment != "" && e.Environment != environment {
			continue
		}
		out.Endpoints++
		p := e.audit()
		a, b := before.Resolve(p.Subject), after.Resolve(p.Subject)
		if a.Team != b.Team {
			out.Changed = append(out.Changed, change{e.ID, p.Name(), e.Kind, e.Role, a.Team, b.Team, b.Why})
		}
	}
	slices.SortFunc(out.Changed, func(a, b change) int {
		return cmp.Or(strings.Compare(a.Old, b.Old), strings.Compare(a.New, b.New), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return out
}

func (c changes) text(w io.Writer) {
	last := [2]string{"\x00"}
	for _, x := range c.Changed {
		if pair := [2]string{x.Old, x.New}; pair != last {
			last = pair
			fmt.Fprintf(w, "%s -> %s\n", nobody(x.Old), nobody(x.New))
		}
		fmt.Fprintf(w, "  %s (%s %s)\n    %s\n", x.Name, x.Kind, x.Role, x.Why)
	}
	fmt.Fprintf(w, "%d of %s would change hands\n", len(c.Changed), plural(c.Endpoints, "endpoint"))
}
