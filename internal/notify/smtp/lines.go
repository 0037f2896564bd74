package smtp

import (
	"context"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"okno/internal/kit/clock"
)

const (
	mostIdle = 8                // connections that are kept
	idleLong = 30 * time.Second // servers end them after some minutes (RFC 5321, 4.5.3.2.7)
	askAfter = 2 * time.Second  // after that a kept one is asked whether it lives
)

// lines are connections to the mail server that are kept for the next letter:
// to connect, greet and part cost more than the letter itself.
type lines struct {
	idle  chan line
	clock clock.Clock
}

type line struct {
	conn *smtp.Client
	used time.Time
}

func newLines(clk clock.Clock) *lines {
	return &lines{idle: make(chan line, mostIdle), clock: clk}
}

// take gives a kept connection that lives, or a new one.
func (p *lines) take(ctx context.Context, c *mail.Client) (*smtp.Client, error) {
	for {
		select {
		case l := <-p.idle:
			rest := p.clock.Now().Sub(l.used)
			if rest < idleLong && (rest < askAfter || l.conn.UpdateDeadline(askAfter) == nil && l.conn.Noop() == nil) {
				return l.conn, nil
			}
			_ = l.conn.Close()
		default:
			return c.DialToSMTPClientWithContext(ctx)
		}
	}
}

// keep gives a connection back after a letter that went well.
func (p *lines) keep(conn *smtp.Client) {
	select {
	case p.idle <- line{conn, p.clock.Now()}:
	default:
		_ = conn.Quit()
	}
}

// close parts from the server.
func (p *lines) close() {
	for {
		select {
		case l := <-p.idle:
			_ = l.conn.Quit()
		default:
			return
		}
	}
}
