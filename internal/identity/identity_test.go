package identity_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
)

const phone = "+79131234567"

var schema = testkit.Of(identitytest.Migrations()...)

// ticking is a fake clock whose sleepers wake at once: a transaction that must
// be tried again does not wait for the test.
type ticking struct{ *clock.Fake }

func (c ticking) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func fake() ticking { return ticking{clock.NewFake(testkit.Start)} }

// each runs f on a fresh identity of each engine.
func each(t *testing.T, f func(t *testing.T, i *identity.Identity, clk ticking)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clk := fake()
			f(t, identitytest.New(t, testkit.Open(t, e, schema, clk), clk), clk)
		})
	}
}

// lite is a fresh identity on SQLite.
func lite(t *testing.T, change ...func(*identity.Deps)) (*identity.Identity, ticking) {
	t.Helper()
	clk := fake()
	deps := identitytest.Deps(t, testkit.Open(t, db.SQLite, schema, clk), identitytest.Sealer(t, clk), clk)
	for _, f := range change {
		f(&deps)
	}
	return identitytest.With(t, deps), clk
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t testing.TB, err error, want *errs.Error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("err = %v, want %v", err, want)
	}
}

func sent(t testing.TB, i *identity.Identity, to string) string {
	t.Helper()
	code := identitytest.SenderOf(t, i).Code(to)
	if code == "" {
		t.Fatalf("no code was sent to %s", to)
	}
	return code
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, "8 (913) 123-45-67", func(n *identity.NewAccount) {
			n.Email, n.Login, n.Lang = "Anna@Example.RU", "Anna.P", "en"
		})
		a, err := i.Account(ctx, anna)
		must(t, err)
		if a.Phone != phone || a.Email != "anna@example.ru" || a.Login != "anna.p" || a.Lang != "en" || a.Status != identity.Active {
			t.Fatalf("account %+v", a)
		}
		for _, f := range []func() (string, error){
			func() (string, error) { return i.FindByPhone(ctx, "+7 913 123 45 67") },
			func() (string, error) { return i.FindByEmail(ctx, "ANNA@example.ru") },
			func() (string, error) { return i.FindByLogin(ctx, "ANNA.P") },
		} {
			if got, err := f(); err != nil || got != anna {
				t.Fatalf("found %q, %v", got, err)
			}
		}
		_, err = i.FindByPhone(ctx, "+79130000000")
		wantErr(t, err, identity.ErrNotFound)
		must(t, i.SetLang(ctx, anna, "ru"))
		wantErr(t, i.SetLang(ctx, id.New(), "ru"), identity.ErrNotFound)
	})
}

func TestContactBelongsToOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Email, n.Login = "a@example.ru", "anna" })
		for field, n := range map[string]identity.NewAccount{
			"phone": {Phone: phone}, "email": {Phone: "+79130000001", Email: "A@example.ru"}, "login": {Login: "Anna"},
		} {
			d, err := i.Prepare(ctx, n)
			must(t, err)
			err = i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				_, err := i.Create(ctx, tx, d)
				return err
			})
			wantErr(t, err, identity.ErrContactTaken)
			if e, _ := errs.As(err); len(e.Fields) != 1 || e.Fields[0].Name != field {
				t.Errorf("%s: fields %v", field, e.Fields)
			}
		}
		_, err := i.FindByPhone(ctx, "+79130000001")
		wantErr(t, err, identity.ErrNotFound) // nothing half made is left
	})
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	for field, n := range map[string]identity.NewAccount{
		"phone": {Phone: "12"}, "email": {Email: "a@"}, "login": {Login: "8913"},
	} {
		_, err := i.Prepare(context.Background(), n)
		if e, ok := errs.As(err); !ok || e.Kind != errs.Invalid || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := i.Prepare(context.Background(), identity.NewAccount{}); err == nil {
		t.Error("an account without contacts is prepared")
	}
}

func TestLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		for range 3 {
			must(t, i.Limit(ctx, "verify", "key", 3, time.Hour))
		}
		err := i.Limit(ctx, "verify", "key", 3, time.Hour)
		wantErr(t, err, identity.ErrLimit)
		if e, _ := errs.As(err); e.RetryAfter != 20*time.Minute {
			t.Fatalf("retry after %v", e.RetryAfter)
		}
		must(t, i.Limit(ctx, "verify", "other", 3, time.Hour))
		clk.Advance(20 * time.Minute)
		must(t, i.Limit(ctx, "verify", "key", 3, time.Hour))
		wantErr(t, i.Limit(ctx, "verify", "key", 3, time.Hour), identity.ErrLimit)
	})
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		staff := identitytest.StaffAccount(t, i, "officer")
		at := func(d time.Duration) string {
			code, err := totp.GenerateCode(identitytest.TOTPSecret, clk.Now().Add(d))
			must(t, err)
			return code[:3] + " " + code[3:]
		}
		wantErr(t, i.CheckTOTP(ctx, staff, "12345"), identity.ErrCodeFormat)
		wantErr(t, i.CheckTOTP(ctx, staff, at(-time.Minute)), identity.ErrTOTPWrong)
		must(t, i.CheckTOTP(ctx, staff, at(-30*time.Second)))
		wantErr(t, i.CheckTOTP(ctx, staff, at(-30*time.Second)), identity.ErrTOTPWrong) // replayed
		must(t, i.CheckTOTP(ctx, staff, at(30*time.Second)))
		wantErr(t, i.CheckTOTP(ctx, staff, at(0)), identity.ErrTOTPWrong) // earlier than the last used
		clk.Advance(time.Hour)
		for range 10 {
			wantErr(t, i.CheckTOTP(ctx, staff, at(time.Hour)), identity.ErrTOTPWrong)
		}
		wantErr(t, i.CheckTOTP(ctx, staff, at(0)), identity.ErrLimit)
		if err := i.SetTOTP(ctx, staff, "not base32!"); !errs.IsKind(err, errs.Invalid) {
			t.Fatalf("a bad secret: %v", err)
		}
	})
}

func TestExportAndErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone)
		token, err := i.Begin(identitytest.Context(t, i, anna), anna, "registration")
		must(t, err)
		got, err := i.Export(ctx, anna)
		must(t, err)
		if got["account"].(map[string]any)["phone"] != phone || len(got["sessions"].([]map[string]any)) != 1 {
			t.Fatalf("export %v", got)
		}
		must(t, i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return i.Erase(ctx, tx, anna) }))
		must(t, i.Sealer.Erase(ctx, anna))
		_, err = i.FindByPhone(ctx, phone)
		wantErr(t, err, identity.ErrNotFound)
		a, err := i.Account(ctx, anna)
		if err != nil || a.Status != identity.Erased || a.Phone != "" {
			t.Fatalf("after erasing %+v, %v", a, err)
		}
		if who, err := i.Who(ctx, token); err != nil || who.SignedIn() {
			t.Fatalf("the session lives: %+v, %v", who, err)
		}
		identitytest.Account(t, i, phone) // the phone is free again
	})
}

func TestSweepLeavesWhatLives(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone)
		token, err := i.Begin(ctx, anna, "registration")
		must(t, err)
		must(t, i.Sweep(ctx))
		if who, err := i.Who(ctx, token); err != nil || who.ID != anna {
			t.Fatalf("%+v, %v", who, err)
		}
		clk.Advance(200 * 24 * time.Hour)
		must(t, i.Sweep(ctx))
		var n int
		must(t, i.DB.Reader().QueryRowContext(ctx, "SELECT COUNT(*) FROM identity_sessions").Scan(&n))
		if n != 0 {
			t.Fatalf("%d sessions are left", n)
		}
	})
}

// TestNothingSecretInLogs takes an account through wrong and right ways and
// looks for its values in the log.
func TestNothingSecretInLogs(t *testing.T) {
	t.Parallel()
	var logged bytes.Buffer
	var mu sync.Mutex
	i, _ := lite(t, func(d *identity.Deps) {
		d.Log = slog.New(slog.NewTextHandler(locked{&mu, &logged}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.post("/login", "name", phone, "password", "Wrong-Pass_9931")
	b.post("/login", "name", phone, "password", identitytest.Password)
	code := sent(t, i, phone)
	b.post("/login/code", "code", "000000")
	b.post("/login/code", "code", code)
	b.get("/cabinet/security")
	b.get("/desk").shows(t, 403)
	b.api("POST", "/api/v1/sessions", "", `{"identifier":"`+phone+`","password":"Wrong-Pass_9931"}`).shows(t, 422)
	all := logged.String()
	if all == "" {
		t.Fatal("nothing was logged: the test proves nothing")
	}
	for _, hidden := range []string{phone, phone[2:], "Wrong-Pass", identitytest.Password, code, b.cookie(identity.SessionCookie)} {
		if strings.Contains(all, hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}

type locked struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
