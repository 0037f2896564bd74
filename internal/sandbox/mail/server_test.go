package mail

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/postbox"
)

type fixture struct {
	addr     string
	box      *postbox.Box
	switches *party.Switches
}

func setup(t *testing.T) fixture {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := fixture{addr: l.Addr().String(), box: postbox.New(100), switches: party.New()}
	s := New(Config{
		User: "okno", Password: "secret", Box: f.box, Switches: f.switches,
		Clock: clock.System(), Log: slog.New(slog.DiscardHandler),
	})
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f fixture) send(password string, to ...string) error {
	auth := smtp.PlainAuth("", "okno", password, "127.0.0.1")
	raw := "Subject: =?UTF-8?Q?=D0=9A=D0=BE=D0=B4?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n.Ваш код\r\n"
	return smtp.SendMail(f.addr, auth, "okno@example.com", to, []byte(raw))
}

func TestStandardClient(t *testing.T) {
	t.Parallel()
	f := setup(t)
	if err := f.send("secret", "anna@example.com", "igor@example.com"); err != nil {
		t.Fatal(err)
	}
	got := f.box.List("anna@example.com", 0)
	if len(got) != 1 || got[0].Subject != "Код" || got[0].Text != ".Ваш код" || got[0].Channel != postbox.Email {
		t.Errorf("%+v", got)
	}
	if len(f.box.List("", 0)) != 2 {
		t.Error("not one message for each recipient")
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	f := setup(t)
	if code := codeOf(f.send("wrong", "anna@example.com")); code != 535 {
		t.Errorf("wrong password: %d", code)
	}
	if code := codeOf(smtp.SendMail(f.addr, nil, "a@example.com", []string{"b@example.com"}, []byte("x"))); code != 530 {
		t.Errorf("no password: %d", code)
	}
}

func TestGoMailClient(t *testing.T) {
	t.Parallel()
	f := setup(t)
	m := gomail.NewMsg()
	for _, err := range []error{m.From("okno@example.com"), m.To("anna@example.com")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	m.Subject("Заявление № 2026-000017-4 принято, ведомство начало его рассмотрение")
	m.SetBodyString(gomail.TypeTextPlain, "Здравствуйте!\nСрок — 10 рабочих дней.")
	m.AddAlternativeString(gomail.TypeTextHTML, "<p>Здравствуйте!</p>")
	host, port := split(t, f.addr)
	client, err := gomail.NewClient(host, gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS),
		gomail.WithSMTPAuth(gomail.SMTPAuthPlainNoEnc), gomail.WithUsername("okno"), gomail.WithPassword("secret"))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.DialAndSend(m); err != nil {
		t.Fatal(err)
	}
	got := f.box.List("ANNA@example.com", 0)
	if len(got) != 1 || got[0].Subject != "Заявление № 2026-000017-4 принято, ведомство начало его рассмотрение" ||
		got[0].Text != "Здравствуйте!\nСрок — 10 рабочих дней." {
		t.Errorf("%+v", got)
	}
}

func TestSwitches(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state party.State
		code  int // 0: sent; −1: any other failure
		kept  int
	}{
		"refusal":   {party.State{Refusal: true}, 550, 0},
		"down":      {party.State{Down: true}, -1, 0},
		"garbage":   {party.State{Garbage: true}, -1, 0},
		"duplicate": {party.State{Duplicate: true}, 0, 2},
		"slow":      {party.State{Slow: true}, 0, 1},
		"delay":     {party.State{Delay: party.Delay(10 * time.Millisecond)}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t)
			if err := f.switches.Set(party.Mail, c.state); err != nil {
				t.Fatal(err)
			}
			if got := codeOf(f.send("secret", "anna@example.com")); got != c.code {
				t.Errorf("code %d, want %d", got, c.code)
			}
			if got := len(f.box.List("", 0)); got != c.kept {
				t.Errorf("%d kept, want %d", got, c.kept)
			}
		})
	}
}

func TestCloseEndsADelay(t *testing.T) {
	t.Parallel()
	fake := clock.NewFake(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	s := New(Config{Switches: party.New(), Clock: fake, Log: slog.New(slog.DiscardHandler)})
	if err := s.cfg.Switches.Set(party.Mail, party.State{Delay: party.Delay(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- (&session{server: s, authed: true}).Mail("", nil) }()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	select {
	case err := <-done:
		if err == nil || !strings.Contains(err.Error(), "Closing down") {
			t.Error(err)
		}
	case <-ctx.Done():
		t.Error("the delay goes on")
	}
}

func codeOf(err error) int {
	if err == nil {
		return 0
	}
	var reply *textproto.Error
	if errors.As(err, &reply) && reply.Code >= 200 {
		return reply.Code
	}
	return -1
}

func split(t *testing.T, addr string) (string, int) {
	t.Helper()
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return tcp.IP.String(), tcp.Port
}
