package store

import (
	"sync"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/baton-observability/baton/flow"
)

// resourceCache keeps what was read of resources, by the hash of their
// content: an estate sends the same few hundred resources for ever.
type resourceCache struct {
	mu   sync.Mutex
	byID map[uint64]*flow.Resource
	read uint64 // the extractor's changes when they were read
}

// maxResources take a few megabytes. Past it all are read again.
const maxResources = 8192

func (c *resourceCache) get(id uint64, tenant string, res pcommon.Resource, x *flow.Extractor) *flow.Resource {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := x.Changes(); n != c.read {
		c.byID, c.read = nil, n
	}
	if r, ok := c.byID[id]; ok {
		return r
	}
	r := x.Resource(tenant, res)
	if c.byID == nil || len(c.byID) >= maxResources {
		c.byID = map[uint64]*flow.Resource{}
	}
	c.byID[id] = r
	return r
}
