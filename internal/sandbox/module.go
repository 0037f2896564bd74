package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/mail"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
	"okno/internal/sandbox/postbox"
	"okno/internal/sandbox/push"
	"okno/internal/sandbox/registry"
	"okno/internal/sandbox/smsc"
)

// Person is one of the population; see package population.
type Person = population.Person

// Config says where the sandbox listens and what it is made of. Its zero value
// works: free ports, memory only, 1,200 people.
type Config struct {
	Listen     string // of the site and the registries; "" is a free port
	SMTPListen string // "" is a free port
	SMPPListen string // "" is a free port
	StartTLS   bool   // offer STARTTLS with a certificate of our own (CertPEM)
	Seed       uint64 // of the population and the secrets
	People     int    // how many at least; 0 is 1,200
	Dir        string // where messages are kept; "" is memory only
	Clock      clock.Clock
	Log        *slog.Logger
}

// defaultPeople is how many people there are unless the Config says more.
const defaultPeople = 1200

// Sandbox is the running outside world.
type Sandbox struct {
	cfg       Config
	people    *population.Population
	box       *postbox.Box
	switches  *party.Switches
	registry  *registry.Registry
	mail      *mail.Server
	smsc      *smsc.Server
	push      *push.Service
	authority *authority
	site      *http.Server
	secrets   Secrets
	certPEM   []byte
	listeners [3]net.Listener // site, mail, SMS
	running   sync.WaitGroup
	tokens    tokens
	hooks     hooks
	close     func() error
	ended     chan struct{}
}

// Start opens all ports and answers on them until ctx ends or Close is called.
// The error names the port or folder that cannot be used.
func Start(ctx context.Context, cfg Config) (*Sandbox, error) {
	s, err := build(complete(cfg))
	if err != nil {
		return nil, err
	}
	if err := s.listen(ctx); err != nil {
		return nil, errors.Join(err, s.box.Close())
	}
	s.serve()
	go func() {
		select {
		case <-ctx.Done():
			if err := s.Close(); err != nil {
				s.cfg.Log.Warn("sandbox: closing", "error", err)
			}
		case <-s.ended:
		}
	}()
	return s, nil
}

// complete fills what was left out.
func complete(cfg Config) Config {
	cfg.Listen, cfg.SMTPListen, cfg.SMPPListen = local(cfg.Listen), local(cfg.SMTPListen), local(cfg.SMPPListen)
	if cfg.People == 0 {
		cfg.People = defaultPeople
	}
	if cfg.Clock == nil {
		cfg.Clock = clock.System()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return cfg
}

// local puts the machine's own address before a bare port: the sandbox shows
// every code that was sent, so it listens to the outside only when told so in full.
func local(addr string) string {
	if addr == "" {
		return "127.0.0.1:0"
	}
	if addr[0] == ':' {
		return "127.0.0.1" + addr
	}
	return addr
}

func build(cfg Config) (*Sandbox, error) {
	s := &Sandbox{cfg: cfg, switches: party.New(), secrets: secretsOf(cfg.Seed), ended: make(chan struct{})}
	s.close = sync.OnceValue(s.shut)
	s.people = population.New(cfg.Seed, cfg.People)
	s.push = push.New(cfg.Clock)
	var err error
	if s.box, err = openBox(cfg.Dir); err != nil {
		return nil, err
	}
	if s.authority, err = openAuthority(cfg.Dir, cfg.Clock); err != nil {
		return nil, errors.Join(err, s.box.Close())
	}
	var offer *tls.Config
	if cfg.StartTLS {
		if offer, s.certPEM, err = certificate(); err != nil {
			return nil, errors.Join(err, s.box.Close())
		}
	}
	s.registry = registry.New(registry.Config{
		People: s.people, Switches: s.switches, Clock: cfg.Clock, Log: cfg.Log,
		Clients: map[string][]byte{s.secrets.RegistryClient: []byte(s.secrets.RegistrySecret)},
	})
	s.mail = mail.New(mail.Config{
		User: s.secrets.SMTPUser, Password: s.secrets.SMTPPassword, TLS: offer,
		Box: s.box, Switches: s.switches, Clock: cfg.Clock, Log: cfg.Log,
	})
	s.smsc = smsc.New(smsc.Config{
		SystemID: s.secrets.SMPPSystemID, Password: s.secrets.SMPPPassword,
		Box: s.box, Switches: s.switches, Clock: cfg.Clock, Log: cfg.Log,
	})
	s.site = &http.Server{
		Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		ErrorLog: slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug),
	}
	return s, nil
}

func openBox(dir string) (*postbox.Box, error) {
	if dir == "" {
		return postbox.New(postbox.Capacity), nil
	}
	return postbox.Open(dir, postbox.Capacity)
}

func (s *Sandbox) listen(ctx context.Context) error {
	for i, addr := range []string{s.cfg.Listen, s.cfg.SMTPListen, s.cfg.SMPPListen} {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		if err != nil {
			for _, open := range s.listeners[:i] {
				_ = open.Close()
			}
			return fmt.Errorf("sandbox: %w", err)
		}
		s.listeners[i] = l
	}
	return nil
}

func (s *Sandbox) serve() {
	for i, serve := range []func(net.Listener) error{s.site.Serve, s.mail.Serve, s.smsc.Serve} {
		s.running.Go(func() {
			if err := serve(s.listeners[i]); err != nil && !errors.Is(err, http.ErrServerClosed) {
				s.cfg.Log.Error("sandbox: a party stopped", "error", err)
			}
		})
	}
}

// Close ends all connections and closes all ports; it may be called twice.
func (s *Sandbox) Close() error { return s.close() }

func (s *Sandbox) shut() error {
	close(s.ended)
	err := errors.Join(s.site.Close(), s.mail.Close(), s.smsc.Close())
	// A server that was closed before it began to serve has not closed its port.
	for _, l := range s.listeners {
		if shut := l.Close(); !errors.Is(shut, net.ErrClosed) {
			err = errors.Join(err, shut)
		}
	}
	s.running.Wait()
	return errors.Join(err, s.box.Close())
}

// URL is where the site is, without a slash at its end.
func (s *Sandbox) URL() string { return "http://" + s.listeners[0].Addr().String() }

// RegistryURL is what the paths of registries are put behind, without a slash at its end.
func (s *Sandbox) RegistryURL() string { return s.URL() + "/registry" }

// SMTPAddr is host:port of the mail server.
func (s *Sandbox) SMTPAddr() string { return s.listeners[1].Addr().String() }

// SMSCAddr is host:port of the SMS centre.
func (s *Sandbox) SMSCAddr() string { return s.listeners[2].Addr().String() }

// Secrets are what a portal signs in to the parties with.
func (s *Sandbox) Secrets() Secrets { return s.secrets }

// CertPEM is the mail server's certificate to trust, nil without Config.StartTLS.
func (s *Sandbox) CertPEM() []byte { return s.certPEM }

// People are the whole population; the first population.DemoCount are the
// same under every seed.
func (s *Sandbox) People() []Person { return s.people.All() }

// Person is the i-th of the population; the zero Person when there are fewer.
func (s *Sandbox) Person(i int) Person {
	p, _ := s.people.At(i)
	return p
}

// Messages are what was sent to an address (everybody for ""), newest first.
func (s *Sandbox) Messages(to string) []postbox.Message { return s.box.List(to, 0) }

// Switch changes how a party behaves; party.Registries means all registries.
func (s *Sandbox) Switch(name string, state party.State) error { return s.switches.Set(name, state) }

// Reset forgets messages, switches and answered requests.
func (s *Sandbox) Reset() error {
	s.switches.Reset()
	s.registry.Reset()
	s.smsc.Reset()
	return s.box.Reset()
}
