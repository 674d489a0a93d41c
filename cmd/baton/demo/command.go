// Package demo is the command that plays a simulated order estate over real OTLP: the traffic of a company whose
// flows cross a gateway, topics, queues and workflows, with failures whose culprits are known.
package demo

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/azure"
	"github.com/baton-observability/baton/cmd/baton/demo/estate"
	"github.com/baton-observability/baton/cmd/baton/demo/truth"
	"github.com/spf13/cobra"
)

const help = `Play a live, simulated order estate and send its spans over OTLP, as the SDKs of nineteen services would.

Three business flows cross the estate: an order (gateway, order API, Kafka topic, Service Bus queue, Temporal workflow,
notification), a refund (a Durable orchestration) and a customer's onboarding, whose last consumer now and then never
comes. About three flows in a hundred fail, in eight ways; as many run into trouble and recover. Eight teams own the
estate; one service and one partner are deliberately owned by nobody.

With --estate azure it is another company: API Management, Event Grid, Service Bus, Logic Apps, durable orchestrations,
functions and Data Factory, with some ninety kinds of faults to choose from (--list-faults), most of which live in the
mess of production: spans that get lost, clocks that are wrong, ids that many flows share.

Spans are sent when they end, each service in batches of its own, and sending is retried until it succeeds.`

const examples = `  # send to Baton on this machine until stopped
  baton demo

  # who owns what in the estate, for BATON_OWNERSHIP
  baton demo --write-ownership ownership.yaml

  # twenty flows a second, ten times faster than life, and a file that says what really happened in each
  baton demo --rate 20 --time-scale 10 --truth truth.jsonl

  # ten thousand flows as fast as they are taken, out of order, some requests twice: the same bytes every time
  baton demo --full-speed --flows 10000 --seed 1 --start 2026-03-01T09:00:00Z --shuffle --split --duplicate 0.05

  # the Azure estate, one flow in ten with a fault of these kinds
  baton demo --estate azure --faults dlq-ttl,clock-skew --fault-rate 0.1 --truth truth.jsonl

  # over HTTP with JSON and compression, for one tenant
  baton demo --protocol http/json --endpoint localhost:4318 --gzip --tenant shop-a`

// Command is "baton demo".
func Command() *cobra.Command {
	o := defaults()
	cmd := &cobra.Command{
		Use: "demo", Short: "Play a simulated order estate and send its spans over OTLP",
		Long: help, Example: examples, Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.writeOwnership != "":
				return writeOwnership(cmd, &o)
			case o.listFaults:
				return listFaults(cmd.OutOrStdout())
			}
			if o.fullSpeed && !cmd.Flags().Changed("rate") {
				o.rate = fullSpeedRate
			}
			if err := o.validate(); err != nil {
				return err
			}
			return run(cmd, &o)
		},
	}
	cmd.AddCommand(scoreCommand())
	f := cmd.Flags()
	f.StringVar(&o.endpoint, "endpoint", o.endpoint, "where to send: host:port, or a URL (https:// means TLS)")
	f.StringVar(&o.protocol, "protocol", o.protocol, "grpc, http/protobuf or http/json")
	f.BoolVar(&o.gzip, "gzip", false, "compress requests")
	f.StringVar(&o.tenant, "tenant", "", "tenant, sent as X-Scope-OrgID")
	f.StringToStringVar(&o.headers, "header", nil, "further request headers, such as authorization='Bearer TOKEN'")
	f.IntVar(&o.connections, "connections", o.connections, "connections to send over")
	f.Float64Var(&o.rate, "rate", o.rate, "flows a second (with --full-speed: of event time, default 1000)")
	f.Uint64Var(&o.seed, "seed", 0, "seed of everything random; 0 picks one. The same seed and --start give the same spans and ids")
	f.Int64Var(&o.flows, "flows", 0, "stop after this many flows; 0 = go on until stopped")
	f.DurationVar(&o.length, "length", 0, "stop after this long; 0 = go on until stopped")
	f.DurationVar(&o.length, "duration", 0, "the same as --length")
	f.Float64Var(&o.timeScale, "time-scale", o.timeScale, "how much faster than life the business runs")
	f.Float64Var(&o.failures, "failures", o.failures, "share of flows that fail; 0 = a world without any trouble")
	f.StringVar(&o.estate, "estate", o.estate, "which company: shop or azure")
	f.StringSliceVar(&o.faults, "faults", o.faults, "kinds of faults of the Azure estate, all or none")
	f.Float64Var(&o.faultRate, "fault-rate", o.faultRate, "share of the Azure estate's flows in which something goes wrong")
	f.Int64Var(&o.learn, "learn", o.learn, "so many flows of the Azure estate are well before the first fault, for what is usual to be known")
	f.BoolVar(&o.listFaults, "list-faults", false, "list the kinds of faults of the Azure estate and end")
	f.DurationVar(&o.history, "history", o.history, "begin this far in the past, so that there is something to see at once")
	f.StringVar(&o.start, "start", "", "when the first flow begins, RFC 3339; instead of --history")
	f.StringVar(&o.truth, "truth", "", "write what really happened, a JSON line a flow, once all of its spans are acknowledged")
	f.BoolVar(&o.fullSpeed, "full-speed", false, "send --flows flows as fast as they are accepted, in requests of 512 spans")
	f.BoolVar(&o.shuffle, "shuffle", false, "send requests out of order")
	f.BoolVar(&o.split, "split", false, "cut requests into pieces of random size")
	f.Float64Var(&o.duplicate, "duplicate", 0, "share of requests that are sent twice")
	f.StringVar(&o.writeOwnership, "write-ownership", "", "write the estate's ownership file here (- = standard output) and end")
	return cmd
}

func writeOwnership(cmd *cobra.Command, o *options) error {
	rules := estate.OwnershipYAML
	if o.estate == azureEstate {
		rules = azure.OwnershipYAML
	}
	if o.writeOwnership == "-" {
		_, err := cmd.OutOrStdout().Write(rules)
		return err
	}
	if err := os.WriteFile(o.writeOwnership, rules, 0o644); err != nil {
		return fmt.Errorf("ownership file: %w", err)
	}
	return nil
}

func listFaults(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, k := range azure.Kinds {
		fmt.Fprintf(t, "%s\t%s\t%s\n", k.Name, k.Class, k.About)
	}
	return t.Flush()
}

// run plays the estate until it is done or told to stop. The first signal ends it gracefully, the second at once.
func run(cmd *cobra.Command, o *options) (err error) {
	ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop()
	}()
	begin, err := o.begin(time.Now())
	if err != nil {
		return err
	}
	if o.seed == 0 {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		o.seed = binary.LittleEndian.Uint64(b[:])
	}
	w := o.world(begin)
	facts, err := truth.Create(o.truth)
	if err != nil {
		return err
	}
	defer func() {
		if e := facts.Close(); err == nil {
			err = e
		}
	}()
	out, err := newDispatch(ctx, o, w, facts)
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "baton demo: sending to %s over %s, seed %d, from %s\n", o.endpoint, o.protocol, o.seed, begin.Format(time.RFC3339Nano))
	report := startProgress(cmd.ErrOrStderr(), out)
	newPlayer(o, w, begin, out).play(ctx)
	err = out.finish()
	report.stop()
	return err
}
