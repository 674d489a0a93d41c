// Command baton follows business flows across APIs, events, queues and
// workflows, and names the owner of the hop that failed.
package main

import (
	"fmt"
	"os"

	"github.com/baton-observability/baton/store/engine"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "engine" { // the embedded engine's own process, started by serve
		if err := engine.Child(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "baton engine:", err)
			os.Exit(1)
		}
		return
	}
	if err := root().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, "baton:", err)
		os.Exit(1)
	}
}
