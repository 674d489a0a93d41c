package backstage

import (
	"cmp"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/internal/doc"
)

// teamID is what a group or person is called as a team. The namespace that
// everything is in is left out, because nobody writes it.
func teamID(r ref) string {
	id := r.name
	if !strings.EqualFold(r.namespace, "default") {
		id = r.namespace + "/" + id
	}
	if r.kind == "user" {
		id = "user:" + id
	}
	return id
}

// declareTeams makes teams of groups, and of persons who own something.
func (c *catalogue) declareTeams() {
	parents := map[string]string{} // of groups that other groups name as children
	for _, g := range c.of("group") {
		for _, child := range g.list("children", "group") {
			parents[child.key()] = teamID(g.ref())
		}
	}
	for _, g := range c.of("group") {
		t := c.team(g)
		if p := g.specText("parent"); p != "" {
			t.Parent = teamID(parseRef(p, "group", g.namespace))
		} else {
			t.Parent = parents[g.ref().key()]
		}
		c.out.Teams = append(c.out.Teams, t)
	}
	owners := map[string]bool{}
	for _, e := range c.entities {
		owners[e.owner.key()] = true
	}
	for _, u := range c.of("user") {
		if !owners[u.ref().key()] {
			continue
		}
		t := c.team(u)
		if groups := u.list("memberOf", "group"); len(groups) > 0 {
			t.Parent = teamID(groups[0])
		}
		c.out.Teams = append(c.out.Teams, t)
	}
}

func (c *catalogue) team(e *entity) ownership.Team {
	t := ownership.Team{ID: teamID(e.ref()), File: e.file, Line: e.line, Column: e.column, Contacts: map[string]string{}}
	t.Name = cmp.Or(e.specText("profile", "displayName"), doc.Plain(doc.Get(e.node, "metadata", "title")), t.ID)
	if full := e.String(); full != t.ID {
		t.Aliases = []string{full}
	}
	put := func(channel, address string) {
		if address != "" && t.Contacts[channel] == "" {
			t.Contacts[channel] = address
		}
	}
	put("email", e.specText("profile", "email"))
	put("pagerduty", e.annotation("pagerduty.com/service-id"))
	put("opsgenie", e.annotation("opsgenie.com/team"))
	links := doc.Get(e.node, "metadata", "links")
	if links != nil && links.Kind == yaml.SequenceNode {
		for _, n := range links.Content {
			address := doc.Plain(doc.Get(n, "url"))
			switch channel := channelOf(n, address); {
			case channel == "runbook" && t.Runbook == "":
				t.Runbook = address
			case channel != "" && channel != "runbook":
				put(channel, address)
			}
		}
	}
	return t
}

// channelOf tells by its address, or else by its type, icon or title, what a
// link of a group leads to.
func channelOf(link *yaml.Node, address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	for _, c := range []struct{ host, channel string }{
		{"slack.com", "slack"}, {"teams.microsoft.com", "teams"}, {"pagerduty.com", "pagerduty"}, {"opsgenie.com", "opsgenie"},
	} {
		if host := u.Hostname(); host == c.host || strings.HasSuffix(host, "."+c.host) {
			return c.channel
		}
	}
	words := strings.ToLower(doc.Plain(doc.Get(link, "type")) + " " + doc.Plain(doc.Get(link, "icon")) + " " + doc.Plain(doc.Get(link, "title")))
	for _, c := range []string{"runbook", "slack", "pagerduty", "opsgenie"} {
		if strings.Contains(words, c) {
			return c
		}
	}
	return ""
}
