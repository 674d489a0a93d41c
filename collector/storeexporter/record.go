package storeexporter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// A record of the log is a version, the tenant, and the spans as OTLP protobuf.
const recordVersion = 1

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 512<<10); return &b }}

func encodeRecord(dst []byte, tenant string, td ptrace.Traces) ([]byte, error) {
	dst = append(dst, recordVersion)
	dst = binary.AppendUvarint(dst, uint64(len(tenant)))
	dst = append(dst, tenant...)
	b, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		return dst, err
	}
	return append(dst, b...), nil
}

func decodeRecord(b []byte) (tenant string, td ptrace.Traces, err error) {
	if len(b) == 0 || b[0] != recordVersion {
		return "", td, errors.New("record of an unknown version: a newer release wrote it")
	}
	b = b[1:]
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", td, errors.New("record is damaged at its tenant")
	}
	tenant, b = string(b[size:size+int(n)]), b[size+int(n):]
	td, err = (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(b)
	if err != nil {
		return "", td, fmt.Errorf("record is damaged: %w", err)
	}
	return tenant, td, nil
}
