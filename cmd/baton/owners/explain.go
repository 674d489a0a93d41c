package owners

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
)

func explain() *cobra.Command {
	var sub ownership.Subject
	var attrs map[string]string
	var server client
	c := &cobra.Command{
		Use: "explain [ENDPOINT]", Short: "Say who owns an endpoint, and why",
		Long: `Explains an owner: the rules and catalogue entries that match, which of them decides
and why the others do not, and the rules that would match but for one field.

Name an endpoint by its id, and a running Baton is asked; or describe it by its
fields, and the ownership files are.`,
		Example: `  baton ownership explain --file ownership.yaml --service payment-api --kind api --role provider
  baton ownership explain --kind queue --destination orders.new --role channel
  baton ownership explain --service cart --attr team=red --attr cloud.region=eu-west-1

  # an endpoint that a running Baton has seen; coverage and the pages show ids
  baton ownership explain 0f3a9c1d2b4e5f60 --url http://localhost:8080`,
		Args: cobra.MaximumNArgs(1), SilenceUsage: true, ValidArgsFunction: cobra.NoFileCompletions,
	}
	format := formatFlag(c)
	files := filesFlag(c)
	server.flags(c)
	f := c.Flags()
	for _, field := range []struct {
		to          *string
		name, usage string
	}{
		{&sub.Service, "service", "service.name"}, {&sub.Namespace, "namespace", "service.namespace"}, {&sub.Kind, "kind", strings.Join(kinds, ", ")},
		{&sub.Role, "role", strings.Join(roles, ", ")}, {&sub.System, "system", "kafka, http, temporal, ..."}, {&sub.Operation, "operation", "the operation's name"},
		{&sub.Route, "route", "the HTTP route"}, {&sub.Destination, "destination", "the topic or queue"}, {&sub.Workflow, "workflow", "the workflow's name"},
		{&sub.Host, "host", "the address of a party outside"}, {&sub.Environment, "environment", "deployment.environment.name"},
	} {
		f.StringVar(field.to, field.name, "", field.usage)
	}
	f.StringToStringVar(&attrs, "attr", nil, "resource attribute, key=value; may be repeated")
	mustComplete(c, "kind", oneOf(kinds...))
	mustComplete(c, "role", oneOf(roles...))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			var x remoteExplanation
			if err := server.get(cmd.Context(), "/api/v1/endpoints/"+url.PathEscape(args[0])+"/owner", nil, &x); err != nil {
				return err
			}
			return printed(cmd.OutOrStdout(), *format, x, x.text)
		}
		sub.Tenant = server.tenant
		for k, v := range attrs {
			sub.Attrs = append(sub.Attrs, ownership.Attr{Key: k, Value: v})
		}
		if blank(&sub) {
			return errors.New("name an endpoint by its id, or describe one: --service cart --role provider")
		}
		if len(paths(*files)) == 0 {
			return errors.New("there are no ownership files: name them with --file, or set " + envFiles)
		}
		set, err := whole(*files)
		if err != nil {
			return err
		}
		x := set.Explain(sub)
		return printed(cmd.OutOrStdout(), *format, explanationOf(set, &x), func(w io.Writer) { explainText(w, set, &x) })
	}
	return c
}

func blank(s *ownership.Subject) bool {
	return len(s.Attrs) == 0 && s.Service+s.Namespace+s.Kind+s.Role+s.System+s.Operation+s.Route+s.Destination+s.Workflow+s.Host+s.Environment == ""
}

// remoteExplanation is the part of Baton's answer that is shown.
type remoteExplanation struct {
	Endpoint   endpoint `json:"endpoint"`
	Team       *string  `json:"team"`
	TeamName   string   `json:"team_name"`
	Source     string   `json:"source"`
	Detail     string   `json:"detail"`
	Conflict   bool     `json:"conflict"`
	Candidates []struct {
		Team    string `json:"team"`
		Source  string `json:"source"`
		Detail  string `json:"detail"`
		Decided bool   `json:"decided"`
	} `json:"candidates"`
	NearMisses []string `json:"near_misses"`
}

func (x remoteExplanation) text(w io.Writer) {
	p := x.Endpoint.audit()
	fmt.Fprintf(w, "%s (%s %s) is owned by %s\n  %s\n", p.Name(), x.Endpoint.Kind, x.Endpoint.Role, nobody(deref(x.Team)), x.Detail)
	if len(x.Candidates) > 0 {
		fmt.Fprintln(w, "\nconsidered:")
	}
	for _, c := range x.Candidates {
		fmt.Fprintf(w, "  %s %s by %s: %s\n", mark(c.Decided), nobody(c.Team), c.Source, c.Detail)
	}
	misses(w, x.NearMisses)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// localExplanation is what --format json prints of the ownership files.
type localExplanation struct {
	Team       string      `json:"team"`
	TeamName   string      `json:"team_name"`
	Source     string      `json:"source"`
	Detail     string      `json:"detail"`
	Conflict   bool        `json:"conflict"`
	Candidates []candidate `json:"candidates"`
	NearMisses []string    `json:"near_misses"`
}

type candidate struct {
	Team    string `json:"team"`
	Source  string `json:"source"`
	Origin  string `json:"origin,omitempty"` // import or attribute
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Detail  string `json:"detail"`
	Decided bool   `json:"decided"`
}

func explanationOf(set *ownership.Set, x *ownership.Explanation) localExplanation {
	out := localExplanation{Team: x.Owner.Team, TeamName: teamName(set, x.Owner.Team), Source: x.Owner.Source, Detail: x.Owner.Why,
		Conflict: ownership.Disagree(x.Says), Candidates: candidates(x), NearMisses: []string{}}
	for _, n := range x.NearMisses {
		out.NearMisses = append(out.NearMisses, n.Why)
	}
	return out
}

func candidates(x *ownership.Explanation) []candidate {
	out := []candidate{}
	by := map[string]func(){
		ownership.SourceRule: func() {
			for _, m := range x.Matched {
				out = append(out, candidate{m.Owner, ownership.SourceRule, "", m.File, m.Line, fmt.Sprintf("rule %d, %s: %s", m.Number, m.Match, m.Why), m.Won})
			}
		},
		ownership.SourceCatalogue: func() {
			for _, m := range x.Claims {
				out = append(out, candidate{m.Owner, ownership.SourceCatalogue, m.Origin, m.File, m.Line, fmt.Sprintf("%s, %s: %s", m.Entity, m.Match, m.Why), m.Won})
			}
		},
		ownership.SourceAttribute: func() {
			for _, a := range x.Attributes {
				if a.Team != "" {
					out = append(out, candidate{a.Team, ownership.SourceAttribute, a.Key, "", 0, fmt.Sprintf("%s is %q: %s", a.Key, a.Value, a.Why), a.Won})
				}
			}
		},
	}
	for _, kind := range x.Authority {
		by[kind]()
		delete(by, kind)
	}
	for _, kind := range []string{ownership.SourceRule, ownership.SourceCatalogue, ownership.SourceAttribute} {
		if f := by[kind]; f != nil {
			f() // not asked, and that is said
		}
	}
	return out
}

func explainText(w io.Writer, set *ownership.Set, x *ownership.Explanation) {
	owner := nobody(x.Owner.Team)
	if name := teamName(set, x.Owner.Team); name != x.Owner.Team {
		owner += " (" + name + ")"
	}
	fmt.Fprintf(w, "%s\n  %s\n", owner, x.Owner.Why)
	if x.External {
		fmt.Fprintln(w, "  the party is outside: only rules on host or service count")
	}
	if list := candidates(x); len(list) > 0 {
		fmt.Fprintln(w, "\nconsidered:")
		for _, c := range list {
			place := c.File
			if c.Line > 0 {
				place = fmt.Sprintf("%s:%d", c.File, c.Line)
			}
			if place != "" {
				place += ": "
			}
			fmt.Fprintf(w, "  %s %s %s%s\n", mark(c.Decided), nobody(c.Team), place, c.Detail)
		}
	}
	var near []string
	for _, n := range x.NearMisses {
		near = append(near, n.Why)
	}
	misses(w, near)
	if ownership.Disagree(x.Says) {
		fmt.Fprintln(w, "\nthe sources disagree; the authority is "+strings.Join(x.Authority, ", "))
	}
}

func misses(w io.Writer, list []string) {
	if len(list) > 0 {
		fmt.Fprintln(w, "\nnearly:")
	}
	for _, n := range list {
		fmt.Fprintln(w, "    "+n)
	}
}

func mark(decided bool) string {
	if decided {
		return "*"
	}
	return " "
}

func teamName(set *ownership.Set, id string) string {
	if t, ok := set.Team(id); ok {
		return t.Name
	}
	return id
}
