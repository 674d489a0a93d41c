package backstage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/baton-observability/baton/ownership"
)

const (
	// pageSize is what Backstage answers in about a second.
	pageSize = 500

	// definitions are large, so fewer of them are asked for at a time.
	definitionPageSize = 20

	notFound = 404 // of a Backstage that does not know queries

	maxPages = 1_000
	maxBytes = 64 << 20
)

var (
	_ ownership.Remote = Importer{}

	// fields are what Import looks at: without them, each answer would hold
	// whole API definitions and relations.
	fields = []string{"kind", "metadata.name", "metadata.namespace", "metadata.title", "metadata.annotations", "metadata.links",
		"spec.type", "spec.owner", "spec.system", "spec.domain", "spec.dependsOn", "spec.providesApis", "spec.consumesApis",
		"spec.parent", "spec.children", "spec.profile", "spec.memberOf"}
)

// Fetch reads the entities of a catalogue's API, which is at .../api/catalog;
// the address of Backstage itself will do.
func (Importer) Fetch(ctx context.Context, address string, get ownership.Getter) ([]ownership.Document, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, ownership.Problem{File: address, What: "is not a web address", Remedy: "correct it"}
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/api/catalog"
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/entities")
	u.RawQuery, u.Fragment = "", ""
	r := reader{ctx: ctx, base: u.String(), get: get}
	var filters []string
	for _, k := range kinds {
		filters = append(filters, "kind="+k)
	}
	err = r.query(filters, fields, pageSize)
	var status *ownership.StatusError
	switch {
	case errors.As(err, &status) && status.Code == notFound && len(r.docs) == 0:
		err = r.list(filters) // before Backstage 1.13 there were no queries
	case err == nil:
		// The topics of asynchronous APIs are in their definitions.
		err = r.query([]string{"kind=api,spec.type=asyncapi"}, append([]string{"spec.definition"}, fields...), definitionPageSize)
	}
	if err != nil {
		return nil, err
	}
	return r.docs, nil
}

type reader struct {
	ctx   context.Context
	base  string
	get   ownership.Getter
	docs  []ownership.Document
	bytes int
}

// query follows the pages of one query.
func (r *reader) query(filters, fields []string, size int) error {
	q := url.Values{"filter": filters, "fields": {strings.Join(fields, ",")}, "limit": {fmt.Sprint(size)}}
	seen := map[string]bool{}
	for {
		var page struct {
			Items    *json.RawMessage `json:"items"`
			PageInfo struct {
				NextCursor string `json:"nextCursor"`
			} `json:"pageInfo"`
		}
		body, err := r.page("/entities/by-query", q)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &page); err != nil || page.Items == nil {
			return ownership.Problem{File: r.base, What: "does not answer as Backstage's catalogue does", Remedy: "name the address of the catalogue's API: https://backstage.example.com/api/catalog"}
		}
		r.keep(*page.Items)
		next := page.PageInfo.NextCursor
		if next == "" {
			return nil
		}
		if seen[next] {
			return ownership.Problem{File: r.base, What: "answers with the same pages again and again", Remedy: "see its log"}
		}
		seen[next] = true
		q = url.Values{"cursor": {next}, "fields": q["fields"], "limit": q["limit"]}
	}
}

// list follows the pages of the older way to ask.
func (r *reader) list(filters []string) error {
	for offset := 0; ; offset += pageSize {
		body, err := r.page("/entities", url.Values{"filter": filters, "fields": {strings.Join(fields, ",")}, "limit": {fmt.Sprint(pageSize)}, "offset": {fmt.Sprint(offset)}})
		if err != nil {
			return err
		}
		var items []json.RawMessage
		if err := json.Unmarshal(body, &items); err != nil {
			return ownership.Problem{File: r.base, What: "does not answer as Backstage's catalogue does", Remedy: "name the address of the catalogue's API: https://backstage.example.com/api/catalog"}
		}
		r.keep(body)
		if len(items) < pageSize {
			return nil
		}
	}
}

func (r *reader) page(path string, q url.Values) ([]byte, error) {
	body, err := r.get.Get(r.ctx, r.base+path+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	if r.bytes += len(body); r.bytes > maxBytes || len(r.docs) == maxPages {
		return nil, ownership.Problem{File: r.base, What: fmt.Sprintf("holds more than %d MB or %d pages", maxBytes>>20, maxPages), Remedy: "import its files instead"}
	}
	return body, nil
}

func (r *reader) keep(items []byte) {
	name := r.base
	if n := len(r.docs); n > 0 {
		name = fmt.Sprintf("%s (page %d)", r.base, n+1)
	}
	r.docs = append(r.docs, ownership.Document{Name: name, Body: items})
}
