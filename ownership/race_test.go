//go:build race

package ownership_test

// raceEnabled spares the race detector what it slows down tenfold.
const raceEnabled = true
