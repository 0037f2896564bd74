package smsc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/postbox"
)

// SystemName is what the centre calls itself in answers to a bind.
const SystemName = "okno-sandbox"

// Window is how many requests of one session may wait for an answer; more are
// answered by ESME_RTHROTTLED.
const Window = 64

// idle is how long a session may be silent; clients send enquire_link.
const idle = 5 * time.Minute

// Config is what a Server needs.
type Config struct {
	SystemID, Password string
	Box                *postbox.Box
	Switches           *party.Switches
	Clock              clock.Clock
	Log                *slog.Logger
}

// Server takes SMS messages until it is closed.
type Server struct {
	cfg    Config
	ctx    context.Context //nolint:containedctx // the life of the server: answers that wait out a delay end with it
	cancel context.CancelFunc
	joiner *joiner
	lastID atomic.Uint64
	wg     sync.WaitGroup

	mu       sync.Mutex
	listener *party.Listener
	sessions map[*session]struct{}
}

// New is a server that does not listen yet.
func New(cfg Config) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{cfg: cfg, ctx: ctx, cancel: cancel, joiner: newJoiner(), sessions: map[*session]struct{}{}}
	// Numbers of messages go on after a restart: a receipt never names another message.
	s.lastID.Store(uint64(cfg.Clock.Now().UnixMicro())) //nolint:gosec // after 1970
	return s
}

// Serve answers on the listener until Close.
func (s *Server) Serve(inner net.Listener) error {
	l := party.Listen(inner, party.SMS, s.cfg.Switches)
	s.mu.Lock()
	s.listener = l
	s.mu.Unlock()
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("SMS of the sandbox: %w", err)
		}
		s.begin(c)
	}
}

// Close ends all sessions and waits for them. Serve must have been called.
func (s *Server) Close() error {
	s.mu.Lock()
	s.cancel()
	l := s.listener
	s.mu.Unlock()
	var err error
	if l != nil {
		err = l.Close()
		l.CutAll()
	}
	s.wg.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Reset forgets the pieces of unfinished messages.
func (s *Server) Reset() { s.joiner.reset() }

func (s *Server) begin(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		party.Cut(c) // accepted while we were closing
		return
	}
	ctx, cancel := context.WithCancel(s.ctx)
	one := &session{server: s, conn: c, ctx: ctx, cancel: cancel, window: make(chan struct{}, Window)}
	s.sessions[one] = struct{}{}
	s.wg.Go(func() {
		one.run()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.sessions, one)
	})
}

// messageID is a new number for an accepted message.
func (s *Server) messageID() string { return fmt.Sprintf("%x", s.lastID.Add(1)) }

// receiverFor is a session of the same system that takes receipts, first the given one.
func (s *Server) receiverFor(one *session) *session {
	if one.receives() {
		return one
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for other := range s.sessions {
		if other.receives() {
			return other
		}
	}
	return nil
}

// keep lays a message into the box once its last piece has come.
func (s *Server) keep(m submit, duplicate bool) {
	whole, ok := s.joiner.add(s.cfg.SystemID, m)
	if !ok {
		return
	}
	out := postbox.Message{
		Channel: postbox.SMS, To: postbox.Phone(m.dest), Text: text(m.coding, whole), SentAt: s.cfg.Clock.Now(),
	}
	times := 1
	if duplicate {
		times = 2
	}
	for range times {
		if err := s.cfg.Box.Add(out); err != nil {
			s.cfg.Log.Error("sandbox: a message is kept in memory only", "error", err)
		}
	}
}
