package demo

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/azure"
	"github.com/baton-observability/baton/cmd/baton/demo/estate"
	"github.com/baton-observability/baton/cmd/baton/demo/send"
)

// options are the flags of the command.
type options struct {
	endpoint    string
	protocol    string
	gzip        bool
	tenant      string
	headers     map[string]string
	connections int

	rate      float64
	seed      uint64
	flows     int64
	length    time.Duration
	timeScale float64
	failures  float64
	estate    string
	faults    []string
	faultRate float64
	learn     int64
	history   time.Duration
	start     string
	truth     string

	fullSpeed bool
	shuffle   bool
	duplicate float64
	split     bool

	writeOwnership string
	listFaults     bool
}

// defaults are what a newcomer gets.
func defaults() options {
	return options{
		endpoint: "localhost:4317", protocol: send.GRPC,
		// Four connections keep two cores busy at full speed; live traffic needs none of them for long.
		connections: 4,
		// Five flows a second are some 200 spans: enough to see life, little enough to run on a laptop all day.
		rate: 5, timeScale: 1, failures: 0.03, estate: shopEstate, faults: []string{"all"}, faultRate: 0.1,
		// What is usual of the Azure estate's slowest type, one flow in thirty, is known after some 600 flows.
		learn: 600,
		// Two minutes hold about 600 flows, some 20 of them failed: a page that is opened now has something to show.
		history: 2 * time.Minute,
	}
}

// fullSpeedRate is how close together flows are stamped in full-speed mode when --rate does not say: 1,000 a second
// makes a few minutes of event time out of a benchmark of a few million spans.
const fullSpeedRate = 1000

// validate names the remedy for every setting that cannot work.
func (o *options) validate() error {
	switch {
	case o.rate <= 0 || o.rate > 100_000:
		return errors.New("--rate must be above 0 and at most 100000 flows a second")
	case o.timeScale <= 0 || o.timeScale > 10_000:
		return errors.New("--time-scale must be above 0 and at most 10000; 10 means ten times faster than life")
	case o.failures < 0 || o.failures > 0.4:
		return errors.New("--failures is a share of all flows, from 0 to 0.4; 0.03 is three in a hundred")
	case o.estate != shopEstate && o.estate != azureEstate:
		return fmt.Errorf("--estate %q: there are %s and %s", o.estate, shopEstate, azureEstate)
	case o.faultRate < 0 || o.faultRate > 1:
		return errors.New("--fault-rate is a share of all flows, from 0 to 1; 0.1 is one in ten")
	case o.learn < 0:
		return errors.New("--learn is a number of flows and cannot be negative")
	case o.duplicate < 0 || o.duplicate > 1:
		return errors.New("--duplicate is a share of all requests, from 0 to 1")
	case o.connections < 1 || o.connections > 256:
		return errors.New("--connections must be from 1 to 256")
	case o.flows < 0 || o.length < 0 || o.history < 0:
		return errors.New("--flows, --length and --history cannot be negative")
	case o.fullSpeed && o.flows == 0:
		return errors.New("--full-speed needs --flows N: without a count it would never end")
	}
	_, err := o.kinds()
	return err
}

// begin is when the first flow starts.
func (o *options) begin(now time.Time) (time.Time, error) {
	if o.start != "" {
		at, err := time.Parse(time.RFC3339Nano, o.start)
		if err != nil {
			return at, fmt.Errorf("--start: give a time like 2026-03-01T09:00:00Z: %w", err)
		}
		if at.After(now) {
			return at, fmt.Errorf("--start %s lies in the future", o.start)
		}
		return at, nil
	}
	if o.fullSpeed {
		span := time.Duration(float64(o.flows) / o.rate * float64(time.Second))
		return now.Add(-span - 10*time.Second), nil
	}
	return now.Add(-o.history), nil
}

// The estates.
const (
	shopEstate  = "shop"
	azureEstate = "azure"
)

// kinds are the kinds of faults that the options name.
func (o *options) kinds() ([]*azure.Kind, error) {
	if len(o.faults) == 1 && o.faults[0] == "none" {
		return nil, nil
	}
	kinds, unknown := azure.KindsNamed(o.faults...)
	if unknown != "" {
		return nil, fmt.Errorf("--faults: there is no kind %q; --list-faults lists them", unknown)
	}
	return kinds, nil
}

// silent is the number of the flow from which on a service sends nothing: the last fifth of the run, where that is long
// enough to be a fact.
func (o *options) silent(kinds []*azure.Kind) int64 {
	from := o.flows - o.flows/5
	long := float64(o.flows-from)/o.rate >= 600
	if !long || !slices.ContainsFunc(kinds, func(k *azure.Kind) bool { return k.Name == "silent-source" }) {
		return 0
	}
	return from
}

// world is the estate that the options name.
func (o *options) world(begin time.Time) world {
	if o.estate == azureEstate {
		kinds, _ := o.kinds() // validated
		return azure.New(azure.Options{Seed: o.seed, Start: begin, Rate: o.rate, Scale: o.timeScale, Kinds: kinds, FaultRate: o.faultRate, Learn: o.learn,
			Silent: o.silent(kinds)})
	}
	return estate.NewWorld(estate.NewPlanner(o.seed, begin, o.rate, o.failures), o.timeScale)
}

// sender is how requests are sent.
func (o *options) sender() send.Config {
	headers := map[string]string{}
	for k, v := range o.headers {
		headers[k] = v
	}
	if o.tenant != "" {
		headers["x-scope-orgid"] = o.tenant
	}
	return send.Config{Endpoint: o.endpoint, Protocol: o.protocol, Gzip: o.gzip, Headers: headers}
}
