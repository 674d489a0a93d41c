//go:build race

package e2e

// raceEnabled: what is tested is built as the tests are.
const raceEnabled = true
