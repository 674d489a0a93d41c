// Package imports is all importers there are, for a Watcher to use.
package imports

import (
	"context"
	"maps"
	"slices"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/fetch"
	"github.com/baton-observability/baton/ownership/imports/backstage"
	"github.com/baton-observability/baton/ownership/imports/codeowners"
	"github.com/baton-observability/baton/ownership/imports/csvowners"
	"github.com/baton-observability/baton/ownership/imports/datadog"
	"github.com/baton-observability/baton/ownership/imports/otelowners"
)

// All returns the importers by type, which is the word after "type:" in an
// ownership file. The map is the caller's.
func All() map[string]ownership.Importer {
	return map[string]ownership.Importer{
		"backstage":             backstage.Importer{},
		"codeowners":            codeowners.Importer{},
		"csv":                   csvowners.Importer{},
		"datadog":               datadog.Importer{},
		"otel-component-owners": otelowners.Importer{},
	}
}

// Types are the types in order.
func Types() []string { return slices.Sorted(maps.Keys(All())) }

// Options let a Watcher import whatever its files name. The last good answers
// of web addresses are kept in the folder, unless it is empty.
func Options(cache string) []ownership.Option {
	return []ownership.Option{ownership.WithImporters(All()), ownership.WithConnect(fetch.New), ownership.WithCache(cache)}
}

// Read imports one source once, whole or not at all. The error is of type
// ownership.Problems.
func Read(ctx context.Context, s ownership.Spec) (*ownership.Import, error) {
	return ownership.Read(ctx, s, All(), fetch.New)
}
