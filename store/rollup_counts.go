package store

// rollupCounts counts spans by minute, endpoint, outcome and duration. The key
// is one number, because a map of numbers is several times faster than one of
// structs and this is done for every span: 28 bits of minute reach to 2480,
// 26 bits of endpoint number are more than a batch has spans, then a bit of
// outcome and 9 of duration bucket.
type rollupCounts struct {
	n map[uint64]uint64
}

func (c *rollupCounts) add(minute, endpoint uint32, failed bool, bucket uint16) {
	key := uint64(minute)<<36 | uint64(endpoint&(1<<26-1))<<10 | uint64(bucket)
	if failed {
		key |= 1 << 9
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
func rollupKey(key uint64) (minute, endpoint uint32, outcome uint8, bucket uint16) {
	return uint32(key >> 36), uint32(key>>10) & (1<<26 - 1), uint8(key>>9) & 1, uint16(key & (1<<9 - 1))
}
