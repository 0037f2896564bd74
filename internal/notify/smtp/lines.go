package smtp

import (
	"context"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"okno/internal/kit/clock"
)

const (
	mostLines = 16               // connections at once: servers turn away who opens many
	idleLong  = 30 * time.Second // servers end them after some minutes (RFC 5321, 4.5.3.2.7)
	askAfter  = 2 * time.Second  // after that a kept one is asked whether it lives
)

// lines are connections to the mail server that are kept for the next letter:
// to connect, greet and part cost more than the letter itself.
type lines struct {
	places chan struct{} // one is held for each connection in use
	idle   chan line
	clock  clock.Clock
}

type line struct {
	conn *smtp.Client
	used time.Time
}

func newLines(clk clock.Clock) *lines {
	return &lines{places: make(chan struct{}, mostLines), idle: make(chan line, mostLines), clock: clk}
}

// take gives a kept connection that lives, or a new one, once there is a place
// for it. Give it back with keep or drop.
func (p *lines) take(ctx context.Context, c *mail.Client) (*smtp.Client, error) {
	select {
	case p.places <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	conn, err := p.living(ctx, c)
	if err != nil {
		<-p.places
	}
	return conn, err
}

func (p *lines) living(ctx context.Context, c *mail.Client) (*smtp.Client, error) {
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
	p.idle <- line{conn, p.clock.Now()} // there are no more than places
	<-p.places
}

// drop ends a connection on which something went wrong.
func (p *lines) drop(conn *smtp.Client) {
	_ = conn.Close()
	<-p.places
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
