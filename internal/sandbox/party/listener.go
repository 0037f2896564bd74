package party

import (
	"context"
	"net"
	"sync"
	"time"

	"okno/internal/kit/clock"
)

// slowPause is how long a slow party waits after each slowPiece bytes.
const (
	slowPause = 20 * time.Millisecond
	slowPiece = 8
)

// Listener gives the connections of one party the faults that are switched on
// for it: down cuts them, garbage breaks what is written, slow lets it trickle.
type Listener struct {
	net.Listener
	name     string
	switches *Switches

	mu    sync.Mutex
	conns map[*conn]struct{}
}

// Listen wraps a listener for the party of that name.
func Listen(l net.Listener, name string, s *Switches) *Listener {
	out := &Listener{Listener: l, name: name, switches: s, conns: map[*conn]struct{}{}}
	s.watch(func(changed string, state State) {
		if changed == name && state.Down {
			out.CutAll()
		}
	})
	return out
}

// Accept waits for a connection while the party is up, and cuts those that
// come while it is down.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		kept := l.keep(c)
		if l.switches.Get(l.name).Down {
			l.forget(kept)
			Cut(c)
			continue
		}
		return kept, nil
	}
}

// CutAll cuts all connections.
func (l *Listener) CutAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		Cut(c.Conn)
	}
}

func (l *Listener) keep(c net.Conn) *conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := &conn{Conn: c, listener: l}
	l.conns[kept] = struct{}{}
	return kept
}

func (l *Listener) forget(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// Cut ends a connection as a dead host does: with a reset, not with a farewell.
func Cut(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

type conn struct {
	net.Conn
	listener *Listener
}

func (c *conn) Close() error {
	c.listener.forget(c)
	return c.Conn.Close()
}

// Write sends p as the party's state asks for; it reports len(p) on success,
// whatever bytes went out.
func (c *conn) Write(p []byte) (int, error) {
	state := c.listener.switches.Get(c.listener.name)
	out := p
	if state.Garbage {
		out = Garbage(len(p))
	}
	if !state.Slow {
		_, err := c.Conn.Write(out)
		return len(p), err
	}
	return len(p), c.trickle(out)
}

func (c *conn) trickle(p []byte) error {
	for len(p) > 0 {
		n := min(slowPiece, len(p))
		if _, err := c.Conn.Write(p[:n]); err != nil {
			return err
		}
		p = p[n:]
		Pause()
	}
	return nil
}

// Pause is the wait of a slow party between two pieces. It is of the machine's
// time even where a test moves a clock by hand: the other side waits for real.
func Pause() { _ = clock.System().Sleep(context.Background(), slowPause) }

// Garbage are n bytes that no protocol of the sandbox understands: neither
// text nor a possible length. They end as a line does, so that a client who
// waits for one gets it at once.
func Garbage(n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(0x80 | (i*37+0x7f)&0x7f)
	}
	if n > 2 {
		copy(out[n-2:], "\r\n")
	}
	return out
}

// Deadline is the instant at which an idle connection is given up, by the
// machine's clock, which is the one that sockets know.
func Deadline(d time.Duration) time.Time { return clock.System().Now().Add(d) }
