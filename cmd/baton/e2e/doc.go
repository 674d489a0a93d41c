// Package e2e tests the program as people run it: bin/baton in a process of its
// own with the embedded engine, an empty data folder and ports of its own on
// loopback, with baton demo as its traffic. The demo knows what really happened
// in each flow, so that every claim about joining, judging and not losing a
// span is checked against the truth, over the public API.
//
// The short forms run with `go test`. BATON_SOAK=1 runs the long ones, which
// `-run Soak` selects. BATON_BIN names a program to test instead of the one that is
// built here, BATON_ENGINE_LIB another engine library than bin/engine's.
package e2e
