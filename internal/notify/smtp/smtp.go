// Package smtp takes letters to a mail server (RFC 5321), on connections that
// are kept for some seconds. It composes plain text with an HTML twin; it does not queue.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"okno/internal/kit/clock"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Config is how the mail server is reached.
type Config struct {
	Addr     string // host:port
	User     string // "" for none
	Password secret.String
	From     string // address
	FromName string
	// TLS is "required", "opportunistic" or "none".
	TLS string
	// BaseURL is put before the links of letters.
	BaseURL string
}

// Gateway sends e-mail.
type Gateway struct {
	cfg    Config
	clock  clock.Clock
	client *mail.Client
	lines  *lines
}

// New is a gateway to the server of cfg; nothing is connected yet.
func New(cfg Config, clk clock.Clock) (*Gateway, error) {
	c, err := dialer(cfg)
	if err != nil {
		return nil, fmt.Errorf("smtp address: %w", err)
	}
	return &Gateway{cfg: cfg, clock: clk, client: c, lines: newLines(clock.System())}, nil
}

// Close parts from the server.
func (g *Gateway) Close() error {
	g.lines.close()
	return nil
}

// Name tells the gateway in logs and lists.
func (g *Gateway) Name() string { return "smtp" }

// Check reports whether the server lets us in.
func (g *Gateway) Check(ctx context.Context) error {
	conn, err := g.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return cause(err)
	}
	return conn.Quit()
}

// Deliver hands the letter to the server. messageID is the same at each try, so
// that a receiver can tell a repeat.
func (g *Gateway) Deliver(ctx context.Context, l notify.Letter, messageID string) error {
	m := mail.NewMsg()
	if err := m.FromFormat(g.cfg.FromName, g.cfg.From); err != nil {
		return notify.Refused(errors.New("sender address is not valid"))
	}
	if err := m.To(l.To); err != nil {
		return notify.Refused(errors.New("address is not valid"))
	}
	_, domain, _ := strings.Cut(g.cfg.From, "@")
	m.Subject(l.Subject)
	m.SetMessageIDWithValue(messageID + "@" + domain)
	m.SetDateWithValue(g.clock.Now())
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, g.plain(l))
	m.AddAlternativeString(mail.TypeTextHTML, g.html(l))
	return g.send(ctx, m)
}

// send hands the message over. Only a connection on which it went well is kept.
func (g *Gateway) send(ctx context.Context, m *mail.Msg) error {
	conn, err := g.lines.take(ctx, g.client)
	if err != nil {
		return cause(err)
	}
	if err = conn.UpdateDeadline(timeout); err == nil {
		err = talk(conn, m)
	}
	if err != nil {
		g.lines.drop(conn)
		return cause(err)
	}
	g.lines.keep(conn)
	return nil
}

// timeout bounds connecting, and handing over one letter.
const timeout = 20 * time.Second

func dialer(cfg Config) (*mail.Client, error) {
	host, port, err := hostPort(cfg.Addr)
	if err != nil {
		return nil, err
	}
	policy := mail.TLSOpportunistic
	switch cfg.TLS {
	case "required":
		policy = mail.TLSMandatory
	case "none":
		policy = mail.NoTLS
	}
	opts := []mail.Option{mail.WithPort(port), mail.WithTimeout(timeout), mail.WithTLSPolicy(policy)}
	if cfg.User != "" {
		auth := mail.SMTPAuthPlain
		if policy == mail.NoTLS {
			auth = mail.SMTPAuthPlainNoEnc
		}
		opts = append(opts, mail.WithSMTPAuth(auth), mail.WithUsername(cfg.User), mail.WithPassword(cfg.Password.Reveal()))
	}
	return mail.NewClient(host, opts...)
}

// cause keeps the code of the server's answer and drops its text, which may
// repeat the address.
func cause(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		err := fmt.Errorf("mail server answered %d", answer.Code)
		if answer.Code >= 550 && answer.Code < 555 {
			return notify.Refused(err)
		}
		return err
	}
	var network net.Error
	if errors.As(err, &network) {
		var dial *net.OpError // which address, and why
		if errors.As(err, &dial) {
			return fmt.Errorf("mail server is not reached: %w", dial)
		}
		return errors.New("mail server is not reached")
	}
	return errors.New("mail server did not take the letter")
}

func (g *Gateway) plain(l notify.Letter) string {
	s := l.Text
	if l.Link != "" {
		s += "\n\n" + g.cfg.BaseURL + l.Link
	}
	return s + "\n\n— \n" + g.cfg.FromName + "\n" + g.cfg.BaseURL + "\n"
}

func (g *Gateway) html(l notify.Letter) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif;font-size:16px;line-height:1.5;color:#0b0c0c;max-width:600px">`)
	fmt.Fprintf(&b, `<h1 style="font-size:20px">%s</h1>`, html.EscapeString(l.Subject))
	for p := range strings.SplitSeq(l.Text, "\n\n") {
		fmt.Fprintf(&b, "<p>%s</p>", strings.ReplaceAll(html.EscapeString(p), "\n", "<br>"))
	}
	if l.Link != "" {
		u := html.EscapeString(g.cfg.BaseURL + l.Link)
		fmt.Fprintf(&b, `<p><a href="%s" style="color:#0d4cd3">%s</a></p>`, u, u)
	}
	fmt.Fprintf(&b, `<p style="color:#505a5f">%s</p></body></html>`, html.EscapeString(g.cfg.FromName))
	return b.String()
}

func hostPort(addr string) (string, int, error) {
	host, p, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, err
	}
	port, err := strconv.Atoi(p)
	if err != nil || port < 1 || port > 65535 {
		return "", 0, errors.New("port is not a number")
	}
	return host, port, nil
}
