// Package mail is the sandbox's mail server: real SMTP on one side, letters
// that a person can read on the other. It relays nothing.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/postbox"
)

// MaxBytes is the largest message that is taken.
const MaxBytes = 10 << 20

// Config is what a Server needs. TLS nil means that STARTTLS is not offered.
type Config struct {
	User, Password string
	TLS            *tls.Config
	Box            *postbox.Box
	Switches       *party.Switches
	Clock          clock.Clock
	Log            *slog.Logger
}

// Server takes mail until it is closed.
type Server struct {
	cfg    Config
	smtp   *smtp.Server
	cancel context.CancelFunc
	ctx    context.Context //nolint:containedctx // the life of the server: sessions that wait out a delay end with it
}

// New is a server that does not listen yet.
func New(cfg Config) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{cfg: cfg, ctx: ctx, cancel: cancel}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{server: s}, nil
	}))
	s.smtp.Domain = "mail.sandbox.test"
	s.smtp.TLSConfig = cfg.TLS
	s.smtp.AllowInsecureAuth = true // it listens on the machine itself
	s.smtp.MaxMessageBytes = MaxBytes
	s.smtp.MaxRecipients = 100
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.ReadTimeout = 5 * time.Minute
	s.smtp.WriteTimeout = time.Minute
	s.smtp.ErrorLog = errorLog{cfg.Log}
	return s
}

// Serve answers on the listener until Close.
func (s *Server) Serve(l net.Listener) error {
	if err := s.smtp.Serve(party.Listen(l, party.Mail, s.cfg.Switches)); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mail of the sandbox: %w", err)
	}
	return nil
}

// Close ends all sessions.
func (s *Server) Close() error {
	s.cancel()
	if err := s.smtp.Close(); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// session is one SMTP connection.
type session struct {
	server *Server
	authed bool
	to     []string
}

// AuthMechanisms implements smtp.AuthSession.
func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.cfg.User || password != s.server.cfg.Password {
			return smtp.ErrAuthFailed
		}
		s.authed = true
		return nil
	}), nil
}

// Mail begins a message. A delay passes here, before anything was taken, so
// that a client who gives up early finds that its message did not arrive.
func (s *session) Mail(string, *smtp.MailOptions) error {
	if !s.authed {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	delay := time.Duration(s.server.cfg.Switches.Get(party.Mail).Delay)
	if delay > 0 && s.server.cfg.Clock.Sleep(s.server.ctx, delay) != nil {
		return &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Closing down"}
	}
	return nil
}

// Rcpt adds a recipient, or refuses all of them while refusal is switched on.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.cfg.Switches.Get(party.Mail).Refusal {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the message and lays it into the box of each recipient.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	letter := Parse(raw)
	times := 1
	if s.server.cfg.Switches.Get(party.Mail).Duplicate {
		times = 2
	}
	for range times {
		s.deliver(letter)
	}
	return nil
}

func (s *session) deliver(letter Letter) {
	cfg := s.server.cfg
	for _, to := range s.to {
		err := cfg.Box.Add(postbox.Message{
			Channel: postbox.Email, To: strings.TrimSpace(to), Subject: letter.Subject, Text: letter.Text, SentAt: cfg.Clock.Now(),
		})
		if err != nil {
			cfg.Log.Error("sandbox: a message is kept in memory only", "error", err)
		}
	}
}

// Reset forgets the message that was begun.
func (s *session) Reset() { s.to = nil }

// Logout ends the session.
func (*session) Logout() error { return nil }

// errorLog takes the library's complaints; they name addresses of sockets, no people.
type errorLog struct{ log *slog.Logger }

func (l errorLog) Printf(format string, v ...any) {
	l.log.Debug("sandbox mail", "text", fmt.Sprintf(format, v...))
}

func (l errorLog) Println(v ...any) { l.log.Debug("sandbox mail", "text", fmt.Sprintln(v...)) }
