package flow

import "fmt"

// MaxTenant bounds a tenant's name, in bytes: it is part of every key.
const MaxTenant = 64

// CheckTenant is nil for a name that a tenant may have, or none, which is the
// default tenant. Ingest and the API refuse others alike.
func CheckTenant(t string) error {
	if len(t) > MaxTenant {
		return fmt.Errorf("has %d bytes, more than %d", len(t), MaxTenant)
	}
	for _, r := range t {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		default:
			return fmt.Errorf("has the character %q", r)
		}
	}
	return nil
}
