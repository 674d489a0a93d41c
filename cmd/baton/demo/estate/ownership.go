package estate

import (
	_ "embed"
	"fmt"
	"path"

	"go.yaml.in/yaml/v3"
)

// OwnershipYAML says who owns what in the estate, in the form that Baton reads.
//
//go:embed ownership.yaml
var OwnershipYAML []byte

type ownershipFile struct {
	Teams []struct {
		ID string `yaml:"id"`
	} `yaml:"teams"`
	Rules []struct {
		Match map[string]any `yaml:"match"`
		Owner string         `yaml:"owner"`
	} `yaml:"rules"`
}

var ownership = func() (f ownershipFile) {
	if err := yaml.Unmarshal(OwnershipYAML, &f); err != nil {
		panic(fmt.Sprintf("estate: ownership.yaml: %v", err))
	}
	return f
}()

// TeamOf answers the team of a service or external host by the rules of ownership.yaml, the last match first, and nil
// when none matches. Rules about anything else than a service or a host do not decide who a culprit's owner is here.
func TeamOf(party string) *string {
	for i := len(ownership.Rules) - 1; i >= 0; i-- {
		rule := ownership.Rules[i]
		for _, field := range []string{"service", "host"} {
			if pattern, ok := rule.Match[field].(string); ok && len(rule.Match) == 1 {
				if match, err := path.Match(pattern, party); err == nil && match {
					return &rule.Owner
				}
			}
		}
	}
	return nil
}
