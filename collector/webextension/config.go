package webextension

import (
	"errors"
	"fmt"
	"net"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configtls"
)

// Config of the page and the API.
type Config struct {
	// Storage names the store extension.
	Storage component.ID `mapstructure:"storage"`
	// Endpoint is host:port of the page and the API.
	Endpoint string `mapstructure:"endpoint"`
	// Token, when set, must come with every request: as a bearer token or as a password.
	Token string `mapstructure:"token"`
	// AllowedHosts are further names under which the page may be asked for.
	AllowedHosts []string `mapstructure:"allowed_hosts"`
	// TLS for the listener.
	TLS *configtls.ServerConfig `mapstructure:"tls"`
}

func defaultConfig() component.Config {
	return &Config{Storage: component.MustNewID("baton_store"), Endpoint: "localhost:8080"}
}

// Validate names the field and the remedy.
func (c *Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Endpoint); err != nil {
		return errors.Join(fmt.Errorf("endpoint %q: want host:port, for example localhost:8080 (BATON_WEB_ENDPOINT)", c.Endpoint), err)
	}
	return nil
}
