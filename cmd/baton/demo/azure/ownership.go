package azure

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

// OwnershipYAML says who owns what in the estate, in the form that Baton reads.
//
//go:embed ownership.yaml
var OwnershipYAML []byte

// Owners are the rules of OwnershipYAML.
var Owners = func() *ownership.Set {
	f, err := ownership.Parse("ownership.yaml", OwnershipYAML)
	if err != nil {
		panic(fmt.Sprintf("azure: %v", err))
	}
	s, err := ownership.New(f)
	if err != nil {
		panic(fmt.Sprintf("azure: %v", err))
	}
	return s
}()

// TeamOf answers the team of a service, of a host outside, or of a queue; nil when nobody owns it.
func TeamOf(party string) *string {
	if party == "" {
		return nil
	}
	sub := ownership.Subject{Service: party}
	switch {
	case strings.Contains(party, "."):
		sub = ownership.Subject{Host: party, Kind: "api", Role: "provider"}
	case !strings.Contains(party, "-"): // queues and topics have plain names
		sub = ownership.Subject{Destination: party, Kind: "queue", Role: "channel"}
	}
	if o := Owners.Resolve(sub); o.Team != "" {
		return &o.Team
	}
	return nil
}
