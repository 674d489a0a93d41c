package bench

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/baton-observability/baton/cmd/baton/bench/corpus"
	"github.com/baton-observability/baton/cmd/baton/demo/send"
)

// options are the flags of the command.
type options struct {
	spans       size
	grow        []string
	days        int
	seed        uint64
	services    int
	attributes  int
	failures    float64
	protocol    string
	connections int

	queries   int
	roundTrip int
	probes    int
	rate      float64
	rateFor   time.Duration
	rest      time.Duration
	idle      time.Duration
	floor     bool
	settle    time.Duration
	trim      time.Duration

	set      []string
	dir      string
	keep     bool
	json     string
	markdown string
	check    bool

	program string // this executable; tests use another
	version string
	command string // as it was called
}

func defaults() options {
	c := corpus.Defaults()
	return options{
		// A million shows what five million would, but for merges of large parts.
		spans: 1_000_000, seed: c.Seed, services: c.Services, attributes: c.Attributes, failures: c.Failures,
		// Four connections keep two cores busy, which is what senders of that number of spans have.
		protocol: send.GRPC, connections: 4,
		queries: 200, roundTrip: 500, probes: 20, rate: 50_000, rateFor: 20 * time.Second, rest: 2 * time.Minute, idle: 30 * time.Second,
		floor: true, settle: 15 * time.Minute, trim: 8 * time.Minute,
	}
}

// size is a number that may end in k, M or G.
type size int64

func (s *size) String() string {
	n := int64(*s)
	for _, u := range units {
		if n >= u.value && n%u.value == 0 {
			return strconv.FormatInt(n/u.value, 10) + u.suffix
		}
	}
	return strconv.FormatInt(n, 10)
}

var units = []struct {
	suffix string
	value  int64
}{{"G", 1e9}, {"M", 1e6}, {"k", 1e3}}

func (s *size) Set(text string) error {
	digits, factor := text, int64(1)
	for _, u := range units {
		if v, ok := strings.CutSuffix(strings.ToLower(text), strings.ToLower(u.suffix)); ok {
			digits, factor = v, u.value
		}
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || !(n*float64(factor) >= 1) || n*float64(factor) > maxSpans {
		return fmt.Errorf("%q is not a number from 1 to %.0g: write 20000, 20k, 1.5M", text, float64(maxSpans))
	}
	*s = size(n * float64(factor))
	return nil
}

func (s *size) Type() string { return "number" }

// maxSpans keeps the eight digits of a flow's number from running over.
const maxSpans = 1e9

// sizes are the stages: one, or those of growth.
func (o *options) sizes() ([]int64, error) {
	if len(o.grow) == 0 {
		return []int64{int64(o.spans)}, nil
	}
	var out []int64
	for _, text := range o.grow {
		var s size
		if err := s.Set(text); err != nil {
			return nil, fmt.Errorf("--grow: %w", err)
		}
		if len(out) > 0 && int64(s) <= out[len(out)-1] {
			return nil, errors.New("--grow wants sizes that grow, like 1M,5M,20M")
		}
		out = append(out, int64(s))
	}
	return out, nil
}

// validate names the remedy for every setting that cannot work.
func (o *options) validate() error {
	switch {
	case o.protocol != send.GRPC && o.protocol != send.HTTPProtobuf:
		return fmt.Errorf("--protocol %q: there are %s and %s", o.protocol, send.GRPC, send.HTTPProtobuf)
	case o.connections < 1 || o.connections > 256:
		return errors.New("--connections must be from 1 to 256")
	case o.queries < 1 || o.queries > 10_000:
		return errors.New("--queries must be from 1 to 10000 calls of each kind")
	case o.probes < 0 || o.probes > 1000 || o.roundTrip < 0 || o.roundTrip > 100_000:
		return errors.New("--probes must be from 0 to 1000, --round-trip from 0 to 100000")
	case o.rate < 0 || o.rate > 1e7:
		return errors.New("--rate is a number of spans a second; 0 leaves the loaded probes out")
	case o.days < 0 || o.days > 30:
		return errors.New("--days must be from 0 to 30; 0 is a corpus of minutes")
	case o.rest < 0 || o.idle < 0 || o.trim < 0 || o.settle <= 0 || o.rateFor <= 0:
		return errors.New("--settle and --rate-for must be above zero, --rest, --idle and --trim at least zero")
	}
	_, err := o.sizes()
	return err
}

// corpusAt is the estate from a time on.
func (o *options) corpusAt(seed uint64, start time.Time, gap time.Duration) (*corpus.Corpus, error) {
	return corpus.New(corpus.Options{Seed: seed, Services: o.services, Attributes: o.attributes, Failures: o.failures, Start: start, Gap: gap})
}

// called is the command as somebody else can call it: where this machine put the
// data and the result is left out.
func called(args []string) string {
	words := []string{"baton"}
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(args[i], "=")
		if name != "--dir" && name != "--json" {
			words = append(words, args[i])
		} else if !joined {
			i++ // its value
		}
	}
	return strings.Join(words, " ")
}
