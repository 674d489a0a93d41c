package collector

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.opentelemetry.io/collector/confmap"

	"github.com/baton-observability/baton/web"
)

// EnvInsecure names the variable that, when it is "true", lets listeners beyond
// loopback open without TLS and a token. The flag --insecure sets it.
const EnvInsecure = "BATON_INSECURE"

// listenerCheck refuses configurations whose listeners could be reached from
// other machines without TLS and authentication. It sees every component's
// part of the configuration, whoever wrote the component.
type listenerCheck struct{}

// NewListenerCheck makes the check, as a step of reading the configuration.
func NewListenerCheck() confmap.ConverterFactory {
	return confmap.NewConverterFactory(func(confmap.ConverterSettings) confmap.Converter { return listenerCheck{} })
}

// Convert checks and changes nothing.
func (listenerCheck) Convert(_ context.Context, conf *confmap.Conf) error {
	insecure := os.Getenv(EnvInsecure) == "true"
	var errs []error
	for _, section := range []string{"receivers", "extensions"} {
		parts, ok := conf.Get(section).(map[string]any)
		if !ok {
			continue
		}
		for name, part := range parts {
			if name == "baton_store" || name == "baton_joiner" {
				continue
			}
			walk(section+"::"+name, part, func(path string, m map[string]any) {
				endpoint, ok := m["endpoint"].(string)
				if !ok || endpoint == "" {
					return
				}
				token := m["auth"] != nil
				if t, ok := m["token"].(string); ok && t != "" {
					token = true
				}
				if err := web.CheckListener(endpoint, m["tls"] != nil, token, insecure); err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", path, err))
				}
			})
		}
	}
	return errors.Join(errs...)
}

func walk(path string, v any, visit func(path string, m map[string]any)) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	visit(path, m)
	for k, c := range m {
		walk(path+"::"+k, c, visit)
	}
}
