//go:build !linux

package harness

import (
	"os/exec"
	"runtime"
	"time"
)

func launch(*exec.Cmd) (<-chan error, error) { return nil, ErrLinuxOnly }
func tree(int) []int                         { return nil }
func cpuOf(int) time.Duration                { return 0 }
func rssOf(int) int64                        { return 0 }
func pssOf(int) int64                        { return 0 }

// Machine describes where this runs.
func Machine() string { return runtime.GOOS + "/" + runtime.GOARCH }

// Load is not known here.
func Load() string { return "" }
