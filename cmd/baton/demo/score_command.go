package demo

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/baton-observability/baton/cmd/baton/demo/azure"
	"github.com/baton-observability/baton/cmd/baton/demo/score"
	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

const scoreHelp = `Compare what a running Baton says about flows with the truth that the demo wrote, by kind of fault.

Baton must know who owns what (--write-ownership) and which keys identify a flow, and it should have had a minute since the
last span. Verdicts that wait for time to pass, such as stalled, need the demo's time to be over.`

const scoreExample = `  baton demo --estate azure --write-ownership ownership.yaml
  BATON_OWNERSHIP=ownership.yaml BATON_CORRELATION_KEYS='order.id,shipment.id*,invoice.id*' baton serve
  baton demo --estate azure --flows 4000 --rate 5 --history 15m --truth truth.jsonl
  baton demo score --truth truth.jsonl --misses 2`

// scoreCommand is "baton demo score".
func scoreCommand() *cobra.Command {
	var file string
	var misses int
	api := &score.API{Client: &http.Client{Timeout: time.Minute}}
	cmd := &cobra.Command{
		Use: "score", Short: "Compare what Baton says with the demo's truth", Long: scoreHelp, Example: scoreExample,
		Args: cobra.NoArgs, SilenceUsage: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			truths, err := readTruths(file)
			if err != nil {
				return err
			}
			from, to := span(truths)
			answers, err := api.Answers(cmd.Context(), from, to)
			if err != nil {
				return err
			}
			rows := score.Kinds(truths, answers, azure.Named)
			out := cmd.OutOrStdout()
			fmt.Fprint(out, score.Table(append([]score.Row{score.Sum("**all**", rows)}, rows...)), "\n")
			fmt.Fprint(out, score.GoalTable(score.Goals(rows, func(kind string) bool { return azure.ClassOf(kind) == azure.Slow })))
			fmt.Fprint(out, "\n", score.Misses(rows, misses))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "truth", "truth.jsonl", "the truth that the demo wrote")
	f.StringVar(&api.Address, "api", "http://localhost:8080", "where Baton's page is")
	f.StringToStringVar(&api.Headers, "header", nil, "request headers, such as authorization='Bearer TOKEN'")
	f.IntVar(&misses, "misses", 0, "list so many wrong flows of each kind")
	return cmd
}

// readTruths reads the flows all of whose spans were accepted.
func readTruths(name string) ([]sim.Truth, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("--truth: %w", err)
	}
	defer f.Close()
	var out []sim.Truth
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var t sim.Truth
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, n, err)
		}
		if !t.Unfinished {
			out = append(out, t)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(out) == 0 {
		return nil, errors.New("--truth: no finished flow in " + name)
	}
	return out, nil
}

// span is the time of all flows, with room for clocks that are wrong.
func span(truths []sim.Truth) (from, to time.Time) {
	from, to = truths[0].Start, truths[0].End
	for _, t := range truths {
		if t.Start.Before(from) {
			from = t.Start
		}
		if t.End.After(to) {
			to = t.End
		}
	}
	return from.Add(-15 * time.Minute), to.Add(15 * time.Minute)
}
