package main

import (
	"cmp"
	"os"
	"runtime/debug"
	"strconv"
)

// memoryLimit of this process in MiB, as the configuration has it by default.
const memoryLimit = "768"

// collectBefore has Go's collector work harder from where the memory limiter begins to refuse, four fifths of its limit:
// else a rush is refused for garbage that nobody needs.
func collectBefore(limit string) {
	mib, err := strconv.ParseInt(cmp.Or(limit, memoryLimit), 10, 32)
	if err != nil || mib <= 0 || os.Getenv("GOMEMLIMIT") != "" { // the limiter says what is wrong with a limit
		return
	}
	debug.SetMemoryLimit(mib << 20 * 4 / 5)
}
