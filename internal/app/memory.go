package app

import (
	"os"
	"runtime/debug"
)

// Between collections the heap may grow to some tens of megabytes, since what is alive
// at any time is a few: that leaves more of the processor to answers. Near memoryLimit
// the collector works harder again. GOGC and GOMEMLIMIT overrule these.
const (
	gcPercent   = 400
	memoryLimit = 128 << 20 // bytes; not a hard limit
)

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}
