// Package harness runs this executable as the thing that is measured: in a data folder and at addresses of its own, with an
// eye on every process that belongs to it. It reads /proc and therefore works on Linux alone.
package harness

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// ErrLinuxOnly is what Start answers on other systems.
var ErrLinuxOnly = errors.New("processes are measured through /proc, which only Linux has: run the bench there, or in a container of it")

// freeAddress is a loopback address where nobody listens, with a port below those that the system gives to outgoing
// connections.
func freeAddress() (string, error) {
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(20_000+rand.IntN(12_000)))
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		return address, l.Close()
	}
	return "", fmt.Errorf("no free port between 20000 and 32000")
}
