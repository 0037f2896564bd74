package notify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/notify/smpp"
	"okno/internal/notify/smtp"
	"okno/internal/sandbox"
	"okno/internal/sandbox/party"
)

// startSandbox is the real mail server and SMS centre of the sandbox.
func startSandbox(t *testing.T) (*sandbox.Sandbox, *smtp.Gateway, *smpp.Gateway) {
	t.Helper()
	sb, err := sandbox.Start(t.Context(), sandbox.Config{People: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sb.Close() })
	s := sb.Secrets()
	mail, err := smtp.New(smtp.Config{
		Addr: sb.SMTPAddr(), User: s.SMTPUser, Password: secret.NewString(s.SMTPPassword),
		From: "no-reply@okno.example", FromName: "Окно", TLS: "none", BaseURL: "https://okno.example",
	}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	sms, err := smpp.New("sms", smpp.Config{
		Addr: sb.SMSCAddr(), SystemID: s.SMPPSystemID, Password: secret.NewString(s.SMPPPassword), From: "Okno",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sms.Close() })
	return sb, mail, sms
}

func TestRealMailAndSMSArriveWhole(t *testing.T) {
	t.Parallel()
	sb, mail, sms := startSandbox(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	long := strings.Repeat("Ваше заявление принято к рассмотрению. ", 6)
	if err := sms.Deliver(ctx, notify.Letter{To: "+79990000001", Text: long}, "1"); err != nil {
		t.Fatal(err)
	}
	if err := sms.Deliver(ctx, notify.Letter{To: "+79990000001", Text: "Code 123456\n@okno.example #123456"}, "2"); err != nil {
		t.Fatal(err)
	}
	l := notify.Letter{To: "anna@example.org", Subject: "Заявление принято", Text: "Добрый день!\n\nСрок — 3 рабочих дня <b>.", Link: "/cabinet"}
	if err := mail.Deliver(ctx, l, "3"); err != nil {
		t.Fatal(err)
	}
	texts := sb.Messages("+79990000001")
	if len(texts) != 2 || texts[1].Text != long || texts[0].Text != "Code 123456\n@okno.example #123456" {
		t.Fatalf("sms %+v", texts)
	}
	letters := sb.Messages("anna@example.org")
	if len(letters) != 1 || letters[0].Subject != l.Subject || !strings.Contains(letters[0].Text, "3 рабочих дня <b>.") || !strings.Contains(letters[0].Text, "https://okno.example/cabinet") {
		t.Fatalf("mail %+v", letters)
	}
	if err := mail.Check(ctx); err != nil {
		t.Error(err)
	}
	if err := sms.Check(ctx); err != nil {
		t.Error(err)
	}
}

func TestGatewaysFailAndComeBack(t *testing.T) {
	t.Parallel()
	sb, mail, sms := startSandbox(t)
	ctx := t.Context()
	send := func() (error, error) {
		return mail.Deliver(ctx, notify.Letter{To: "a@example.org", Subject: "s", Text: "t"}, "1"),
			sms.Deliver(ctx, notify.Letter{To: "+79990000001", Text: "t"}, "1")
	}
	for _, state := range []party.State{{Down: true}, {Refusal: true}, {Garbage: true}} {
		for _, p := range []string{"mail", "sms"} {
			if err := sb.Switch(p, state); err != nil {
				t.Fatal(err)
			}
		}
		merr, serr := send()
		if merr == nil || serr == nil {
			t.Fatalf("%+v: mail %v, sms %v", state, merr, serr)
		}
		for _, err := range []error{merr, serr} {
			if strings.Contains(err.Error(), "example.org") || strings.Contains(err.Error(), "7999") {
				t.Fatalf("an error tells the address: %v", err)
			}
		}
	}
	for _, p := range []string{"mail", "sms"} {
		if err := sb.Switch(p, party.State{}); err != nil {
			t.Fatal(err)
		}
	}
	// What was sent while the answers were garbage may have been taken.
	before := len(sb.Messages("+79990000001"))
	if merr, serr := send(); merr != nil || serr != nil {
		t.Fatalf("after mending: mail %v, sms %v", merr, serr)
	}
	if n := len(sb.Messages("+79990000001")) - before; n != 1 {
		t.Fatalf("%d sms", n)
	}
}
