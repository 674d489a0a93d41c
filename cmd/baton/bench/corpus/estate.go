package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// service is one of the estate's; it runs as one process.
type service struct {
	name, team, host string
	language         string
}

// role is what a service does in flows.
type role int

// The first services have one role each; those beyond share the roles but the gateway's, so that a larger estate has more
// of the same.
const (
	gateway role = iota
	orderAPI
	eventConsumer
	provider
	queueConsumer
	workflow
	activity
	secondConsumer
)

var roles = []string{"edge-gateway", "order-api", "order-events", "pricing", "payment-worker", "order-workflow",
	"shipment", "loyalty"}

var more = []string{"invoice", "ledger", "stock", "warehouse", "notification", "customer", "fraud", "catalogue", "refund", "carrier",
	"audit", "voucher", "document", "settlement", "search", "returns", "fulfilment"}

var (
	teams     = []string{"platform", "ordering", "payments", "fulfilment", "inventory", "customers", "risk"}
	languages = []string{"java", "go", "dotnet", "python"}
)

// ChannelTeam owns all topics and queues.
const ChannelTeam = "integration"

func estate(n int) []service {
	names := slices.Concat(roles, more)
	for i := len(names); i < n; i++ {
		names = append(names, fmt.Sprintf("service-%02d", i))
	}
	out := make([]service, n)
	for i := range out {
		out[i] = service{name: names[i], team: teams[i%len(teams)], language: languages[i%len(languages)],
			host: fmt.Sprintf("aks-node-%02d", i%6)}
	}
	return out
}

// of is the service that plays a role in the given shape. The gateway is one; the others take turns.
func (c *Corpus) of(r role, shape int) int {
	step := len(roles) - 1
	if r == gateway {
		return 0
	}
	turns := (len(c.services) - int(r) + step - 1) / step
	return int(r) + shape%turns*step
}

// Teams are the teams that own services, in the order of the ownership file.
func (c *Corpus) Teams() []string { return slices.Clone(teams[:min(len(teams), len(c.services))]) }

// Team is the owner of a service.
func (c *Corpus) Team(service string) string {
	for i := range c.services {
		if c.services[i].name == service {
			return c.services[i].team
		}
	}
	return ""
}

// Ownership is the ownership file of the estate.
func (c *Corpus) Ownership() string {
	var b strings.Builder
	b.WriteString("teams:\n")
	for _, t := range append(c.Teams(), ChannelTeam) {
		fmt.Fprintf(&b, "  - {id: %s, name: %s}\n", t, t)
	}
	b.WriteString("rules:\n")
	for _, s := range c.services {
		fmt.Fprintf(&b, "  - match: {service: %s}\n    owner: %s\n", s.name, s.team)
	}
	for _, kind := range []string{"event", "queue"} {
		fmt.Fprintf(&b, "  - match: {kind: %s, role: channel}\n    owner: %s\n", kind, ChannelTeam)
	}
	return b.String()
}
