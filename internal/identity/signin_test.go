package identity_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/testkit"
)

const wrong = "Wrong-Pass_9931"

func try(i *identity.Identity, name, password string) error {
	_, _, err := i.SignIn(context.Background(), name, password)
	return err
}

func TestSignInByEveryName(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Email, n.Login = "anna@example.ru", "anna" })
		for _, name := range []string{"+7 913 123-45-67", "89131234567", "Anna@example.ru", " ANNA "} {
			token, factor, err := i.SignIn(ctx, name, identitytest.Password)
			if err != nil || factor != "sms" {
				t.Fatalf("%s: %s, %v", name, factor, err)
			}
			if name != " ANNA " {
				continue // a code sent within the last minute serves all of them
			}
			session, err := i.Finish(ctx, token, sent(t, i, phone))
			must(t, err)
			if who, err := i.Who(ctx, session); err != nil || who.ID != anna || !who.Fresh {
				t.Fatalf("%+v, %v", who, err)
			}
			_, err = i.Finish(ctx, token, "123456")
			wantErr(t, err, identity.ErrSignInStale) // once
		}
	})
}

// TestNobodyWaitsAfterAWrongPassword: the wait for a second factor that is made
// while the password is compared goes with a wrong one.
func TestNobodyWaitsAfterAWrongPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		identitytest.Account(t, i, phone)
		waits := func(want int) {
			t.Helper()
			var n int
			must(t, i.DB.Reader().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM identity_signins").Scan(&n))
			if n != want {
				t.Errorf("%d wait, not %d", n, want)
			}
		}
		for _, name := range []string{phone, "+79990009999"} {
			wantErr(t, try(i, name, wrong), identity.ErrWrong)
			waits(0)
		}
		must(t, try(i, phone, identitytest.Password))
		waits(1)
	})
}

// TestARightPasswordIsForgiven: however often a right password is given, without
// a second factor after it, it does not lock.
func TestARightPasswordIsForgiven(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		identitytest.Account(t, i, phone)
		for range 5 {
			wantErr(t, try(i, phone, wrong), identity.ErrWrong)
			must(t, try(i, phone, identitytest.Password))
		}
	})
}

// TestKnownAndUnknownNamesAreAlike walks both until they are locked and again
// after, and compares answers and numbers of hashes.
func TestKnownAndUnknownNamesAreAlike(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		type step struct {
			kind   errs.Kind
			key    string
			after  time.Duration
			hashes int64
		}
		walk := func(name string) (steps []step) {
			for n := range 8 {
				before := i.Hashes()
				e, _ := errs.As(try(i, name, wrong))
				steps = append(steps, step{e.Kind, e.Key, e.RetryAfter, i.Hashes() - before})
				if n == 5 {
					clk.Advance(15 * time.Minute)
				}
			}
			return steps
		}
		known := walk(phone)
		for _, name := range []string{"+79990000000", "nobody@example.ru", "nobody", "никто", "'; --"} {
			if unknown := walk(name); !equal(known, unknown) {
				t.Errorf("%s: %v, known: %v", name, unknown, known)
			}
		}
		var left int
		must(t, i.DB.Reader().QueryRowContext(t.Context(),
			"SELECT COUNT(*) FROM identity_history WHERE owner_id NOT IN (SELECT owner_id FROM identity_accounts)").Scan(&left))
		if left != 0 {
			t.Errorf("%d lines of history of nobody", left)
		}
		var done int64
		for _, s := range known {
			done += s.hashes
		}
		if done != 6 { // four, then two after the lock has passed
			t.Errorf("%d hashes: %v", done, known)
		}
	})
}

func equal[T comparable](a, b []T) bool {
	for n := range a {
		if a[n] != b[n] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestLockGrowsAndEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		anna := identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Email = "anna@example.ru" })
		for _, minutes := range []int{15, 30, 60} {
			for range 3 {
				wantErr(t, try(i, phone, wrong), identity.ErrWrong)
			}
			err := try(i, phone, wrong)
			wantErr(t, err, identity.ErrLocked)
			if e, _ := errs.As(err); e.RetryAfter != time.Duration(minutes)*time.Minute {
				t.Fatalf("locked for %v, want %d min", e.RetryAfter, minutes)
			}
			wantErr(t, try(i, "anna@example.ru", identitytest.Password), identity.ErrLocked)
			clk.Advance(time.Duration(minutes) * time.Minute)
		}
		told := 0
		for _, l := range identitytest.SenderOf(t, i).Sent() {
			if l.Kind == "security" && l.To == anna && strings.Contains(l.Subject, "закрыт") {
				told++
			}
		}
		if told != 3 {
			t.Errorf("the owner was told %d times", told)
		}
		must(t, try(i, phone, identitytest.Password))
		for range 3 {
			wantErr(t, try(i, phone, wrong), identity.ErrWrong) // the right one has cleared the count
		}
		must(t, try(i, phone, identitytest.Password))
	})
}

func TestAThousandAtOnceAreFour(t *testing.T) {
	t.Parallel()
	i, _ := lite(t, func(d *identity.Deps) { d.Config.SignInsByName = 1000 })
	identitytest.Account(t, i, phone)
	before := i.Hashes()
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() { _ = try(i, phone, wrong) })
	}
	wg.Wait()
	if n := i.Hashes() - before; n != 4 {
		t.Fatalf("%d passwords were looked at", n)
	}
}

// TestACrowdOfOneNetworkHashesLittle: those who are refused for their network cost
// no hash, but one who had begun.
func TestACrowdOfOneNetworkHashesLittle(t *testing.T) {
	t.Parallel()
	i, _ := lite(t, func(d *identity.Deps) { d.Config.SignInsByAddress = 4 })
	ctx := identity.WithActor(context.Background(), identity.Actor{IP: "203.0.113.5"})
	before := i.Hashes()
	var wg sync.WaitGroup
	for n := range 40 {
		wg.Go(func() { _, _, _ = i.SignIn(ctx, fmt.Sprint("nobody", n), wrong) })
	}
	wg.Wait()
	if n := i.Hashes() - before; n < 4 || n > 5 {
		t.Fatalf("%d passwords were looked at", n)
	}
}

func TestAttemptsAreLimited(t *testing.T) {
	t.Parallel()
	i, _ := lite(t, func(d *identity.Deps) { d.Config.SignInsByName, d.Config.SignInsByAddress = 5, 8 })
	ctx := identity.WithActor(context.Background(), identity.Actor{IP: "2001:db8::1"})
	for n := range 5 {
		_, _, err := i.SignIn(ctx, phone, wrong)
		if errors.Is(err, identity.ErrLimit) {
			t.Fatalf("attempt %d: %v", n, err)
		}
	}
	_, _, err := i.SignIn(ctx, phone, wrong)
	wantErr(t, err, identity.ErrLimit)
	neighbour := identity.WithActor(context.Background(), identity.Actor{IP: "2001:db8::2"})
	for range 2 {
		_, _, _ = i.SignIn(neighbour, "somebody", wrong)
	}
	_, _, err = i.SignIn(neighbour, "anybody", wrong)
	wantErr(t, err, identity.ErrLimit)
}

func TestHashIsRenewed(t *testing.T) {
	t.Parallel()
	clk := fake()
	d := testkit.Open(t, db.SQLite, schema, clk)
	deps := identitytest.Deps(t, d, identitytest.Sealer(t, clk), clk)
	anna := identitytest.Account(t, identitytest.With(t, deps), phone)
	deps.Config.Hash.Passes = 2
	stronger := identitytest.With(t, deps)
	ctx := context.Background()
	wantErr(t, try(stronger, phone, wrong), identity.ErrWrong)
	old, err := stronger.StoredHash(ctx, anna)
	must(t, err)
	must(t, try(stronger, phone, identitytest.Password))
	renewed, err := stronger.StoredHash(ctx, anna)
	must(t, err)
	if !strings.Contains(old, "t=1,") || !strings.Contains(renewed, "t=2,") {
		t.Fatalf("%s then %s", old, renewed)
	}
	must(t, try(stronger, phone, identitytest.Password))
}

func TestKeyboardsWriteOnePassword(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	identitytest.Account(t, i, phone)
	// «й» as и with a breve, as macOS may send it.
	must(t, try(i, phone, strings.ReplaceAll(identitytest.Password, "й", "и\u0306")))
}

func TestStaffNeedAuthenticator(t *testing.T) {
	t.Parallel()
	roles := identitytest.Roles{}
	i, _ := lite(t, func(d *identity.Deps) { d.Roles = roles })
	officer := identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Login = "officer" })
	roles[officer] = []identity.Role{{Name: identity.Officer, Agency: "mvd"}}
	wantErr(t, try(i, "officer", identitytest.Password), identity.ErrNoFactor)
	must(t, i.SetTOTP(context.Background(), officer, identitytest.TOTPSecret))
	if _, factor, err := i.SignIn(context.Background(), "officer", identitytest.Password); err != nil || factor != "totp" {
		t.Fatalf("%s, %v", factor, err)
	}
}

func TestRolesOnlyWithStrongFactor(t *testing.T) {
	t.Parallel()
	roles := identitytest.Roles{}
	i, clk := lite(t, func(d *identity.Deps) { d.Roles = roles })
	ctx := context.Background()
	officer := identitytest.Account(t, i, phone)
	weak, err := i.Begin(ctx, officer, "password+sms")
	must(t, err)
	held, err := i.Begin(ctx, officer, "password+totp")
	must(t, err)
	roles[officer] = []identity.Role{{Name: identity.Officer, Agency: "mvd"}}
	who, err := i.Who(ctx, weak)
	if err != nil || who.IsStaff() {
		t.Fatalf("a session by SMS got roles: %+v, %v", who, err)
	}
	if who, err = i.Who(ctx, held); err != nil || !who.Has(identity.Officer) {
		t.Fatalf("%+v, %v", who, err)
	}
	delete(roles, officer)
	clk.Advance(10 * time.Second)
	if who, err = i.Who(ctx, held); err != nil || who.IsStaff() {
		t.Fatalf("a taken role is still there: %+v, %v", who, err)
	}
}

func TestJournal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		ctx := identity.WithActor(context.Background(), identity.Actor{IP: "203.0.113.9", Agent: "test", Request: "r-1"})
		anna := identitytest.Account(t, i, phone)
		_, _, err := i.SignIn(ctx, phone, wrong)
		wantErr(t, err, identity.ErrWrong)
		token, _, err := i.SignIn(ctx, phone, identitytest.Password)
		must(t, err)
		_, err = i.Finish(ctx, token, sent(t, i, phone))
		must(t, err)
		lines, err := i.Audit.Find(ctx, audit.Filter{Owner: anna})
		must(t, err)
		acts := map[string]bool{}
		for _, l := range lines {
			acts[l.Act] = true
			if l.Act == "identity.signed_in" && (l.IP != "203.0.113.9" || l.Request != "r-1" || l.Details["method"] != "password+sms") {
				t.Errorf("line %+v", l)
			}
		}
		for _, act := range []string{"identity.created", "identity.sign_in_refused", "identity.signed_in"} {
			if !acts[act] {
				t.Errorf("no %s in %v", act, acts)
			}
		}
	})
}

func TestRecoverUnknownIsAlike(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		identitytest.Account(t, i, phone)
		walk := func(name string) (kinds []string) {
			for range 6 {
				token, err := i.StartRecover(ctx, name, "sms")
				if err != nil {
					kinds = append(kinds, err.Error())
					continue
				}
				for range 6 {
					kinds = append(kinds, i.ProveRecover(ctx, token, "000000").Error())
				}
			}
			return kinds
		}
		known := walk(phone)
		if unknown := walk("+79990000000"); !equal(known, unknown) {
			t.Errorf("unknown: %v\nknown: %v", unknown, known)
		}
		clk.Advance(time.Hour)
		if n := len(identitytest.SenderOf(t, i).Sent()); n == 0 {
			t.Error("nothing was sent to the known one")
		}
	})
}

func TestMalformedNames(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	e, _ := errs.As(try(i, "", ""))
	if e == nil || len(e.Fields) != 2 {
		t.Fatalf("%v", e)
	}
}

func FuzzParseIdentifier(f *testing.F) {
	for _, s := range []string{"+7 913 123-45-67", "a@b.ru", "anna", "", "\xff\x00", "@", "８９１３１２３４５６７"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if login, ok := identity.ParseLogin(s); ok && (len(login) < 3 || len(login) > 64 || strings.ToLower(login) != login) {
			t.Fatalf("%q is the login name %q", s, login)
		}
		if email, err := identity.ParseEmail(s); err == nil && strings.Count(email, "@") != 1 {
			t.Fatalf("%q is the address %q", s, email)
		}
		kind, value := identity.ParseIdentifier(s)
		if kind != "phone" && kind != "email" && kind != "login" {
			t.Fatalf("%q is a %q", s, kind)
		}
		if again, same := identity.ParseIdentifier(value); kind != "login" && (again != kind || same != value) {
			t.Fatalf("%q: %s %q, then %s %q", s, kind, value, again, same)
		}
	})
}
