package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/kit/secret"
)

// Config is every setting of a node. It is read once, from a YAML file and then
// from the environment (OKNO_…), and checked before anything starts. A new
// setting must work when it is not set.
type Config struct {
	// Mode is "production", which refuses what is only good for trying out, or
	// "demo".
	Mode string `yaml:"mode" env:"MODE"`
	// BaseURL is the address by which people reach the portal.
	BaseURL string `yaml:"base_url" env:"BASE_URL"`
	// Listen and AdminListen are host:port of the portal and of its operator's
	// pages (health, metrics, pprof).
	Listen      string `yaml:"listen" env:"LISTEN"`
	AdminListen string `yaml:"admin_listen" env:"ADMIN_LISTEN"`
	// Data is the folder of everything that has no address of its own.
	Data string `yaml:"data" env:"DATA"`
	// Database is sqlite:PATH or a postgres:// address; KeysDatabase that of the
	// wrapped keys, which must not be backed up for more than 30 days.
	Database     secret.String `yaml:"database" env:"DATABASE"`
	KeysDatabase secret.String `yaml:"keys_database" env:"KEYS_DATABASE"`
	// Keyset is the file of the key-encryption keys.
	Keyset string `yaml:"keyset" env:"KEYSET"`
	// Blobs is folder:PATH or s3://KEY:SECRET@HOST/BUCKET?region=R&tls=off.
	Blobs secret.String `yaml:"blobs" env:"BLOBS"`
	// Services is a folder of services; "" means those that are built in.
	Services string `yaml:"services" env:"SERVICES"`
	// Workers is how many jobs run at once.
	Workers int `yaml:"workers" env:"WORKERS"`

	SMTP       SMTP       `yaml:"smtp" envPrefix:"SMTP_"`
	SMS        SMS        `yaml:"sms" envPrefix:"SMS_"`
	SMSBackup  SMS        `yaml:"sms_backup" envPrefix:"SMS_BACKUP_"`
	Registries Registry   `yaml:"registries" envPrefix:"REGISTRIES_"`
	Push       Push       `yaml:"push" envPrefix:"PUSH_"`
	ClientCert ClientCert `yaml:"client_cert" envPrefix:"CLIENT_"`
	// Clamd is host:port or a socket's path of the virus scanner; "" for none.
	Clamd string `yaml:"clamd" env:"CLAMD"`
	// AnswerDays is how many working days a person has to answer an agency where the
	// service says nothing; MessageDays is for how many days after a decision one
	// may still write about it.
	AnswerDays  int `yaml:"answer_days" env:"ANSWER_DAYS"`
	MessageDays int `yaml:"message_days" env:"MESSAGE_DAYS"`
	// Chain is how long an application may be on its way to an agency.
	Chain Chain `yaml:"chain" envPrefix:"CHAIN_"`
	// WebhooksPrivate lets webhooks go to private addresses and by plain HTTP.
	WebhooksPrivate bool `yaml:"webhooks_private" env:"WEBHOOKS_PRIVATE"`
	// Proxies are addresses or networks whose X-Forwarded-For is believed.
	Proxies []string `yaml:"proxies" env:"PROXIES"`
	TLS     TLS      `yaml:"tls" envPrefix:"TLS_"`
	// Operator is who runs the portal, as its pages name it.
	Operator Operator `yaml:"operator" envPrefix:"OPERATOR_"`
	// PasswordPolicy is "nist" or "source".
	PasswordPolicy string `yaml:"password_policy" env:"PASSWORD_POLICY"`
	// BreachedPasswords is the path of a list of leaked passwords: SHA-1 in hex,
	// sorted, as Have I Been Pwned gives it out; "" for none.
	BreachedPasswords string `yaml:"breached_passwords" env:"BREACHED_PASSWORDS"`
	// Security are the rules of signing in.
	Security Security `yaml:"security" envPrefix:"SECURITY_"`
	// SandboxURL is the site of the sandbox, shown in the demo's banner.
	SandboxURL string `yaml:"-"`
}

// Chain is how long the hops of an application to its agency may take before
// somebody is told; what is not set or 0 is as in docs/operations.md.
type Chain struct {
	// SentMinutes is for handing over to an agency's own system, ReceivedMinutes for
	// its receipt, TellMinutes how long after the operator the applicant is told.
	SentMinutes     int `yaml:"sent_minutes" env:"SENT_MINUTES"`
	ReceivedMinutes int `yaml:"received_minutes" env:"RECEIVED_MINUTES"`
	TellMinutes     int `yaml:"tell_minutes" env:"TELL_MINUTES"`
	// TakenDays is for how many working days an agency may take nothing at all,
	// TakenTellDays how many more pass before the applicant is told.
	TakenDays     int `yaml:"taken_days" env:"TAKEN_DAYS"`
	TakenTellDays int `yaml:"taken_tell_days" env:"TAKEN_TELL_DAYS"`
	// brisk is for trying it out: what takes half an hour takes half a minute.
	brisk bool
}

func (c Chain) waits() cases.Waits {
	if c.brisk {
		return cases.Waits{Sent: 40 * time.Second, Received: 40 * time.Second, Tell: 40 * time.Second, Every: 5 * time.Second}
	}
	return cases.Waits{
		Sent: time.Duration(c.SentMinutes) * time.Minute, Received: time.Duration(c.ReceivedMinutes) * time.Minute,
		Tell: time.Duration(c.TellMinutes) * time.Minute, TakenDays: c.TakenDays, TakenTellDays: c.TakenTellDays,
	}
}

// SMTP is the mail server.
type SMTP struct {
	Addr     string        `yaml:"addr" env:"ADDR"`
	User     string        `yaml:"user" env:"USER"`
	Password secret.String `yaml:"password" env:"PASSWORD"`
	From     string        `yaml:"from" env:"FROM"`
	TLS      string        `yaml:"tls" env:"TLS"` // required, opportunistic, none
}

// SMS is an SMS centre (SMPP 3.4).
type SMS struct {
	Addr     string        `yaml:"addr" env:"ADDR"`
	SystemID string        `yaml:"system_id" env:"SYSTEM_ID"`
	Password secret.String `yaml:"password" env:"PASSWORD"`
	From     string        `yaml:"from" env:"FROM"`
}

// Registry is where personal data are checked.
type Registry struct {
	URL    string        `yaml:"url" env:"URL"`
	Client string        `yaml:"client" env:"CLIENT"`
	Secret secret.String `yaml:"secret" env:"SECRET"`
}

// Push is how browsers' push services are called.
type Push struct {
	// Hosts are the services that may be called; none given means those of the
	// common browsers. A name that begins with a dot stands for all that end so.
	Hosts []string `yaml:"hosts" env:"HOSTS"`
	// Key is the portal's private VAPID key in base64url; "" makes one at the first
	// use and keeps it sealed.
	Key secret.String `yaml:"key" env:"KEY"`
	// insecure is the sandbox.
	insecure []string
}

// ClientCert is how certificates of people are taken; without CA they are not.
type ClientCert struct {
	// CA is the file of the authorities whose certificates count (PEM), CRL that of
	// their revoked ones, "" for none.
	CA  string `yaml:"ca" env:"CA"`
	CRL string `yaml:"crl" env:"CRL"`
	// Listen is host:port of the address that asks browsers for a certificate, and
	// URL how people reach it: the portal's own address never asks.
	Listen string `yaml:"listen" env:"LISTEN"`
	URL    string `yaml:"url" env:"URL"`
	// Header is where a proxy that asks in our stead tells the certificate, such as
	// Client-Cert (RFC 9440); believed only from proxies.
	Header string `yaml:"header" env:"HEADER"`
}

// TLS are the certificate and key of the portal; without them a proxy in front
// must speak TLS.
type TLS struct {
	Cert string `yaml:"cert" env:"CERT"`
	Key  string `yaml:"key" env:"KEY"`
}

// Operator is who answers for the portal.
type Operator struct {
	NameRU  string `yaml:"name_ru" env:"NAME_RU"`
	NameEN  string `yaml:"name_en" env:"NAME_EN"`
	Address string `yaml:"address" env:"ADDRESS"`
	Phone   string `yaml:"phone" env:"PHONE"`
	Email   string `yaml:"email" env:"EMAIL"`
}

// Security are settings of locks, sessions and risk.
type Security struct {
	// Wrong passwords that are forgiven (3); Lock (15m) doubles up to MaxLock (24h).
	Wrong   int           `yaml:"wrong" env:"WRONG"`
	Lock    time.Duration `yaml:"lock" env:"LOCK"`
	MaxLock time.Duration `yaml:"max_lock" env:"MAX_LOCK"`
	// Binding of sessions to addresses: off, network, exact.
	Binding string `yaml:"binding" env:"BINDING"`
	// PasswordChange: what becomes of a password older than PasswordAge (183 days):
	// off, remind, force.
	PasswordChange string        `yaml:"password_change" env:"PASSWORD_CHANGE"`
	PasswordAge    time.Duration `yaml:"password_age" env:"PASSWORD_AGE"`
	// Factors that count: all, high (no e-mail, SMS only at first, staff by a key).
	Factors string `yaml:"factors" env:"FACTORS"`
	// Places is a file in the format of MaxMind DB; "" for none.
	Places string `yaml:"places" env:"PLACES"`
	// Risk is a file of rules, see docs/operations.md; "" for those built in.
	Risk string `yaml:"risk" env:"RISK"`
	// SMSPrice is what one part of an SMS costs, in kopecks.
	SMSPrice int64 `yaml:"sms_price" env:"SMS_PRICE"`
}

// envPrefix stands before the name of every variable.
const envPrefix = "OKNO_"

// LoadConfig reads the file ("" for none) and the environment.
func LoadConfig(path string, environ []string) (Config, error) {
	c := Config{}
	if path != "" {
		raw, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("config: %w", err)
		}
		if err := yaml.UnmarshalWithOptions(raw, &c, yaml.Strict()); err != nil {
			return c, fmt.Errorf("config %s: %s", path, firstLine(err))
		}
	}
	vars := map[string]string{}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, envPrefix) {
			vars[k] = v
		}
	}
	if err := env.ParseWithOptions(&c, env.Options{Prefix: envPrefix, Environment: vars}); err != nil {
		return c, fmt.Errorf("config: %s", firstLine(err))
	}
	c.defaults()
	return c, c.Check()
}

// firstLine keeps an error to one line; YAML's pictures take several.
func firstLine(err error) string {
	s, _, _ := strings.Cut(strings.TrimSpace(yaml.FormatError(err, false, false)), "\n")
	return s
}

func (c *Config) defaults() {
	set := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	set(&c.Mode, "production")
	set(&c.Listen, "127.0.0.1:8080")
	set(&c.Data, "data")
	set(&c.Keyset, filepath.Join(c.Data, "keyset.json"))
	if c.Database.IsZero() {
		c.Database = secret.NewString("sqlite:" + filepath.Join(c.Data, "okno.db"))
	}
	if c.Workers == 0 {
		// They mostly wait for others' servers and for the common commits, of which
		// jobs have the share that they wait for; with 128 they fell behind.
		c.Workers = 256
	}
	if c.KeysDatabase.IsZero() {
		c.KeysDatabase = c.defaultKeys()
	}
	if c.Blobs.IsZero() {
		c.Blobs = secret.NewString("folder:" + filepath.Join(c.Data, "blobs"))
	}
	set(&c.PasswordPolicy, "nist")
	set(&c.SMTP.TLS, "required")
	set(&c.Operator.NameRU, "Портал «Окно»") // data: its name in Russian
	set(&c.Operator.NameEN, "Okno portal")
}

// defaultKeys keeps the wrapped keys beside a SQLite database, and in the same
// server as a PostgreSQL one, where the doctor warns of it.
func (c *Config) defaultKeys() secret.String {
	if strings.HasPrefix(c.Database.Reveal(), "sqlite:") {
		return secret.NewString("sqlite:" + filepath.Join(c.Data, "keys.db"))
	}
	return c.Database
}

// Check names the first setting that is wrong, in one line.
func (c *Config) Check() error {
	for _, check := range []func() error{c.checkAddresses, c.checkStores, c.checkParties, c.checkSecurity, c.checkFiles, c.checkClientCert} {
		if err := check(); err != nil {
			return fmt.Errorf("config: %w", err)
		}
	}
	return nil
}

func (c *Config) checkAddresses() error {
	if c.Mode != "production" && c.Mode != "demo" {
		return fmt.Errorf("mode must be production or demo, not %q", c.Mode)
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || strings.Trim(u.Path, "/") != "" {
		return errors.New("base_url (OKNO_BASE_URL) must be an address such as https://portal.example.org")
	}
	if u.Scheme == "http" && c.Mode == "production" && !isLocal(u.Hostname()) {
		return errors.New("base_url (OKNO_BASE_URL) must begin with https:// in production")
	}
	for name, addr := range map[string]string{"listen": c.Listen, "admin_listen": c.AdminListen} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			return fmt.Errorf("%s must be host:port, not %q", name, addr)
		}
	}
	if _, err := c.ProxyPrefixes(); err != nil {
		return err
	}
	return nil
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

func isDatabase(address string) bool {
	return strings.HasPrefix(address, "sqlite:") || strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

func (c *Config) checkStores() error {
	// In this order: the second takes the first one's address where it has none.
	if !isDatabase(c.Database.Reveal()) {
		return errors.New("database must begin with sqlite: or postgres://")
	}
	if !isDatabase(c.KeysDatabase.Reveal()) {
		return errors.New("keys_database must begin with sqlite: or postgres://")
	}
	b := c.Blobs.Reveal()
	if !strings.HasPrefix(b, "folder:") && !strings.HasPrefix(b, "s3://") {
		return errors.New("blobs must begin with folder: or s3://")
	}
	if c.Workers < 1 || c.Workers > 512 {
		return errors.New("workers must be between 1 and 512")
	}
	return nil
}

// checkSecurity wants words that are known: one that is misspelt would be weaker than
// what was meant, and nobody would see it.
func (c *Config) checkSecurity() error {
	for name, s := range map[string]struct{ set, known string }{
		"security.binding":         {c.Security.Binding, "off network exact"},
		"security.password_change": {c.Security.PasswordChange, "off remind force"},
		"security.factors":         {c.Security.Factors, "all high"},
	} {
		if s.set != "" && !slices.Contains(strings.Fields(s.known), s.set) {
			return fmt.Errorf("%s must be one of %s, not %q", name, s.known, s.set)
		}
	}
	if age := c.Security.PasswordAge; age != 0 && age < 30*24*time.Hour {
		return errors.New("security.password_age must be 720h (30 days) at least")
	}
	return nil
}

func (c *Config) checkParties() error {
	if c.PasswordPolicy != "nist" && c.PasswordPolicy != "source" {
		return errors.New("password_policy must be nist or source")
	}
	if t := c.SMTP.TLS; t != "required" && t != "opportunistic" && t != "none" {
		return errors.New("smtp.tls must be required, opportunistic or none")
	}
	for name, addr := range map[string]string{"smtp.addr": c.SMTP.Addr, "sms.addr": c.SMS.Addr, "sms_backup.addr": c.SMSBackup.Addr} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			return fmt.Errorf("%s must be host:port, not %q", name, addr)
		}
	}
	if c.Mode == "production" {
		for name, v := range map[string]string{"smtp.addr": c.SMTP.Addr, "sms.addr": c.SMS.Addr, "smtp.from": c.SMTP.From} {
			if v == "" {
				return fmt.Errorf("%s must be set: registration sends codes by SMS and e-mail", name)
			}
		}
	}
	if c.SMTP.Addr != "" && !strings.Contains(c.SMTP.From, "@") {
		return errors.New("smtp.from must be an e-mail address")
	}
	if _, err := upload.NewScanner(c.Clamd, 0); err != nil {
		return fmt.Errorf("clamd must be host:port or a socket's path, not %q", c.Clamd)
	}
	if u, err := url.Parse(c.Registries.URL); c.Registries.URL != "" && (err != nil || u.Host == "") {
		return errors.New("registries.url must be an address")
	}
	return nil
}

func (c *Config) checkFiles() error {
	if (c.TLS.Cert == "") != (c.TLS.Key == "") {
		return errors.New("tls.cert and tls.key go together")
	}
	for name, path := range map[string]string{"tls.cert": c.TLS.Cert, "tls.key": c.TLS.Key, "services": c.Services, "breached_passwords": c.BreachedPasswords, "security.places": c.Security.Places, "security.risk": c.Security.Risk} {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: there is no %s", name, path)
		}
	}
	return nil
}

// ProxyPrefixes are the networks of Proxies.
func (c *Config) ProxyPrefixes() ([]netip.Prefix, error) {
	all := make([]netip.Prefix, 0, len(c.Proxies))
	for _, s := range c.Proxies {
		if p, err := netip.ParsePrefix(s); err == nil {
			all = append(all, p)
			continue
		}
		ip, err := netip.ParseAddr(s)
		if err != nil {
			return nil, fmt.Errorf("proxies: %q is no address or network", s)
		}
		all = append(all, netip.PrefixFrom(ip, ip.BitLen()))
	}
	return all, nil
}

// Secure reports whether people reach the portal over https.
func (c *Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Demo reports whether the portal is only tried out.
func (c *Config) Demo() bool { return c.Mode == "demo" }
