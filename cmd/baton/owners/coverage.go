package owners

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/audit"
)

// covered is the answer of coverage.
type covered struct {
	Endpoints share         `json:"endpoints"`
	Traffic   share         `json:"traffic"`
	Failures  share         `json:"failures"`
	Sources   []sourceShare `json:"sources"`
	Unowned   []unowned     `json:"unowned"`
	Conflicts []conflict    `json:"conflicts,omitempty"`
	DeadRules []deadRule    `json:"dead_rules,omitempty"`
	IdleTeams []string      `json:"idle_teams,omitempty"`

	since  time.Duration
	shown  int
	byFile bool // conflicts, dead rules and idle teams were looked for
}

type share struct {
	Owned    uint64  `json:"owned"`
	Declared uint64  `json:"declared"` // owned, or unowned on purpose
	Total    uint64  `json:"total"`
	Percent  float64 `json:"percent"` // owned
}

type sourceShare struct {
	Source    string `json:"source"`
	Origin    string `json:"origin,omitempty"`
	Endpoints uint64 `json:"endpoints"`
}

type unowned struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`
	Role      string     `json:"role"`
	Failures  uint64     `json:"failures"`
	Traffic   uint64     `json:"traffic"`
	OnPurpose bool       `json:"on_purpose"`
	Proposals []proposal `json:"proposals,omitempty"`
}

type proposal struct {
	Team        string   `json:"team"`
	Confidence  float64  `json:"confidence"`
	Evidence    []string `json:"evidence"`
	Rule        string   `json:"rule"`
	CatalogInfo string   `json:"catalog_info,omitempty"`
}

type conflict struct {
	Endpoints uint64   `json:"endpoints"`
	Failures  uint64   `json:"failures"`
	Example   string   `json:"example"`
	Says      []string `json:"says"` // the one that decides first
}

type deadRule struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Match string `json:"match"`
	Why   string `json:"why"`
}

func coverage() *cobra.Command {
	var server client
	var environment string
	var limit int
	var atLeast float64
	var since time.Duration
	c := &cobra.Command{
		Use: "coverage", Short: "Say what share of a running Baton's endpoints is owned, and who should own the rest",
		Long: `Asks a running Baton what it has seen, and prints the share of endpoints, of traffic
(spans of the last day) and of failures (flows that failed, by what caused it) that
is owned. Then come the endpoints that nobody owns, those that caused most failures
first, each with the team that should perhaps own it, why, and the rule to paste.

With --file the owners are those of these files rather than of the running Baton,
and what is wrong with the files is said too: sources that disagree, rules that
decide about nothing that was seen, teams that own nothing.`,
		Example: `  baton ownership coverage
  baton ownership coverage --url https://baton.example.com --environment prod --limit 50

  # before a file is put in force: what would it cover, what is of no use in it
  baton ownership coverage --file ownership.yaml

  # in a pipeline: status 1 when less than 95 % of the endpoints are owned
  baton ownership coverage --min 95`,
		Args: cobra.NoArgs, SilenceUsage: true, ValidArgsFunction: cobra.NoFileCompletions,
	}
	format := formatFlag(c)
	server.flags(c)
	files := c.Flags().StringSliceP("file", "f", nil, "ownership files and globs to measure instead of the running Baton's")
	f := c.Flags()
	f.StringVar(&environment, "environment", "", "only this deployment environment")
	f.IntVar(&limit, "limit", 20, "how many unowned endpoints, conflicts and rules to print")
	f.Float64Var(&atLeast, "min", 0, "end with status 1 when less than this percentage of endpoints is owned or unowned on purpose")
	f.DurationVar(&since, "since", 24*time.Hour, "how far back failures count")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		listed, err := server.endpoints(cmd.Context(), environment)
		if err != nil {
			return err
		}
		caused, err := server.failures(cmd.Context(), time.Now().Add(-since), environment)
		if err != nil {
			return err
		}
		edges, err := server.edges(cmd.Context(), time.Now().Add(-since), environment)
		if err != nil {
			return err
		}
		endpoints, owners := make([]audit.Endpoint, len(listed)), make([]ownership.Owner, len(listed))
		for i := range listed {
			endpoints[i] = listed[i].audit()
			endpoints[i].Failures = caused[listed[i].ID]
			owners[i] = ownership.Owner{Team: deref(listed[i].Owner), Source: listed[i].OwnerSource}
		}
		set := none
		if len(*files) > 0 {
			if set, err = whole(*files); err != nil {
				return err
			}
			for i := range owners {
				owners[i] = set.Resolve(endpoints[i].Subject)
			}
		}
		beside := neighboursOf(listed, edges)
		nodes := make(map[string]string, len(listed))
		for i := range listed {
			nodes[listed[i].ID] = listed[i].node()
		}
		out := measure(audit.NewOwnedEstate(set, endpoints, owners), len(*files) > 0, func(id string) []audit.Neighbour { return beside[nodes[id]] })
		out.since, out.shown = since, limit
		if err := printed(cmd.OutOrStdout(), *format, out, out.text); err != nil {
			return err
		}
		if got := percent(out.Endpoints.Declared, out.Endpoints.Total); got < atLeast {
			return fmt.Errorf("%.1f %% of the endpoints are owned or unowned on purpose, less than %g %%", got, atLeast)
		}
		return nil
	}
	return c
}

// none is what is known of sources that only the running Baton reads.
var none, _ = ownership.New()

func percent(part, total uint64) float64 {
	return 100 * audit.Share{Owned: part, Total: total}.Ratio()
}

func measure(e *audit.Estate, byFile bool, beside func(id string) []audit.Neighbour) covered {
	c := e.Coverage()
	of := func(s audit.Share) share { return share{s.Owned, s.Declared, s.Total, percent(s.Owned, s.Total)} }
	out := covered{Endpoints: of(c.Endpoints), Traffic: of(c.Traffic), Failures: of(c.Failures), Unowned: []unowned{}, byFile: byFile}
	for _, s := range c.Sources {
		out.Sources = append(out.Sources, sourceShare(s))
	}
	for i := range c.Unowned {
		u := &c.Unowned[i]
		row := unowned{ID: u.ID, Name: u.Name(), Kind: u.Subject.Kind, Role: u.Subject.Role, Failures: u.Failures, Traffic: u.Traffic, OnPurpose: u.OnPurpose}
		if !u.OnPurpose && i < maxProposed {
			for _, p := range e.Propose(u.Endpoint, beside(u.ID)) {
				row.Proposals = append(row.Proposals, proposalOf(&p))
			}
		}
		out.Unowned = append(out.Unowned, row)
	}
	if !byFile {
		return out
	}
	for _, c := range e.Conflicts() {
		row := conflict{Endpoints: c.Endpoints, Failures: c.Failures, Example: c.Examples[0].Name()}
		for _, s := range c.Says {
			row.Says = append(row.Says, nobody(s.Team)+": "+s.Why)
		}
		out.Conflicts = append(out.Conflicts, row)
	}
	for _, d := range e.DeadRules() {
		out.DeadRules = append(out.DeadRules, deadRule{d.Rule.File, d.Rule.Line, d.Rule.Match, d.Why})
	}
	for _, t := range e.IdleTeams() {
		out.IdleTeams = append(out.IdleTeams, t.ID)
	}
	return out
}

// maxProposed bounds the work: a proposal looks at every endpoint's name.
const maxProposed = 200

func proposalOf(p *audit.Proposal) proposal {
	out := proposal{Team: p.Team, Confidence: p.Confidence, Rule: p.Rule, CatalogInfo: p.CatalogInfo}
	for _, ev := range p.Evidence {
		out.Evidence = append(out.Evidence, ev.Text)
	}
	return out
}

func (c covered) text(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range []struct {
		name string
		s    share
	}{{"endpoints", c.Endpoints}, {"traffic (24h)", c.Traffic}, {"failures (" + short(c.since) + ")", c.Failures}} {
		fmt.Fprintf(t, "%s\t%5.1f %%\t%d of %d owned", row.name, row.s.Percent, row.s.Owned, row.s.Total)
		if n := row.s.Declared - row.s.Owned; n > 0 {
			fmt.Fprintf(t, ", %d unowned on purpose", n)
		}
		fmt.Fprintln(t)
	}
	_ = t.Flush() // w is what does not take it, and it is asked again below
	c.textUnowned(w)
	section(w, "sources that disagree, the one that decides first", len(c.Conflicts), c.shown, func(i int) {
		x := &c.Conflicts[i]
		fmt.Fprintf(w, "  %s, such as %s\n", plural(int(x.Endpoints), "endpoint"), x.Example)
		for _, s := range x.Says {
			fmt.Fprintf(w, "    %s\n", s)
		}
	})
	section(w, "rules that decide about nothing that was seen", len(c.DeadRules), c.shown, func(i int) {
		d := &c.DeadRules[i]
		fmt.Fprintf(w, "  %s:%d: %s %s\n", d.File, d.Line, d.Match, d.Why)
	})
	section(w, "teams that own nothing", len(c.IdleTeams), c.shown, func(i int) { fmt.Fprintf(w, "  %s\n", c.IdleTeams[i]) })
}

func short(d time.Duration) string {
	if d%time.Hour == 0 {
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return d.String()
}

func section(w io.Writer, title string, n, shown int, row func(int)) {
	if n == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for i := range min(n, shown) {
		row(i)
	}
	if n > shown {
		fmt.Fprintf(w, "  ... and %d more: --limit %d\n", n-shown, n)
	}
}

func (c covered) textUnowned(w io.Writer) {
	section(w, "nobody owns, the cause of most failures first", len(c.Unowned), c.shown, func(i int) {
		u := &c.Unowned[i]
		fmt.Fprintf(w, "  %s (%s %s, %s), %s, %s\n", u.Name, u.Kind, u.Role, u.ID, plural(int(u.Failures), "failure"), plural(int(u.Traffic), "span"))
		if u.OnPurpose {
			fmt.Fprintln(w, "    on purpose")
		}
		if len(u.Proposals) == 0 {
			return
		}
		p := &u.Proposals[0]
		fmt.Fprintf(w, "    perhaps %s (%.0f %%); to say so, paste:\n", p.Team, 100*p.Confidence)
		for line := range strings.Lines(p.Rule) {
			fmt.Fprint(w, "      "+line)
		}
	})
}
