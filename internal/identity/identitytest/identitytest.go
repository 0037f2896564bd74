// Package identitytest makes an identity for the tests of other rooms: cheap
// hashes, a sender that keeps what it was given, accounts and contexts in one
// line. No production package imports it.
package identitytest

import (
	"context"
	"io/fs"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
)

// Password is what accounts made by Account sign in with.
const Password = "Синий-Кит_2719"

// TOTPSecret is the authenticator of accounts made by StaffAccount.
const TOTPSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// Migrations are the tables that identity and what it stands on need.
func Migrations() []db.Migrations {
	return []db.Migrations{audit.Migrations(), identity.Migrations(), factor.Migrations()}
}

// Sealer is a sealer over a fresh key store.
func Sealer(t testing.TB, clk clock.Clock) *secret.Sealer {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyset.json")
	if err := secret.CreateKeyset(path, testkit.Start); err != nil {
		t.Fatal(err)
	}
	keyset, err := secret.OpenKeyset(context.Background(), secret.File(path))
	if err != nil {
		t.Fatal(err)
	}
	return secret.NewSealer(keyset, testkit.Open(t, db.SQLite, testkit.Of(secret.Migrations()), clk))
}

// Texts are identity's texts and those given; what is missing shows as its key.
func Texts(t testing.TB, more ...fs.FS) *i18n.Bundle {
	t.Helper()
	if len(more) == 0 { // the same for all, and nothing changes them
		b, err := ownTexts()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b, err := i18n.New(append([]fs.FS{identity.Locale(), factor.Locale()}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var ownTexts = sync.OnceValues(func() (*i18n.Bundle, error) { return i18n.New(identity.Locale(), factor.Locale()) })

// NoTexts is a locale folder without texts.
func NoTexts() fs.FS {
	return fstest.MapFS{"ru.yaml": {Data: []byte("{}")}, "en.yaml": {Data: []byte("{}")}}
}

// Hash are costs at which tests do not wait.
func Hash() identity.HashCost { return identity.HashCost{Memory: 64, Passes: 1, Parallel: 8} }

// Deps are what New stands on, for a test that wants to change something.
func Deps(t testing.TB, d *db.DB, s *secret.Sealer, clk clock.Clock) identity.Deps {
	t.Helper()
	journal, err := audit.New(context.Background(), d, s)
	if err != nil {
		t.Fatal(err)
	}
	return identity.Deps{
		DB: d, Sealer: s, Audit: journal, Clock: clk, Log: slog.New(slog.DiscardHandler),
		Texts: Texts(t), Notify: &Sender{}, Roles: Roles{}, Config: identity.Config{Hash: Hash(), RiskFile: identity.RiskOpen},
	}
}

// New is an identity on d with a sealer and a sender of its own. d must have
// the tables of Migrations.
func New(t testing.TB, d *db.DB, clk clock.Clock) *identity.Identity {
	t.Helper()
	return With(t, Deps(t, d, Sealer(t, clk), clk))
}

// With is an identity of the deps.
func With(t testing.TB, deps identity.Deps) *identity.Identity {
	t.Helper()
	i, err := identity.New(deps)
	if err != nil {
		t.Fatal(err)
	}
	Factors(t, i)
	return i
}

// Factors are second factors of the identity, at http://localhost.
func Factors(t testing.TB, i *identity.Identity) *factor.Room {
	t.Helper()
	f, err := factor.New(factor.Deps{Identity: i})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Account makes an active account with that phone and Password, and gives its
// id. more changes what is made.
func Account(t testing.TB, i *identity.Identity, phone string, more ...func(*identity.NewAccount)) string {
	t.Helper()
	ctx := context.Background()
	hash, err := i.HashPassword(ctx, Password)
	if err != nil {
		t.Fatal(err)
	}
	n := identity.NewAccount{Phone: phone, Lang: i18n.RU, PasswordHash: hash}
	for _, f := range more {
		f(&n)
	}
	draft, err := i.Prepare(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := i.Create(ctx, tx, draft)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return draft.ID()
}

// StaffAccount makes an account that signs in by a login name, Password and
// TOTPSecret. Its roles come from the identity's source.
func StaffAccount(t testing.TB, i *identity.Identity, login string) string {
	t.Helper()
	account := Account(t, i, "", func(n *identity.NewAccount) { n.Login = login })
	if err := i.SetTOTP(context.Background(), account, TOTPSecret); err != nil {
		t.Fatal(err)
	}
	return account
}

// Context is a request of the account with a fresh factor, with the roles.
func Context(t testing.TB, i *identity.Identity, accountID string, roles ...identity.Role) context.Context {
	t.Helper()
	ctx := i18n.With(context.Background(), i.Texts, i18n.RU)
	return identity.WithActor(secret.WithCache(ctx), identity.Actor{
		ID: accountID, Session: id.New(), Roles: roles, Fresh: true,
		IP: "203.0.113.7", Agent: "test", Request: id.New(), Lang: i18n.RU,
	})
}

// Roles is a source of roles for tests: by account.
type Roles map[string][]identity.Role

// RolesOf gives the account's roles.
func (r Roles) RolesOf(_ context.Context, accountID string) ([]identity.Role, error) {
	return r[accountID], nil
}

// Sender keeps the letters of committed batches instead of sending them.
type Sender struct {
	mu     sync.Mutex
	sealed map[*notify.Batch][]notify.Letter
	sent   []notify.Letter
}

// Seal notes the letters.
func (s *Sender) Seal(_ context.Context, letters ...notify.Letter) (*notify.Batch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sealed == nil {
		s.sealed = map[*notify.Batch][]notify.Letter{}
	}
	b := &notify.Batch{}
	s.sealed[b] = letters
	return b, nil
}

// Send delivers the batch once the transaction is committed.
func (s *Sender) Send(_ context.Context, tx *db.Tx, b *notify.Batch) error {
	tx.AfterCommit(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.sent = append(s.sent, s.sealed[b]...)
	})
	return nil
}

// Sent are the letters so far, the oldest first.
func (s *Sender) Sent() []notify.Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]notify.Letter(nil), s.sent...)
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// Code is the code last sent to the address; "" for none.
func (s *Sender) Code(address string) string {
	code := ""
	for _, l := range s.Sent() {
		if l.To == address && l.Kind == "code" {
			code = sixDigits.FindString(strings.ReplaceAll(l.Text, "\n", " "))
		}
	}
	return code
}

// SenderOf is the sender of an identity made here.
func SenderOf(t testing.TB, i *identity.Identity) *Sender {
	t.Helper()
	s, ok := i.Notify.(*Sender)
	if !ok {
		t.Fatal("the identity has another sender")
	}
	return s
}
