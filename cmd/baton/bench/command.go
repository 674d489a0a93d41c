// Package bench is the command that measures Baton: what taking spans costs from the first byte until everything is joined,
// judged and merged, what it keeps on disk, and how fast and how rightly it answers.
package bench

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

const help = `Measure Baton on this machine, with everything on.

The bench starts this executable twice, in folders and at loopback addresses of its own: first as the floor, which receives
OTLP and forgets it, then as Baton. It sends both the same corpus, an order estate whose flows cross an API, an event, a
queue and a workflow, as fast as it is taken. Then it says

  - spans a second, and CPU seconds of all processes, the engine's included, from the first byte until the log, the joiner, the
    judge and the merges are idle; memory at its peak; bytes on disk by table;
  - how long questions take, each answer held against the corpus: a wrong one fails the run;
  - whether stored spans are what was sent, field by field;
  - how long after its acknowledgement a flow is visible and judged, alone and beside a steady load;
  - what it costs to do nothing.

The load generator runs beside Baton on the same cores and is not counted. Linux only, because it reads /proc. Nothing else
should be running: the load average before the run is part of the result.`

const examples = `  # a million spans, about ten minutes
  baton bench

  # the published run: five million spans, and an exit code that says whether all goals were met
  baton bench --spans 5M --check --json bench.json

  # over HTTP with eight connections, without the floor and the slow parts
  baton bench --spans 200k --protocol http/protobuf --connections 8 --floor=false --probes 0 --idle 0s --trim 0s

  # do questions and ingest slow down when more is stored? One data folder, three sizes, five days of event time
  baton bench --grow 1M,5M,20M --days 5

  # with a CPU profile on a port
  baton bench --set 'service::extensions=[pprof,baton_store,baton_joiner,baton_web]' --set extensions::pprof::endpoint=127.0.0.1:11777

  # write the result into the documentation
  baton bench --spans 5M --md docs/benchmarks.md`

// Command is "baton bench".
func Command(version string) *cobra.Command {
	o := defaults()
	o.version = version
	cmd := &cobra.Command{
		Use: "bench", Short: "Measure ingest, disk, questions and latency against their goals",
		Long: help, Example: examples, Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if err := o.validate(); err != nil {
				return err
			}
			if o.program, err = os.Executable(); err != nil {
				return fmt.Errorf("path of this program: %w", err)
			}
			o.command = called(os.Args[1:])
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
			defer stop()
			r, err := run(ctx, &o, cmd.ErrOrStderr())
			if len(r.Stages) == 0 {
				return err
			}
			return errors.Join(err, tell(&o, r, cmd.OutOrStdout()))
		},
	}
	f := cmd.Flags()
	f.Var(&o.spans, "spans", "spans to send, with a suffix k, M or G")
	f.StringSliceVar(&o.grow, "grow", nil, "measure at each of these sizes in one data folder, like 1M,5M,20M; instead of --spans")
	f.IntVar(&o.days, "days", 0, "spread the event time of the corpus over so many days; 0 is 50,000 spans of event time a second")
	f.Uint64Var(&o.seed, "seed", o.seed, "seed of the corpus; the same seed gives the same flows")
	f.IntVar(&o.services, "services", o.services, "services of the estate")
	f.IntVar(&o.attributes, "attributes", o.attributes, "attributes of a span")
	f.Float64Var(&o.failures, "failures", o.failures, "share of flows that fail")
	f.StringVar(&o.protocol, "protocol", o.protocol, "grpc or http/protobuf")
	f.IntVar(&o.connections, "connections", o.connections, "connections to send over, each with one request of 512 spans in flight")
	f.IntVar(&o.queries, "queries", o.queries, "calls of each kind of question")
	f.IntVar(&o.roundTrip, "round-trip", o.roundTrip, "spans to read back and compare with what was sent")
	f.IntVar(&o.probes, "probes", o.probes, "flows to send one at a time to see when they are visible and judged; 0 = none")
	f.Float64Var(&o.rate, "rate", o.rate, "spans a second that come in beside a second round of probes; 0 = none")
	f.DurationVar(&o.rateFor, "rate-for", o.rateFor, "for how long they come in at least")
	f.DurationVar(&o.rest, "rest", o.rest, "how long to leave it alone before it is measured doing nothing: merges end, what is recent is let go, buffers are given back")
	f.DurationVar(&o.idle, "idle", o.idle, "how long to measure doing nothing")
	f.BoolVar(&o.floor, "floor", o.floor, "measure the floor, too")
	f.DurationVar(&o.settle, "settle", o.settle, "how long the work on what was sent may take after the last acknowledgement")
	f.DurationVar(&o.trim, "trim", o.trim, "how long to wait at most until the feed of the joiner is dropped, before tables are sized; 0 = size them as they are")
	f.StringArrayVar(&o.set, "set", nil, "start the measured Baton with this setting of \"baton serve --set\", to see what it costs or saves; may be repeated")
	f.StringVar(&o.dir, "dir", "", "where to make the data folder (default the system's temporary folder): the disk that is measured")
	f.BoolVar(&o.keep, "keep", false, "leave the data folder behind")
	f.StringVar(&o.json, "json", "", "write the result as JSON to this file")
	f.StringVar(&o.markdown, "md", "", "write the result as Markdown into this file, between its marks if it has them, and a plot beside it (- = standard output, without)")
	f.BoolVar(&o.check, "check", false, "exit with 1 when a goal is missed")
	return cmd
}

// errMissed is the end of a run that was asked to check and missed a goal.
var errMissed = errors.New("goals are missed")
