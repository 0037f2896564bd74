package app

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"okno/internal/kit/clock"
	"okno/internal/kit/secret"
	"okno/internal/sandbox"
)

type demoCommand struct {
	Listen        string `help:"Address of the portal." default:"localhost:8080"`
	SandboxListen string `help:"Address of the sandbox of the outside world." default:"127.0.0.1:8090"`
	AdminListen   string `help:"Address of health, metrics and profiles; none by default."`
	Data          string `help:"Folder to keep; it is resumed next time. By default a fresh temporary one." type:"path"`
	Database      string `help:"postgres:// address instead of a SQLite file in the folder."`
	TLS           bool   `name:"tls" help:"Make a local authority and serve HTTPS, for cameras and passkeys on a phone."`
	Factors       string `help:"What counts as a second factor, as security.factors does: all or high." default:"all" enum:"all,high"`
}

// demoPassword is every demo person's: the demo holds nobody's data.
const demoPassword = "Okno-demo-2026"

// Run starts the sandbox and a portal that speaks to it.
func (d demoCommand) Run(w *world) error {
	log := newLog(w.errOut, true)
	if d.Data == "" {
		dir, err := os.MkdirTemp("", "okno-demo-")
		if err != nil {
			return err
		}
		d.Data = dir
		defer func() { _ = os.RemoveAll(dir) }()
	}
	clk := clock.System()
	sb, err := sandbox.Start(w.ctx, sandbox.Config{Listen: d.SandboxListen, Dir: filepath.Join(d.Data, "sandbox"), Clock: clk, Log: log})
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	defer func() { _ = sb.Close() }()
	cfg, err := d.config(w.ctx, sb)
	if err != nil {
		return err
	}
	h, err := Build(w.ctx, cfg, clk, log, true)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.seed(w.ctx, sb); err != nil {
		return fmt.Errorf("demo people: %w", err)
	}
	return newServer(h).run(w.ctx, func(string) { d.greet(w.out, cfg, sb) })
}

// config points every outside party to the sandbox, over the same protocols
// as the real ones.
func (d demoCommand) config(_ context.Context, sb *sandbox.Sandbox) (Config, error) {
	s := sb.Secrets()
	c := scratch(d.Data)
	c.WebhooksPrivate = true // the sandbox stands on this machine
	c.Chain.brisk = true
	c.Listen, c.AdminListen, c.SandboxURL = d.Listen, d.AdminListen, sb.URL()
	if d.Database != "" {
		c.Database = secret.NewString(d.Database)
		c.KeysDatabase = secret.String{}
	}
	c.SMTP = SMTP{Addr: sb.SMTPAddr(), User: s.SMTPUser, Password: secret.NewString(s.SMTPPassword), From: "no-reply@okno.example", TLS: "none"}
	c.SMS = SMS{Addr: sb.SMSCAddr(), SystemID: s.SMPPSystemID, Password: secret.NewString(s.SMPPPassword), From: "Okno"}
	c.Push.insecure = []string{sb.URL()}
	c.Registries = Registry{URL: sb.RegistryURL(), Client: s.RegistryClient, Secret: secret.NewString(s.RegistrySecret)}
	host, port, err := net.SplitHostPort(d.Listen)
	if err != nil {
		return c, fmt.Errorf("--listen must be host:port, not %q", d.Listen)
	}
	if host == "" || host == "0.0.0.0" || host == "::" {
		host = "localhost"
	}
	c.BaseURL = "http://" + net.JoinHostPort(host, port)
	if d.TLS {
		c.BaseURL = "https://" + net.JoinHostPort(host, port)
		if c.TLS, err = localCertificate(filepath.Join(d.Data, "tls"), host); err != nil {
			return c, err
		}
		if err := d.clientCertificates(&c, sb, host, port); err != nil {
			return c, err
		}
	}
	c.Security.Factors = d.Factors
	c.defaults()
	return c, c.Check()
}

// clientCertificates takes certificates of the sandbox's authority at the port
// after the portal's.
func (d demoCommand) clientCertificates(c *Config, sb *sandbox.Sandbox, host, port string) error {
	n, err := strconv.Atoi(port)
	if err != nil || n == 0 {
		return nil //nolint:nilerr // a port that nobody knows has no next one
	}
	listenHost, _, _ := net.SplitHostPort(d.Listen) // split before
	next := strconv.Itoa(n + 1)
	path := filepath.Join(d.Data, "tls", "people-authority.pem")
	if err := os.WriteFile(path, sb.PeopleAuthority(), 0o600); err != nil {
		return fmt.Errorf("demo certificates: %w", err)
	}
	c.ClientCert = ClientCert{CA: path, Listen: net.JoinHostPort(listenHost, next), URL: "https://" + net.JoinHostPort(host, next)}
	return nil
}

// scratch is a configuration for a portal in one folder that nobody depends on.
func scratch(dir string) Config {
	c := Config{
		Mode: "demo", Data: dir, BaseURL: "http://localhost:8080", Listen: "127.0.0.1:0",
		Operator: Operator{NameRU: "Пробный портал", NameEN: "A portal for trying out", Address: "127.0.0.1", Phone: "8 800 000-00-00", Email: "help@okno.example"},
	}
	c.defaults()
	return c
}

// demoStaff are who works in the demo: login, role, agency, office.
var demoStaff = []struct{ login, role, agency, office, what string }{
	{"officer", "officer", "mvd", "", "officer of an agency (МВД) / сотрудник ведомства"},
	{"officer2", "officer", "mvd", "", "another officer of the same agency / второй сотрудник"},
	{"social", "officer", "social", "", "officer of another agency / сотрудник соцзащиты"},
	{"head", "head", "mvd", "", "head of the agency / руководитель"},
	{"higher", "officer", "higher", "", "officer of the superior body, for appeals / сотрудник вышестоящего органа"},
	{"machine", "integrator", "fns", "", "integrator of an agency without a desk (ФНС) / интегратор"},
	{"mfc", "mfc_operator", "mfc", "mfc-77-1", "МФЦ operator / оператор МФЦ"},
	{"support", "support_operator", "", "", "support / поддержка"},
	{"support2", "support_specialist", "", "", "support, second line / поддержка, вторая линия"},
	{"admin", "administrator", "", "", "administrator / администратор"},
	{"auditor", "auditor", "", "", "auditor / аудитор"},
	{"tax", "officer", "fns", "", "officer of an agency with parts of others' applications (ФНС) / сотрудник ФНС"},
	{"support3", "support_chief", "", "", "head of support / руководитель поддержки"},
}

// demoCitizens are people of the sandbox's population, one of each level.
var demoCitizens = []struct {
	person             int
	login, level, what string
}{
	{0, "anna", "confirmed", "citizen, confirmed account / подтверждённая"},
	{2, "timur", "standard", "citizen, standard account / стандартная"},
	{3, "galina", "simplified", "citizen, simplified account / упрощённая"},
}

// demoPhone and demoEmail are the contacts of a demo person.
func demoPhone(n int) string { return fmt.Sprintf("+7999000%04d", n) }

func demoEmail(login string) string { return login + "@okno.example" }

// demoTOTP is the secret of a demo member of staff, the same at each start, so
// that a kept folder goes on working.
func demoTOTP(login string) string {
	sum := sha256.Sum256([]byte("okno demo " + login))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}

func (d demoCommand) greet(out io.Writer, c Config, sb *sandbox.Sandbox) {
	p := func(format string, a ...any) { _, _ = fmt.Fprintf(out, format+"\n", a...) }
	p("")
	p("  Okno is ready / «Окно» готово:      %s", c.BaseURL)
	p("  Mail, SMS, registries (sandbox):    %s", sb.URL())
	p("")
	p("  Everybody's password / пароль у всех: %s", demoPassword)
	p("  Second factor: citizens get a code by SMS, %s/", sb.URL())
	p("  staff take it from the authenticator, %s/authenticator", sb.URL())
	p("")
	t := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	for _, s := range demoCitizens {
		person := sb.Person(s.person)
		_, _ = fmt.Fprintf(t, "  %s\t%s\t%s\n", s.login, strings.TrimSpace(person.LastName+" "+person.FirstName), s.what)
	}
	for _, s := range demoStaff {
		_, _ = fmt.Fprintf(t, "  %s\t\t%s\n", s.login, s.what)
	}
	_ = t.Flush()
	p("")
	p("  Data: %s    Stop: Ctrl+C", c.Data)
	if c.TLS.Cert != "" {
		p("  To trust the demo's certificate, add %s to the browser or phone.", filepath.Join(c.Data, "tls", "authority.pem"))
	}
}

var errNoAgency = errors.New("agency of the demo staff is not in services/agencies.yaml")
