// Package smpp takes letters to an SMS centre over SMPP 3.4, on one bound
// transceiver that is kept and renewed. Texts are sent as UCS-2, long ones in
// parts that the phone joins.
package smpp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Config is how the SMS centre is reached.
type Config struct {
	Addr     string // host:port
	SystemID string
	Password secret.String
	// From is the sender's name or number that the phone shows.
	From string
	// BaseURL is put before the links of letters.
	BaseURL string
}

// answerWait is how long an answer to a part is waited for.
const answerWait = 15 * time.Second

// Gateway sends SMS.
type Gateway struct {
	name    string
	cfg     Config
	mu      sync.Mutex
	session *gosmpp.Session
	waiting map[int32]chan data.CommandStatusType
	taken   atomic.Int64
}

// Taken is how many parts of messages the centre has taken from this process:
// it is parts that are paid for.
func (g *Gateway) Taken() int64 { return g.taken.Load() }

// New is a gateway to the SMS centre of cfg; it binds at the first letter.
func New(name string, cfg Config) (*Gateway, error) {
	if _, _, err := net.SplitHostPort(cfg.Addr); err != nil {
		return nil, fmt.Errorf("sms centre address: %w", err)
	}
	return &Gateway{name: name, cfg: cfg, waiting: map[int32]chan data.CommandStatusType{}}, nil
}

// Name tells the gateway in logs and lists.
func (g *Gateway) Name() string { return g.name }

// Check reports whether the SMS centre binds us.
func (g *Gateway) Check(context.Context) error {
	_, err := g.bound()
	return err
}

// Close unbinds.
func (g *Gateway) Close() error {
	g.mu.Lock()
	s := g.session
	g.session = nil
	g.mu.Unlock() // closing calls back
	if s == nil {
		return nil
	}
	return s.Close()
}

// Deliver sends the letter's text and waits until the centre has taken every part.
func (g *Gateway) Deliver(ctx context.Context, l notify.Letter, _ string) error {
	text := l.Text
	if l.Link != "" {
		text += "\n" + g.cfg.BaseURL + l.Link
	}
	parts, err := g.parts(l.To, text)
	if err != nil {
		return notify.Refused(err)
	}
	s, err := g.bound()
	if err != nil {
		return err
	}
	for _, p := range parts {
		if err := g.submit(ctx, s, p); err != nil {
			return err
		}
	}
	return nil
}

func (g *Gateway) parts(to, text string) ([]*pdu.SubmitSM, error) {
	var enc data.Encoding = data.UCS2
	if isASCII(text) {
		enc = data.GSM7BIT
	}
	messages, err := pdu.NewLongMessageWithEncoding(text, enc)
	if err != nil {
		return nil, fmt.Errorf("text can't be encoded")
	}
	parts := make([]*pdu.SubmitSM, 0, len(messages))
	for _, m := range messages {
		p, ok := pdu.NewSubmitSM().(*pdu.SubmitSM)
		if !ok {
			return nil, errors.New("library made another message")
		}
		if err := address(&p.SourceAddr, g.cfg.From, strings.Trim(g.cfg.From, "+0123456789") != ""); err != nil {
			return nil, err
		}
		if err := address(&p.DestAddr, strings.TrimPrefix(to, "+"), false); err != nil {
			return nil, err
		}
		p.Message = *m
		if m.UDH() != nil {
			p.EsmClass = data.SM_UDH_GSM
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// address fills a; names are alphanumeric (5, 0), numbers international (1, 1).
func address(a *pdu.Address, value string, name bool) error {
	a.SetTon(1)
	a.SetNpi(1)
	if name {
		a.SetTon(5)
		a.SetNpi(0)
	}
	if err := a.SetAddress(value); err != nil {
		return errors.New("address is too long")
	}
	return nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || strings.IndexByte("`{}[]~\\^|", s[i]) >= 0 {
			return false
		}
	}
	return true
}

func (g *Gateway) submit(ctx context.Context, s *gosmpp.Session, p *pdu.SubmitSM) error {
	p.AssignSequenceNumber()
	answer := make(chan data.CommandStatusType, 1)
	g.mu.Lock()
	g.waiting[p.GetSequenceNumber()] = answer
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		delete(g.waiting, p.GetSequenceNumber())
		g.mu.Unlock()
	}()
	if err := s.Transceiver().Submit(p); err != nil {
		g.drop(s)
		return errors.New("sms centre does not take the message")
	}
	ctx, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	select {
	case status := <-answer:
		if status == data.ESME_ROK {
			g.taken.Add(1)
		}
		return statusError(status)
	case <-ctx.Done():
		g.drop(s)
		return errors.New("sms centre does not answer")
	}
}

// statusError tells errors that never pass (a wrong number) from those that may.
func statusError(s data.CommandStatusType) error {
	switch s {
	case data.ESME_ROK:
		return nil
	case lost:
		return errors.New("sms centre went away before it answered")
	case data.ESME_RINVDSTADR, data.ESME_RINVDSTTON, data.ESME_RINVDSTNPI:
		return notify.Refused(fmt.Errorf("sms centre answered status %d", s))
	}
	return fmt.Errorf("sms centre answered status %d", s)
}

func (g *Gateway) bound() (*gosmpp.Session, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.session != nil {
		return g.session, nil
	}
	dial := func(addr string) (net.Conn, error) { return net.DialTimeout("tcp", addr, 10*time.Second) } //nolint:noctx // the library has no context to give
	var self *gosmpp.Session
	s, err := gosmpp.NewSession(
		gosmpp.TRXConnector(dial, gosmpp.Auth{SMSC: g.cfg.Addr, SystemID: g.cfg.SystemID, Password: g.cfg.Password.Reveal()}),
		gosmpp.Settings{
			ReadTimeout: 3 * time.Minute, WriteTimeout: 10 * time.Second, EnquireLink: time.Minute,
			OnPDU:            g.received,
			OnReceivingError: func(error) {},
			OnSubmitError:    func(pdu.PDU, error) {},
			OnRebindingError: func(error) {},
			OnClosed: func(gosmpp.State) {
				g.mu.Lock()
				defer g.mu.Unlock()
				if g.session == self {
					g.session = nil
				}
				for _, ch := range g.waiting {
					tell(ch, lost)
				}
			},
		}, 0)
	if err != nil {
		var dial *net.OpError // which address, and why
		if errors.As(err, &dial) {
			return nil, fmt.Errorf("sms centre is not reached: %w", dial)
		}
		return nil, errors.New("sms centre does not let us bind")
	}
	self = s
	g.session = s
	return s, nil
}

func (g *Gateway) received(p pdu.PDU, _ bool) {
	if _, ok := p.(*pdu.SubmitSMResp); !ok {
		if _, nack := p.(*pdu.GenericNack); !nack {
			return
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if ch := g.waiting[p.GetSequenceNumber()]; ch != nil {
		tell(ch, p.GetHeader().CommandStatus)
	}
}

// lost stands for "the connection went before an answer came"; SMPP 3.4 has no
// such status.
const lost = data.CommandStatusType(-1)

func tell(ch chan data.CommandStatusType, s data.CommandStatusType) {
	select {
	case ch <- s:
	default:
	}
}

// drop forgets a session that no longer works; the next letter binds anew.
func (g *Gateway) drop(s *gosmpp.Session) {
	g.mu.Lock()
	if g.session == s {
		g.session = nil
	}
	g.mu.Unlock()
	go func() { _ = s.Close() }()
}
