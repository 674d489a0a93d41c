package owners

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/ownership"
	"github.com/baton-observability/baton/ownership/imports"
)

// source is a catalogue that is named on the command line rather than in an
// ownership file.
type source struct {
	services    []string
	provider    string
	approvers   []string
	annotations []string
	columns     []string
	tokenEnv    string
}

func (s *source) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&s.services, "services", nil, "folder=service, for codeowners and otel-component-owners: 'src/*/=*'")
	f.StringVar(&s.provider, "provider", "", "how codeowners is read: github or gitlab")
	f.StringSliceVar(&s.approvers, "approvers", nil, "owners of everything, which codeowners names where nobody else is")
	f.StringSliceVar(&s.annotations, "annotations", nil, "further annotations of backstage that name services")
	f.StringArrayVar(&s.columns, "columns", nil, "column=field, for csv: squad=team")
	mustComplete(c, "provider", oneOf("github", "gitlab"))
}

// options are what an ownership file would say below the source.
func (s *source) options() (ownership.Options, error) {
	o := ownership.Options{}
	list := func(name string, values []string) {
		if len(values) > 0 {
			o[name] = ownership.Value{Text: values[0], List: values, File: "--" + name}
		}
	}
	list("approvers", s.approvers)
	list("annotations", s.annotations)
	if s.provider != "" {
		list("provider", []string{s.provider})
	}
	for name, lines := range map[string][]string{"services": s.services, "columns": s.columns} {
		v := ownership.Value{File: "--" + name}
		for _, line := range lines {
			key, value, ok := strings.Cut(line, "=")
			if !ok || key == "" || value == "" {
				return nil, fmt.Errorf("--%s %q is no pair: write it as left=right", name, line)
			}
			v.Pairs = append(v.Pairs, ownership.Pair{Key: key, Value: value})
		}
		if len(lines) > 0 {
			o[name] = v
		}
	}
	return o, nil
}

// read imports a catalogue from files and globs, or from one web address.
func (s *source) read(ctx context.Context, kind string, places []string) (*ownership.Import, error) {
	options, err := s.options()
	if err != nil {
		return nil, err
	}
	im, ok := imports.All()[kind]
	if !ok {
		return nil, fmt.Errorf("unknown type %q: use one of %s", kind, strings.Join(imports.Types(), ", "))
	}
	for name, v := range options {
		if !slices.Contains(im.Options(), name) {
			return nil, fmt.Errorf("%s means nothing to %s", v.File, kind)
		}
	}
	spec := ownership.Spec{Type: kind, Name: kind + " " + strings.Join(places, ", "), Options: options, File: "the command line"}
	if strings.HasPrefix(places[0], "http://") || strings.HasPrefix(places[0], "https://") {
		spec.URL = places[0]
		if s.tokenEnv != "" {
			spec.Token = "${" + s.tokenEnv + "}"
		}
	} else {
		spec.Paths = places
	}
	return imports.Read(ctx, spec)
}

func problemsOf(file string, err error) []ownership.Problem {
	var ps ownership.Problems
	if errors.As(err, &ps) {
		return ps
	}
	var p ownership.Problem
	if errors.As(err, &p) {
		return []ownership.Problem{p}
	}
	return []ownership.Problem{{File: file, What: err.Error()}}
}
