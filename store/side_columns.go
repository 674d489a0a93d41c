package store

import (
	"github.com/ClickHouse/ch-go/proto"
)

// resourceColumns are the columns of resources.
type resourceColumns struct {
	tenant     *dictionary[string]
	day        proto.ColDate
	id         proto.ColUInt64
	service    *dictionary[string]
	attributes *proto.ColMap[string, string]
	content    proto.ColStr
	input      proto.Input
}

func newResourceColumns() *resourceColumns {
	c := &resourceColumns{
		tenant: newStrings(), service: newStrings(),
		attributes: proto.NewMap[string, string](new(proto.ColStr).LowCardinality(), new(proto.ColStr)),
	}
	c.input = proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "day", Data: &c.day}, {Name: "id", Data: &c.id}, {Name: "service", Data: c.service},
		{Name: "attributes", Data: c.attributes}, {Name: "content", Data: &c.content},
	}
	return c
}

// traceColumns are the columns of traces.
type traceColumns struct {
	tenant  *dictionary[string]
	arrived proto.ColDateTime
	k       proto.ColUInt64
	bucket  proto.ColUInt32
	input   proto.Input
}

func newTraceColumns() *traceColumns {
	c := &traceColumns{tenant: newStrings()}
	c.input = proto.Input{{Name: "tenant", Data: c.tenant}, {Name: "arrived", Data: &c.arrived}, {Name: "k", Data: &c.k}, {Name: "bucket", Data: &c.bucket}}
	return c
}

// correlationColumns are the columns of correlations.
type correlationColumns struct {
	tenant *dictionary[string]
	day    proto.ColDate
	h      proto.ColUInt64
	trace  *proto.ColFixedStr
	seen   proto.ColUInt32
	input  proto.Input
}

func newCorrelationColumns() *correlationColumns {
	c := &correlationColumns{tenant: newStrings(), trace: fixed(16)}
	c.input = proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "day", Data: &c.day}, {Name: "h", Data: &c.h}, {Name: "trace_id", Data: c.trace},
		{Name: "seen", Data: &c.seen},
	}
	return c
}

// rollupColumns are the columns of rollup.
type rollupColumns struct {
	tenant   *dictionary[string]
	day      proto.ColDate
	minute   proto.ColUInt32
	endpoint *dictionary[uint64]
	outcome  proto.ColUInt8
	n        proto.ColUInt64
	input    proto.Input
}

func newRollupColumns() *rollupColumns {
	c := &rollupColumns{tenant: newStrings(), endpoint: newNumbers()}
	c.input = proto.Input{
		{Name: "tenant", Data: c.tenant}, {Name: "day", Data: &c.day}, {Name: "minute", Data: &c.minute}, {Name: "endpoint", Data: c.endpoint},
		{Name: "outcome", Data: &c.outcome}, {Name: "n", Data: &c.n},
	}
	return c
}

// commitColumns are the columns of batches.
type commitColumns struct {
	ingestedAt *proto.ColDateTime64
	id         proto.ColStr
	instance   *dictionary[string]
	spans      proto.ColUInt32
	repaired   proto.ColUInt32
	size       proto.ColUInt32
	input      proto.Input
}

func newCommitColumns() *commitColumns {
	c := &commitColumns{ingestedAt: millis(), instance: newStrings()}
	c.input = proto.Input{
		{Name: "ingested_at", Data: c.ingestedAt}, {Name: "id", Data: &c.id}, {Name: "instance", Data: c.instance}, {Name: "spans", Data: &c.spans},
		{Name: "repaired", Data: &c.repaired}, {Name: "size", Data: &c.size},
	}
	return c
}

// feedColumns are the columns of feed.
type feedColumns struct {
	ingestedAt *proto.ColDateTime64
	id         proto.ColStr
	body       proto.ColStr
	input      proto.Input
}

func newFeedColumns() *feedColumns {
	c := &feedColumns{ingestedAt: millis()}
	c.input = proto.Input{{Name: "ingested_at", Data: c.ingestedAt}, {Name: "id", Data: &c.id}, {Name: "body", Data: &c.body}}
	return c
}
