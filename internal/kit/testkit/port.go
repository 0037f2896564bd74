package testkit

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports that systems leave alone: above the well-known ones, below those that
// Linux gives to callers (net.ipv4.ip_local_port_range). A port that the
// system chooses can be a caller's own by the time a server wants it, or
// while a killed server is away.
const (
	firstPort = 10_000
	lastPort  = 29_999
)

// Port is one of this machine that nobody listens on. It stays free for a
// server that is stopped and started again.
func Port() (int, error) {
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort+1)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("no port from %d to %d is free: stop what listens there", firstPort, lastPort)
}
