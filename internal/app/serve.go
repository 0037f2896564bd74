package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"okno/internal/identity/device"
)

// drainTime is how long running requests may take once the node is told to stop.
const drainTime = 20 * time.Second

// server is the portal's listener with its operator's pages.
type server struct {
	house *House
	log   *slog.Logger
	ready atomic.Bool
	main  *http.Server
	admin *http.Server
	// clients asks browsers for a certificate; nil for none.
	clients *http.Server
	// streams is cancelled when the node drains, so that live streams end.
	streams context.CancelFunc
}

// newServer prepares the listeners of a house.
func newServer(h *House) *server {
	streams, cancel := context.WithCancel(context.Background())
	s := &server{house: h, log: h.Log, streams: cancel}
	s.main = &http.Server{
		Handler:           endStreams(streams, h.Handler()),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       90 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(h.Log.Handler(), slog.LevelDebug),
	}
	s.admin = &http.Server{Handler: s.adminHandler(), ReadHeaderTimeout: 10 * time.Second}
	return s
}

// endStreams ends live streams when ends does; other requests go on: they finish
// while the node drains.
func endStreams(ends context.Context, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isStream(r.URL.Path) {
			ctx, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(ends, cancel)()
			r = r.WithContext(ctx)
		}
		next.ServeHTTP(w, r)
	})
}

// isStream reports whether a path is of a live stream.
func isStream(path string) bool { return path == livePath || path == device.LivePath }

// run serves until ctx ends, then drains: no new connections, running requests
// finish, jobs finish, databases close.
func (s *server) run(ctx context.Context, ready func(addr string)) error {
	l, err := s.listen(ctx)
	if err != nil {
		return err
	}
	failed := make(chan error, 3)
	if s.house.Config.AdminListen != "" {
		al, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.house.Config.AdminListen)
		if err != nil {
			return fmt.Errorf("admin_listen: %w", err)
		}
		go func() { failed <- s.admin.Serve(al) }()
	}
	if err := s.house.Start(ctx); err != nil {
		return err
	}
	if err := s.serveClients(ctx, failed); err != nil {
		return err
	}
	go func() { failed <- s.main.Serve(l) }()
	s.ready.Store(true)
	ready(l.Addr().String())
	spareCollector()
	go giveBack()
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	return errors.Join(ignoreClosed(err), s.drain())
}

func (s *server) listen(ctx context.Context) (net.Listener, error) {
	c := s.house.Config
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if c.TLS.Cert == "" {
		return l, nil
	}
	cert, err := tls.LoadX509KeyPair(c.TLS.Cert, c.TLS.Key)
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("tls: %w", err)
	}
	s.main.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}}
	return tls.NewListener(l, s.main.TLSConfig), nil
}

func (s *server) drain() error {
	s.ready.Store(false)
	s.log.Info("draining")
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- s.main.Shutdown(ctx) }()
	if s.clients != nil {
		_ = s.clients.Shutdown(ctx)
	}
	s.streams() // live streams would keep Shutdown waiting
	err := <-done
	err = errors.Join(err, s.house.Stop(ctx))
	return errors.Join(err, ignoreClosed(s.admin.Shutdown(ctx)))
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
