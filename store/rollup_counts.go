package store

// rollupCounts counts spans by minute, endpoint and outcome. The key is one
// number, because a map of numbers is several times faster than one of structs
// and this is done for every span: 32 bits of minute, 26 bits of endpoint number
// are more than a batch has spans, then a bit of outcome.
type rollupCounts struct {
	n map[uint64]uint64
}

func (c *rollupCounts) add(minute, endpoint uint32, failed bool) {
	key := uint64(minute)<<27 | uint64(endpoint&(1<<26-1))<<1
	if failed {
		key |= 1
	}
	if c.n == nil {
		c.n = map[uint64]uint64{}
	}
	c.n[key]++
}

func (c *rollupCounts) reset() {
	if len(c.n) > 1<<15 {
		c.n = nil
	}
	clear(c.n)
}

// rollupKey takes a key apart.
func rollupKey(key uint64) (minute, endpoint uint32, outcome uint8) {
	return uint32(key >> 27), uint32(key>>1) & (1<<26 - 1), uint8(key & 1)
}
