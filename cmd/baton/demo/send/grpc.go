package send

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

type grpcClient struct {
	conn    *grpc.ClientConn
	headers metadata.MD
	options []grpc.CallOption
}

func newGRPC(c Config) (client, error) {
	target, secure := strings.CutPrefix(c.Endpoint, "https://")
	target = strings.TrimPrefix(target, "http://")
	creds := insecure.NewCredentials()
	if secure {
		creds = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(creds), grpc.WithUserAgent("baton-demo"))
	if err != nil {
		return nil, fmt.Errorf("endpoint %q: %w", c.Endpoint, err)
	}
	g := &grpcClient{conn: conn, headers: metadata.New(c.Headers), options: []grpc.CallOption{grpc.ForceCodecV2(rawCodec{})}}
	if c.Gzip {
		g.options = append(g.options, grpc.UseCompressor(gzip.Name))
	}
	return g, nil
}

func (g *grpcClient) close() error { return g.conn.Close() }

func (g *grpcClient) export(ctx context.Context, request []byte) (int64, error) {
	ctx = metadata.NewOutgoingContext(ctx, g.headers)
	var answer []byte
	if err := g.conn.Invoke(ctx, exportMethod, request, &answer, g.options...); err != nil {
		return 0, grpcError(err)
	}
	response := ptraceotlp.NewExportResponse()
	if err := response.UnmarshalProto(answer); err != nil {
		return 0, fmt.Errorf("answer of the receiver: %w", err)
	}
	return response.PartialSuccess().RejectedSpans(), nil
}

// grpcError sorts answers as the OTLP specification does: RESOURCE_EXHAUSTED may be retried only when the receiver
// says when.
func grpcError(err error) error {
	s := status.Convert(err)
	var after time.Duration
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			after = info.GetRetryDelay().AsDuration()
			if s.Code() == codes.ResourceExhausted {
				return &retryable{after: after, cause: err}
			}
		}
	}
	switch s.Code() {
	case codes.Canceled, codes.DeadlineExceeded, codes.Aborted, codes.OutOfRange, codes.Unavailable, codes.DataLoss:
		return &retryable{after: after, cause: err}
	}
	return err
}

// rawCodec passes bytes that are already protobuf.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(v any) (mem.BufferSlice, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("raw codec: cannot marshal %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(b)}, nil
}

func (rawCodec) Unmarshal(data mem.BufferSlice, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("raw codec: cannot unmarshal into %T", v)
	}
	*b = data.Materialize()
	return nil
}
