package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/smtp"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
	"github.com/pquerna/otp/totp"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
	"okno/internal/sandbox/registry"
)

func start(t *testing.T, cfg Config) *Sandbox {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mailTo(s *Sandbox, to, subject, text string) error {
	auth := smtp.PlainAuth("", s.Secrets().SMTPUser, s.Secrets().SMTPPassword, "127.0.0.1")
	return smtp.SendMail(s.SMTPAddr(), auth, "okno@example.com", []string{to}, []byte("Subject: "+subject+"\r\n\r\n"+text+"\r\n"))
}

// smsTo sends one message and waits until it was taken.
func smsTo(t *testing.T, s *Sandbox, to, text string) {
	t.Helper()
	taken := make(chan pdu.PDU, 1)
	session, err := gosmpp.NewSession(
		gosmpp.TRXConnector(gosmpp.NonTLSDialer, gosmpp.Auth{SMSC: s.SMSCAddr(), SystemID: s.Secrets().SMPPSystemID, Password: s.Secrets().SMPPPassword}),
		gosmpp.Settings{ReadTimeout: 10 * time.Second, OnPDU: func(p pdu.PDU, _ bool) { taken <- p }}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = session.Close() }()
	m, _ := pdu.NewSubmitSM().(*pdu.SubmitSM)
	if err := errors.Join(m.DestAddr.SetAddress(to), m.Message.SetMessageWithEncoding(text, data.UCS2)); err != nil {
		t.Fatal(err)
	}
	if err := session.Transceiver().Submit(m); err != nil {
		t.Fatal(err)
	}
	select {
	case <-taken:
	case <-time.After(10 * time.Second):
		t.Fatal("no answer to the SMS")
	}
}

// call asks the site; form or JSON bodies are told apart by their beginning.
func call(t *testing.T, s *Sandbox, method, path, body string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" && body[0] != '{' {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func get(t *testing.T, s *Sandbox, path string) string {
	t.Helper()
	status, text := call(t, s, http.MethodGet, path, "")
	if status != http.StatusOK {
		t.Errorf("GET %s: %d", path, status)
	}
	return text
}

func TestMessagesAPI(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := start(t, Config{Clock: clock.NewFake(now)})
	if got := get(t, s, "/api/messages"); got != "[]\n" {
		t.Errorf("nothing sent: %q", got)
	}
	if err := mailTo(s, "Anna@example.com", "Code", "Your code: 111111"); err != nil {
		t.Fatal(err)
	}
	smsTo(t, s, "79131234567", "Ваш код: <222222>")
	for to, want := range map[string]string{
		"anna@EXAMPLE.com":          `[{"channel":"email","to":"Anna@example.com","subject":"Code","text":"Your code: 111111","sent_at":"2026-03-01T09:00:00Z"}]`,
		"8 (913) 123-45-67":         `[{"channel":"sms","to":"+79131234567","subject":"","text":"Ваш код: <222222>","sent_at":"2026-03-01T09:00:00Z"}]`,
		"+79131234567":              `[{"channel":"sms","to":"+79131234567","subject":"","text":"Ваш код: <222222>","sent_at":"2026-03-01T09:00:00Z"}]`,
		"somebody.else@example.com": `[]`,
	} {
		if got := get(t, s, "/api/messages?to="+url.QueryEscape(to)); strings.TrimSpace(got) != want {
			t.Errorf("%s: %s", to, got)
		}
	}
	if got := get(t, s, "/api/messages?to=+79131234567"); !strings.Contains(got, "222222") {
		t.Error("an unescaped plus hides messages")
	}
	if got := get(t, s, "/api/messages?limit=1"); !strings.Contains(got, "222222") || strings.Contains(got, "111111") {
		t.Errorf("newest first, one: %s", got)
	}
	if status, _ := call(t, s, http.MethodGet, "/api/messages?limit=x", ""); status != http.StatusBadRequest {
		t.Errorf("limit=x: %d", status)
	}
}

func TestSwitchesAPI(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	for _, c := range []struct {
		party, body string
		status      int
	}{
		{"mail", `{"refusal":true}`, 200},
		{"registry", `{"delay":"2s","down":true}`, 200},
		{"bank", `{}`, 404},
		{"mail", `{"refused":true}`, 400},
		{"mail", `{"delay":"1h"}`, 400},
		{"mail", `{`, 400},
	} {
		if status, text := call(t, s, http.MethodPut, "/api/switches/"+c.party, c.body); status != c.status {
			t.Errorf("%s %s: %d %s", c.party, c.body, status, text)
		}
	}
	if err := mailTo(s, "anna@example.com", "s", "t"); err == nil {
		t.Error("mail was taken while refused")
	}
	var all map[string]party.State
	if err := json.Unmarshal([]byte(get(t, s, "/api/switches")), &all); err != nil {
		t.Fatal(err)
	}
	if want := (party.State{Delay: party.Delay(2 * time.Second), Down: true}); all[party.Debts] != want || !all[party.Mail].Refusal || all[party.SMS] != (party.State{}) {
		t.Errorf("%+v", all)
	}
	if status, _ := call(t, s, http.MethodPost, "/api/reset", ""); status != http.StatusNoContent {
		t.Errorf("reset: %d", status)
	}
	if err := mailTo(s, "anna@example.com", "s", "t"); err != nil {
		t.Errorf("after the reset: %v", err)
	}
}

func TestPeopleAPI(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Seed: 5})
	var page struct {
		Total  int
		People []Person
	}
	if err := json.Unmarshal([]byte(get(t, s, "/api/people?limit=3&offset=1")), &page); err != nil {
		t.Fatal(err)
	}
	if page.Total != len(s.People()) || page.Total < 1200 {
		t.Errorf("%d people", page.Total)
	}
	if diff := cmp.Diff(s.People()[1:4], page.People); diff != "" {
		t.Error(diff)
	}
	anna := s.Person(0)
	var one Person
	if err := json.Unmarshal([]byte(get(t, s, "/api/people/"+url.PathEscape(anna.SNILS))), &one); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(anna, one); diff != "" {
		t.Error(diff)
	}
	if got := get(t, s, "/api/people?offset=99999"); !strings.Contains(got, `"people":[]`) {
		t.Errorf("behind the end: %s", got)
	}
	if status, _ := call(t, s, http.MethodGet, "/api/people/00000000000", ""); status != http.StatusNotFound {
		t.Errorf("nobody: %d", status)
	}
}

func TestRegistryOverTheSite(t *testing.T) {
	t.Parallel()
	s := start(t, Config{})
	anna := s.Person(0)
	body, err := json.Marshal(registry.Request{RequestID: "r1", Person: registry.Asked{
		LastName: anna.LastName, FirstName: anna.FirstName, MiddleName: anna.MiddleName, BirthDate: anna.BirthDate, SNILS: anna.SNILS,
	}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.RegistryURL()+"/snils/check", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	secret, date := []byte(s.Secrets().RegistrySecret), clock.System().Now().Format(time.RFC3339)
	r.Header.Set(registry.HeaderClient, s.Secrets().RegistryClient)
	r.Header.Set(registry.HeaderDate, date)
	r.Header.Set(registry.HeaderSignature, registry.Sign(secret, "POST", "/registry/snils/check", date, "r1", body))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || string(raw) != `{"request_id":"r1","result":"confirmed"}`+"\n" {
		t.Errorf("%s %v", raw, err)
	}
	if resp.Header.Get(registry.HeaderSignature) != registry.SignAnswer(secret, "r1", raw) {
		t.Error("badly signed")
	}
}

func TestRestartKeepsMessages(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: t.TempDir(), Seed: 9}
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := mailTo(s, "anna@example.com", "kept", "text"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	again := start(t, cfg)
	if got := again.Messages("anna@example.com"); len(got) != 1 || got[0].Subject != "kept" {
		t.Errorf("%+v", got)
	}
	if again.Secrets() != s.Secrets() {
		t.Error("the secrets changed")
	}
}

func TestStartTLS(t *testing.T) {
	t.Parallel()
	s := start(t, Config{StartTLS: true})
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.CertPEM()) {
		t.Fatal("no certificate")
	}
	c, err := smtp.Dial(s.SMTPAddr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}); err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(smtp.PlainAuth("", s.Secrets().SMTPUser, s.Secrets().SMTPPassword, "127.0.0.1")); err != nil {
		t.Error(err)
	}
}

func TestStartAndEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx, Config{Listen: ":0"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("listens at %s", s.URL())
	}
	taken := strings.TrimPrefix(s.URL(), "http://")
	if _, err := Start(t.Context(), Config{SMPPListen: taken}); err == nil || !strings.Contains(err.Error(), taken) {
		t.Errorf("a taken port: %v", err)
	}
	cancel()
	<-s.ended
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestDemoPeopleDoNotFollowTheSeed(t *testing.T) {
	t.Parallel()
	x, y := start(t, Config{Seed: 1}), start(t, Config{Seed: 2})
	if diff := cmp.Diff(x.People()[:population.DemoCount], y.People()[:population.DemoCount]); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := Start(b.Context(), Config{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestAuthenticatorShowsValidCodes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 16, 7, 0, 10, 0, time.UTC)
	s, err := Start(t.Context(), Config{People: 20, Clock: clock.NewFake(now)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	s.AddAuthenticator("officer", "JBSWY3DPEHPK3PXP")
	s.AddAuthenticator("broken", "не base32")
	want, err := totp.GenerateCode("JBSWY3DPEHPK3PXP", now)
	if err != nil {
		t.Fatal(err)
	}
	codes := s.Codes()
	if len(codes) != 1 || codes[0].SecondsLeft != 20 || codes[0].Code != want {
		t.Fatalf("codes %+v", codes)
	}
}
