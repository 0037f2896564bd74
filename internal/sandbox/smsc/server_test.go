package smsc

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	gopdu "github.com/linxGnu/gosmpp/pdu"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/postbox"
)

const patience = 10 * time.Second

type fixture struct {
	addr     string
	box      *postbox.Box
	switches *party.Switches
	clock    *clock.Fake
}

func setup(t *testing.T) fixture {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{
		addr: l.Addr().String(), box: postbox.New(100), switches: party.New(),
		clock: clock.NewFake(time.Date(2026, 3, 1, 9, 5, 0, 0, time.UTC)),
	}
	s := New(Config{
		SystemID: "okno", Password: "secret", Box: f.box, Switches: f.switches, Clock: f.clock, Log: slog.New(slog.DiscardHandler),
	})
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-done); err != nil {
			t.Error(err)
		}
	})
	return f
}

// client is a session of the library that the portal uses.
type client struct {
	*gosmpp.Session
	answers chan gopdu.PDU
}

func (f fixture) client(t *testing.T, connect func(gosmpp.Dialer, gosmpp.Auth) gosmpp.Connector, password string) (client, error) {
	t.Helper()
	c := client{answers: make(chan gopdu.PDU, 100)}
	var err error
	c.Session, err = gosmpp.NewSession(
		connect(gosmpp.NonTLSDialer, gosmpp.Auth{SMSC: f.addr, SystemID: "okno", Password: password}),
		gosmpp.Settings{
			ReadTimeout: patience, WriteTimeout: patience,
			OnAllPDU: func(p gopdu.PDU) (gopdu.PDU, bool) {
				c.answers <- p
				if p.CanResponse() {
					return p.GetResponse(), false
				}
				return nil, false
			},
		}, 0)
	if err == nil {
		t.Cleanup(func() { _ = c.Close() })
	}
	return c, err
}

func (f fixture) bound(t *testing.T) client {
	t.Helper()
	c, err := f.client(t, func(d gosmpp.Dialer, a gosmpp.Auth) gosmpp.Connector { return gosmpp.TRXConnector(d, a) }, "secret")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c client) next(t *testing.T) gopdu.PDU {
	t.Helper()
	select {
	case p := <-c.answers:
		return p
	case <-time.After(patience):
		t.Fatal("no answer")
		return nil
	}
}

func (c client) answer(t *testing.T) *gopdu.SubmitSMResp {
	t.Helper()
	p, ok := c.next(t).(*gopdu.SubmitSMResp)
	if !ok {
		t.Fatal("another answer than submit_sm_resp")
	}
	return p
}

func sms(t *testing.T, text string, enc data.Encoding) []*gopdu.SubmitSM {
	t.Helper()
	parts, err := gopdu.NewLongMessageWithEncoding(text, enc)
	if err != nil {
		t.Fatal(err)
	}
	var out []*gopdu.SubmitSM
	for _, part := range parts {
		m, _ := gopdu.NewSubmitSM().(*gopdu.SubmitSM)
		m.Message = *part
		if err := errors.Join(m.SourceAddr.SetAddress("Okno"), m.DestAddr.SetAddress("79131234567")); err != nil {
			t.Fatal(err)
		}
		m.DestAddr.SetTon(1)
		if len(parts) > 1 {
			m.EsmClass = 0x40
		}
		out = append(out, m)
	}
	return out
}

func (c client) send(t *testing.T, parts []*gopdu.SubmitSM) {
	t.Helper()
	for _, p := range parts {
		if err := c.Transceiver().Submit(p); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Ваше заявление принято. ", 20) + "Код 123456"
	for name, c := range map[string]struct {
		text string
		enc  data.Encoding
	}{
		"ucs2": {"Код: 123456", data.UCS2}, "gsm7": {"Code: 123456 [@]", data.GSM7BIT},
		"long ucs2": {long, data.UCS2}, "long gsm7": {strings.Repeat("0123456789", 40), data.GSM7BIT},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			s := f.bound(t)
			parts := sms(t, c.text, c.enc)
			s.send(t, parts)
			for range parts {
				if a := s.answer(t); !a.IsOk() || a.MessageID == "" {
					t.Errorf("answer %+v", a)
				}
			}
			got := f.box.List("8 913 123-45-67", 0)
			if len(got) != 1 || got[0].Text != c.text || got[0].To != "+79131234567" || got[0].Channel != postbox.SMS {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestSarParameters(t *testing.T) {
	t.Parallel()
	f := setup(t)
	s := f.bound(t)
	for i, piece := range []string{"\x04\x1a\x04", "\x3e\x04\x34"} { // «Код», cut in the middle of a character
		m := sms(t, "x", data.UCS2)[0]
		if err := m.Message.SetMessageDataWithEncoding([]byte(piece), data.UCS2); err != nil {
			t.Fatal(err)
		}
		for tag, value := range map[gopdu.Tag][]byte{tagSarReference: {0, 9}, tagSarTotal: {2}, tagSarSequence: {byte(i + 1)}} {
			m.RegisterOptionalParam(gopdu.Field{Tag: tag, Data: value})
		}
		s.send(t, []*gopdu.SubmitSM{m})
		s.answer(t)
	}
	if got := f.box.List("", 0); len(got) != 1 || got[0].Text != "Код" {
		t.Errorf("%+v", got)
	}
}

func TestReceipt(t *testing.T) {
	t.Parallel()
	f := setup(t)
	s := f.bound(t)
	m := sms(t, "Code", data.GSM7BIT)
	m[0].RegisteredDelivery = 1
	s.send(t, m)
	a := s.answer(t)
	r, ok := s.next(t).(*gopdu.DeliverSM)
	if !ok {
		t.Fatal("no receipt")
	}
	note, err := r.Message.GetMessage()
	want := "id:" + a.MessageID + " sub:001 dlvrd:001 submit date:2603010905 done date:2603010905 stat:DELIVRD err:000 text:"
	if err != nil || note != want || r.EsmClass != esmReceipt || r.SourceAddr.Address() != "79131234567" || r.DestAddr.Address() != "Okno" {
		t.Errorf("%q %+v %v", note, r, err)
	}
	if got := string(r.OptionalParameters[tagReceiptedID].Data); got != a.MessageID+"\x00" {
		t.Errorf("receipted_message_id %q", got)
	}
}

func TestBindIsChecked(t *testing.T) {
	t.Parallel()
	f := setup(t)
	_, err := f.client(t, gosmpp.TXConnector, "wrong")
	var bind gosmpp.BindError
	if !errors.As(err, &bind) || bind.CommandStatus != data.ESME_RINVPASWD {
		t.Errorf("%v", err)
	}
	rx, err := f.client(t, func(d gosmpp.Dialer, a gosmpp.Auth) gosmpp.Connector { return gosmpp.RXConnector(d, a) }, "secret")
	if err != nil {
		t.Fatal(err)
	}
	rx.send(t, sms(t, "x", data.GSM7BIT))
	if a := rx.answer(t); a.CommandStatus != data.ESME_RINVBNDSTS {
		t.Errorf("a receiver sent: %v", a.CommandStatus)
	}
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	f := setup(t)
	s := f.bound(t)
	if err := f.switches.Set(party.SMS, party.State{Refusal: true}); err != nil {
		t.Fatal(err)
	}
	s.send(t, sms(t, "refused", data.GSM7BIT))
	if a := s.answer(t); a.CommandStatus != data.ESME_RSUBMITFAIL {
		t.Errorf("refusal: %v", a.CommandStatus)
	}
	if err := f.switches.Set(party.SMS, party.State{Duplicate: true}); err != nil {
		t.Fatal(err)
	}
	s.send(t, sms(t, "twice", data.GSM7BIT))
	s.answer(t)
	if n := len(f.box.List("", 0)); n != 2 {
		t.Errorf("%d messages", n)
	}
	if err := f.switches.Set(party.SMS, party.State{Down: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.client(t, gosmpp.TXConnector, "secret"); err == nil {
		t.Error("bound while down")
	}
}

func TestDelayAndWindow(t *testing.T) {
	t.Parallel()
	f := setup(t)
	s := f.bound(t)
	if err := f.switches.Set(party.SMS, party.State{Delay: party.Delay(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	for range Window + 1 {
		s.send(t, sms(t, "late", data.GSM7BIT))
	}
	if a := s.answer(t); a.CommandStatus != data.ESME_RTHROTTLED {
		t.Errorf("over the window: %v", a.CommandStatus)
	}
	if n := len(f.box.List("", 0)); n != 0 {
		t.Errorf("%d before the delay was over", n)
	}
	eventually(t, func() bool { return f.clock.Sleepers() == Window })
	f.clock.Advance(time.Minute)
	for range Window {
		s.answer(t)
	}
	if n := len(f.box.List("", 0)); n != Window {
		t.Errorf("%d after the delay", n)
	}
}

// eventually waits until a condition holds.
func eventually(t *testing.T, cond func() bool) {
	t.Helper()
	for deadline := party.Deadline(patience); !cond(); {
		if clock.System().Now().After(deadline) {
			t.Fatal("it never came to be")
		}
		<-time.After(time.Millisecond)
	}
}

// raw speaks bytes, as no library does.
func (f fixture) raw(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", f.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(party.Deadline(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

func exchange(t *testing.T, c net.Conn, p pdu) pdu {
	t.Helper()
	if _, err := c.Write(p.bytes()); err != nil {
		t.Fatal(err)
	}
	out, err := readPDU(c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestProtocolErrors(t *testing.T) {
	t.Parallel()
	f := setup(t)
	c := f.raw(t)
	login := []byte("okno\x00secret\x00\x00\x34\x00\x00\x00")
	for _, step := range []struct {
		name            string
		send            pdu
		command, status uint32
	}{
		{"submit before bind", pdu{command: submitSM, sequence: 1}, submitSM | answerBit, statusBadBind},
		{"unknown command", pdu{command: 0x777, sequence: 2}, genericNack, statusBadCmd},
		{"enquire_link", pdu{command: enquireLink, sequence: 3}, enquireLink | answerBit, statusOK},
		{"bind", pdu{command: bindTransceiver, sequence: 4, body: login}, bindTransceiver | answerBit, statusOK},
		{"bind again", pdu{command: bindTransceiver, sequence: 5, body: login}, bindTransceiver | answerBit, statusAlreadyBound},
		{"broken submit", pdu{command: submitSM, sequence: 6, body: []byte("abc")}, submitSM | answerBit, statusBadMsgLength},
		{"unbind", pdu{command: unbind, sequence: 7}, unbind | answerBit, statusOK},
	} {
		got := exchange(t, c, step.send)
		if got.command != step.command || got.status != step.status || got.sequence != step.send.sequence {
			t.Errorf("%s: %x", step.name, got)
		}
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("after unbind: %v", err)
	}
}

func TestGarbageIsNacked(t *testing.T) {
	t.Parallel()
	c := setup(t).raw(t)
	if _, err := c.Write(bytes.Repeat([]byte{0xEE}, 64)); err != nil {
		t.Fatal(err)
	}
	got, err := readPDU(c)
	if err != nil || got.command != genericNack || got.status != statusBadCmdLength {
		t.Errorf("%x %v", got, err)
	}
}
