// Package storeexporter takes spans from the collector's pipeline to the store.
// A batch is acknowledged when it is in the log on disk; an inserter takes the
// log to the store in fixed ranges, so that a crash neither loses an
// acknowledged span nor stores one twice.
package storeexporter

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/baton-observability/baton/collector/storeexporter/spanlog"
	"github.com/baton-observability/baton/collector/storeextension"
	"github.com/baton-observability/baton/flow"
)

// Type of the exporter in a configuration.
var Type = component.MustNewType("baton")

// NewFactory makes the exporter's factory.
func NewFactory() exporter.Factory {
	return exporter.NewFactory(Type, defaultConfig, exporter.WithTraces(
		func(_ context.Context, set exporter.Settings, cfg component.Config) (exporter.Traces, error) {
			return &storeExporter{cfg: cfg.(*Config), log: set.Logger}, nil
		}, component.StabilityLevelDevelopment))
}

type storeExporter struct {
	cfg    *Config
	log    *zap.Logger
	wal    *spanlog.Log
	stop   context.CancelFunc
	done   sync.WaitGroup
	lane   lane
	counts counts
}

type counts struct {
	acknowledged, inserted, repaired, refused, retries, setAside atomic.Int64
	lastErr                                                      atomic.Pointer[string]
}

var _ exporter.Traces = (*storeExporter)(nil)

// Capabilities asks for spans of our own: the lane keeps them, and the store
// gives ids to spans that have none.
func (e *storeExporter) Capabilities() consumer.Capabilities {
	return consumer.Capabilities{MutatesData: true}
}

func (e *storeExporter) Start(_ context.Context, host component.Host) error {
	x, err := storeextension.Find(host, e.cfg.Storage)
	if err != nil {
		return err
	}
	c, err := e.cfg.logConfig()
	if err != nil {
		return err
	}
	if e.wal, err = spanlog.Open(c, e.log); err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	e.stop = cancel
	in := &inserter{cfg: e.cfg, wal: e.wal, store: x.Store(), log: e.log, lane: &e.lane, counts: &e.counts}
	e.done.Go(func() { in.run(ctx) })
	x.AddPart(e)
	return nil
}

// Shutdown leaves what is in the log to the next start: it is on disk.
func (e *storeExporter) Shutdown(context.Context) error {
	if e.stop == nil {
		return nil
	}
	e.stop()
	err := e.wal.Close()
	e.done.Wait()
	return err
}

// retryAfter is what a sender is told to wait when the log is full: disks are
// not emptied in a second.
const retryAfter = 5 * time.Second

// ConsumeTraces appends the spans to the log. A nil error means that they are
// on disk. Errors are gRPC statuses, which the receivers pass on: resource
// exhausted (429) with a time to retry when there is no room.
func (e *storeExporter) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	rows := td.SpanCount()
	if rows == 0 {
		return nil
	}
	tenant, err := tenantOf(ctx)
	if err == nil {
		err = checkNesting(td)
	}
	if err != nil {
		e.counts.refused.Add(int64(rows))
		return err
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	if *buf, err = encodeRecord((*buf)[:0], tenant, td); err != nil {
		return consumererror.NewPermanent(fmt.Errorf("encode the spans for the log: %w", err))
	}
	key := recordKey(*buf)
	e.lane.put(ctx, key, part{tenant, td}, len(*buf))
	_, duplicate, err := e.wal.Append(ctx, *buf, rows)
	if err != nil || duplicate {
		e.lane.drop(key)
	}
	switch {
	case err == nil:
		e.counts.acknowledged.Add(int64(rows))
		return nil
	case errors.Is(err, spanlog.ErrTooLarge):
		e.counts.refused.Add(int64(rows))
		return consumererror.NewPermanent(status.Error(codes.InvalidArgument, "the request is too large for the log: send fewer spans in one request"))
	case errors.Is(err, spanlog.ErrFull):
		e.counts.refused.Add(int64(rows))
		return full()
	}
	e.counts.refused.Add(int64(rows))
	return status.Error(codes.Unavailable, fmt.Sprintf("the log cannot take spans: %v", err))
}

func full() error {
	s := status.New(codes.ResourceExhausted, "the log is full: the disk has no room or the store is away; send again later")
	if d, err := s.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(retryAfter)}); err == nil {
		s = d
	}
	return s.Err()
}

// tenantHeader says whose spans a request carries; none means the default tenant.
const tenantHeader = "x-scope-orgid"

func tenantOf(ctx context.Context) (string, error) {
	v := client.FromContext(ctx).Metadata.Get(tenantHeader)
	if len(v) == 0 {
		return "", nil
	}
	if err := flow.CheckTenant(v[0]); err != nil || len(v) > 1 {
		return "", consumererror.NewPermanent(status.Error(codes.InvalidArgument, fmt.Sprintf(
			"header X-Scope-OrgID: want one tenant of at most %d letters, digits, '-', '_' and '.'", flow.MaxTenant)))
	}
	return v[0], nil
}
