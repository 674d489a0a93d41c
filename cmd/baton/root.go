package main

import (
	"os"

	"github.com/spf13/cobra"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/httpprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/baton-observability/baton/cmd/baton/bench"
	"github.com/baton-observability/baton/cmd/baton/demo"
	"github.com/baton-observability/baton/cmd/baton/owners"
	"github.com/baton-observability/baton/collector"
)

// version is set when a release is built.
var version = "dev"

func root() *cobra.Command {
	c := &cobra.Command{
		Use:   "baton",
		Short: "Business flows across APIs, events, queues and workflows, and who owns the hop that failed",
		Long: `Baton ingests OpenTelemetry spans, joins the traces of one business flow by
correlation id, span link and message identity, and names the hop that dropped
the baton and the team that owns it.

  baton serve                    run it; the page is at http://localhost:8080
  baton demo                     send a simulated estate's flows to it
  baton ownership                check, explain, measure and import who owns what
  baton bench                    measure it on this machine
  baton report                   who caused and suffered what, and how fast it was over
  baton serve --help             every setting`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version,
	}
	c.AddCommand(serve(), demo.Command(), bench.Command(version), report(), owners.Command(), &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Run: func(c *cobra.Command, _ []string) { c.Println(version) },
	})
	return c
}

// serve is the collector's own command, with a configuration of its own when
// none is given.
func serve() *cobra.Command {
	c := otelcol.NewCommand(otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "baton", Description: "Baton", Version: version},
		Factories: collector.Components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
			URIs: []string{"yaml:" + collector.DefaultConfig},
			ProviderFactories: []confmap.ProviderFactory{
				envprovider.NewFactory(), fileprovider.NewFactory(), httpprovider.NewFactory(), yamlprovider.NewFactory(),
			},
			ConverterFactories: []confmap.ConverterFactory{collector.NewListenerCheck()},
		}},
	})
	c.Use = "serve"
	c.Short = "Ingest spans, join and judge flows, serve the page"
	c.Long = `Runs Baton. It needs no flags: OTLP comes in at localhost:4317 (gRPC) and
localhost:4318 (HTTP), the page is at http://localhost:8080, the data is kept in
./baton-data.

Settings are environment variables (BATON_DATA_DIR, BATON_WEB_ENDPOINT,
BATON_OTLP_GRPC_ENDPOINT, BATON_OTLP_HTTP_ENDPOINT, BATON_OWNERSHIP,
BATON_CLICKHOUSE_DSN, BATON_RETENTION, BATON_MAX_DISK, BATON_FSYNC, BATON_ROLES,
BATON_CORRELATION_KEYS, BATON_NEVER_JOIN), single values by --set path=value, or a collector
configuration of your own with --config. The README has a table of them.`
	c.Example = `  BATON_OWNERSHIP=ownership.yaml baton serve
  BATON_CORRELATION_KEYS='order.id,shipment.id*' baton serve
  baton serve --set exporters::baton::range_time=1s
  baton serve --config my-collector.yaml`
	insecure := c.Flags().Bool("insecure", false, "let listeners beyond loopback open without TLS and a token")
	c.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if *insecure {
			if err := os.Setenv(collector.EnvInsecure, "true"); err != nil {
				return err
			}
		}
		collectBefore(os.Getenv("BATON_MEMORY_LIMIT_MIB"))
		// The collector takes --set alone for a whole configuration, so the one it changes is named here, for validate too.
		if f := cmd.Flags().Lookup("config"); f != nil && !f.Changed {
			return f.Value.Set("yaml:" + collector.DefaultConfig)
		}
		return nil
	}
	return c
}
