package ownership_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

func (c *company) ownershipFile(r *rand.Rand, n int) {
	var b strings.Builder
	b.WriteString("teams:\n")
	for i := range 100 { // the other half is declared by Backstage
		fmt.Fprintf(&b, "  - {id: %s, name: Team %d}\n", team(i), i)
	}
	b.WriteString(`sources:
  - {type: csv, path: owners.csv}
  - {type: datadog, path: services.datadog.yaml}
  - type: codeowners
    path: CODEOWNERS
    services: {"src/*/": "*"}
  - {type: backstage, path: "catalog/*.yaml"}
attributes: {keys: [team, cost.owner]}
rules:
`)
	for range n {
		s := statement{owner: team(r.IntN(200))}
		svc := c.pick(r)
		switch r.IntN(12) {
		case 0:
			s.fields = [][2]string{{"service", svc}}
		case 1:
			s.fields = [][2]string{{"service", svc + "*"}, {"role", "provider"}}
		case 2:
			s.fields = [][2]string{{"service", svc}, {"environment", "prod"}, {"environment", "staging"}, {"operation", "*Order*"}}
		case 3:
			s.fields = [][2]string{{"kind", "queue"}, {"kind", "event"}, {"destination", fmt.Sprintf("orders.%d.*", r.IntN(3000))}, {"role", "channel"}}
		case 4:
			s.fields = [][2]string{{"namespace", fmt.Sprintf("ns-%d", r.IntN(60))}, {"route", fmt.Sprintf("/api/%d/*", r.IntN(4000))}}
		case 5:
			s.fields = [][2]string{{"attr.cost.center", fmt.Sprint(r.IntN(4000))}}
		case 6:
			s.fields = [][2]string{{"host", fmt.Sprintf("*.partner-%d.example", r.IntN(300))}}
		case 7:
			s.fields = [][2]string{{"service", svc}, {"service", c.pick(r)}, {"service", c.pick(r)[:6] + "*"}, {"kind", "workflow"}, {"workflow", "fulfil?"}}
		case 8:
			s.fields = [][2]string{{"destination", fmt.Sprintf("orders.%d.new", r.IntN(3000))}}
		case 9:
			s.fields, s.owner = [][2]string{{"service", svc}, {"kind", "api"}}, ""
		case 10:
			s.fields = [][2]string{{"tenant", fmt.Sprintf("tenant-%d", r.IntN(5))}, {"service", svc[:8] + "*"}, {"role", "c*"}}
		default:
			s.fields = [][2]string{{"service", svc}, {"environment", "dev"}}
		}
		c.rules = append(c.rules, s)
		b.WriteString("  - match: {")
		for i := 0; i < len(s.fields); {
			name := s.fields[i][0]
			var patterns []string
			for ; i < len(s.fields) && s.fields[i][0] == name; i++ {
				patterns = append(patterns, fmt.Sprintf("%q", s.fields[i][1]))
			}
			fmt.Fprintf(&b, "%s: [%s], ", name, strings.Join(patterns, ", "))
		}
		fmt.Fprintf(&b, "}\n    owner: %q\n", s.owner)
	}
	c.files["ownership.yaml"] = b.String()
}

func (c *company) table(r *rand.Rand) {
	var b strings.Builder
	var said []statement
	b.WriteString("service;environment;team\n")
	for range 1_500 {
		s := statement{fields: [][2]string{{"service", c.pick(r)}}, owner: team(r.IntN(200))}
		env := ""
		if r.IntN(3) == 0 {
			env = "prod"
			s.fields = append(s.fields, [2]string{"environment", env})
		}
		said = append(said, s)
		fmt.Fprintf(&b, "%s;%s;%s\n", s.fields[0][1], env, strings.ToUpper(s.owner))
	}
	c.files["owners.csv"] = b.String()
	c.imports = slices.Insert(c.imports, 0, said)
}

func (c *company) datadog(r *rand.Rand) {
	var b strings.Builder
	var said []statement
	for i, svc := range c.services {
		if i%4 != 0 {
			continue
		}
		s := statement{fields: [][2]string{{"service", svc}}, owner: team(r.IntN(200))}
		said = append(said, s)
		fmt.Fprintf(&b, "---\nschema-version: v2.2\ndd-service: %s\nteam: %s\n", svc, s.owner)
	}
	c.files["services.datadog.yaml"] = b.String()
	c.imports = slices.Insert(c.imports, 0, said)
}

func (c *company) codeowners(r *rand.Rand) {
	var b strings.Builder
	var said []statement
	for range 1_200 {
		svc := c.pick(r)
		s := statement{fields: [][2]string{{"service", svc}}, owner: team(r.IntN(200))}
		switch r.IntN(10) {
		case 0:
			s.owner = ""
			fmt.Fprintf(&b, "/src/%s/\n", svc)
		case 1:
			s.fields[0][1] = svc[:9] + "*"
			fmt.Fprintf(&b, "/src/%s*/ @acme/%s @jane\n", svc[:9], s.owner)
		default:
			fmt.Fprintf(&b, "/src/%s/ @jane @acme/%s\n", svc, s.owner)
		}
		said = append(said, s)
	}
	c.files["CODEOWNERS"] = b.String()
	c.imports = slices.Insert(c.imports, 0, said)
}

func (c *company) backstage(r *rand.Rand) {
	var org, systems, components strings.Builder
	for i := 100; i < 200; i++ {
		fmt.Fprintf(&org, "---\nkind: Group\nmetadata: {name: %s}\nspec: {type: team, children: []}\n", team(i))
	}
	var said, exact []statement
	for i := range 40 {
		s := statement{fields: [][2]string{{"namespace", fmt.Sprintf("ns-%d", i)}}, owner: team(r.IntN(200))}
		said = append(said, s)
		fmt.Fprintf(&systems, "---\nkind: System\nmetadata: {name: ns-%d}\nspec: {owner: \"group:default/%s\"}\n", i, s.owner)
	}
	for i, svc := range c.services {
		if i%3 == 0 {
			continue // not every service is in the catalogue
		}
		s := statement{fields: [][2]string{{"service", svc}}, owner: team(r.IntN(200))}
		said = append(said, s)
		fmt.Fprintf(&components, "---\nkind: Component\nmetadata:\n  name: %s\n", svc)
		if i%7 == 0 {
			other := c.pick(r)
			exact = append(exact, statement{fields: [][2]string{{"service", other}}, owner: s.owner})
			fmt.Fprintf(&components, "  annotations: {resource.opentelemetry.io/service.name: %s}\n", other)
		}
		fmt.Fprintf(&components, "spec: {type: service, owner: %s}\n", s.owner)
	}
	c.files["catalog/1-org.yaml"], c.files["catalog/2-systems.yaml"], c.files["catalog/3-components.yaml"] = org.String(), systems.String(), components.String()
	c.imports = slices.Insert(c.imports, 0, append(said, exact...))
}
