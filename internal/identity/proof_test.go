package identity_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn/frequency"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
)

// TestNoAccountsByDefault: migrations make none.
func TestNoAccountsByDefault(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		var n int
		must(t, i.DB.Reader().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM identity_accounts").Scan(&n))
		if n != 0 {
			t.Errorf("%d accounts stand in an empty portal", n)
		}
	})
}

// TestCommonPasswordsAreRefused: the 3000 commonest that are long enough.
func TestCommonPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	i, _ := lite(t, func(d *identity.Deps) { d.Config.Policy = identity.PolicyNIST })
	n := 0
	for rank, password := range frequency.FrequencyLists["passwords"] {
		if rank >= 3000 {
			break
		}
		if utf8.RuneCountInString(password) < 8 {
			continue
		}
		if n++; i.Judge(password, nil, 8) == "" {
			t.Errorf("%q, the %d-th of all passwords, is taken", password, rank)
		}
	}
	if n < 100 {
		t.Errorf("only %d passwords were tried", n)
	}
}

// TestPasswordIsTakenAsItCame: long ones are welcome, and no part of one is as
// good as the whole.
func TestPasswordIsTakenAsItCame(t *testing.T) {
	t.Parallel()
	i, _ := lite(t, func(d *identity.Deps) { d.Config.Policy = identity.PolicyNIST })
	long := " Рыжий трамвай везёт четырёх китов мимо синего колодца, а билет один: проверено дважды, честно "
	if utf8.RuneCountInString(long) < 64 {
		t.Fatal("too short for the test")
	}
	must(t, i.CheckPassword(t.Context(), long, nil))
	hash, err := i.HashPassword(t.Context(), long)
	must(t, err)
	identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.PasswordHash = hash })
	must(t, try(i, phone, long))
	for name, other := range map[string]string{
		"without its spaces": strings.TrimSpace(long), "in other case": strings.ToLower(long), "72 bytes": long[:72], "shorter by one": long[:len(long)-2],
	} {
		if ok, err := i.CheckHash(t.Context(), other, hash); err != nil || ok {
			t.Errorf("%s it is taken: %v", name, err)
		}
	}
}

// TestPasswordFields: every box for a password hides it and lets managers and
// paste fill it in.
func TestPasswordFields(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	box := regexp.MustCompile(`<input[^>]*name="(password|current)"[^>]*>`)
	for who, page := range map[string]string{"/login": newBrowser(t, i).get("/login").body, "/cabinet/security/password": b.get("/cabinet/security/password").body} {
		all := box.FindAllString(page, -1)
		if len(all) == 0 {
			t.Errorf("%s has no box", who)
		}
		for _, tag := range all {
			if !strings.Contains(tag, `type="password"`) || !regexp.MustCompile(`autocomplete="(current|new)-password"`).MatchString(tag) {
				t.Errorf("%s: %s", who, tag)
			}
			if regexp.MustCompile(`onpaste|maxlength|readonly|autocomplete="off"`).MatchString(tag) {
				t.Errorf("%s keeps managers out: %s", who, tag)
			}
		}
	}
}

// TestBinding: each mode asks for a factor where it says so, and the session goes
// on with a new identifier afterwards.
func TestBinding(t *testing.T) {
	t.Parallel()
	const began, near, far = "198.51.100.7", "198.51.7.8", "203.0.113.1"
	const sixBegan, sixNear, sixFar = "2001:db8:1::7", "2001:db8:2::8", "2001:db9::1"
	for mode, asked := range map[string]map[string]bool{
		identity.BindOff:     {near: false, far: false},
		identity.BindNetwork: {near: false, far: true},
		identity.BindExact:   {near: true, far: true},
	} {
		for _, six := range []bool{false, true} {
			i, clk := lite(t, func(d *identity.Deps) { d.Config.Binding = mode })
			identitytest.Account(t, i, phone)
			for to, want := range asked {
				from := began
				if six {
					from, to = "["+sixBegan+"]", "["+map[string]string{near: sixNear, far: sixFar}[to]+"]"
				}
				clk.Advance(2 * time.Minute)
				b := newBrowser(t, i)
				b.address = from
				b.signIn(i, phone)
				b.address = to
				a := b.get("/cabinet")
				if moved := a.status == http.StatusSeeOther; moved != want {
					t.Errorf("%s: from %s to %s: %d to %q", mode, from, to, a.status, a.location)
				}
				if !want {
					continue
				}
				before := b.cookie(identity.SessionCookie)
				clk.Advance(2 * time.Minute)
				b.get("/login?to=%2Fcabinet").goes(t, "/reauth?to=%2Fcabinet")
				b.post("/reauth/send?way=sms&to=/cabinet")
				b.post("/reauth?way=sms&to=/cabinet", "code", sent(t, i, phone)).goes(t, "/cabinet")
				b.get("/cabinet").shows(t, 200)
				if b.cookie(identity.SessionCookie) == before {
					t.Errorf("%s: the session kept its identifier", mode)
				}
				b.address = from // the old place is the foreign one now
				if a := b.get("/cabinet"); a.status != http.StatusSeeOther {
					t.Errorf("%s: back at %s: %d", mode, from, a.status)
				}
			}
		}
	}
}

// TestAnotherBrowserIsAskedForAFactor: a stolen cookie is of no use in another
// browser, whatever the mode.
func TestAnotherBrowserIsAskedForAFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		identitytest.Account(t, i, phone)
		b := newBrowser(t, i)
		b.signIn(i, phone)
		thief := newBrowser(t, i)
		thief.agent = "Mozilla/5.0 (X11; Linux) Chrome/140.0"
		thief.cookies[identity.SessionCookie] = b.cookie(identity.SessionCookie)
		thief.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
		thief.get("/fresh").goes(t, "/login?to=%2Ffresh")
		thief.post("/cabinet/security/sessions/end-others").shows(t, 401)
		b.get("/cabinet").shows(t, 200)
		b.agent = "Mozilla/5.0 (Windows NT 10.0) Firefox/141.0" // a newer one is the same
		b.get("/cabinet").shows(t, 200)
	})
}

// TestEachRiseOfRightsMakesANewIdentifier: of a sign-in over another session, of a
// fresh factor, and the old ones are dead.
func TestEachRiseOfRightsMakesANewIdentifier(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		b := newBrowser(t, i)
		b.cookies[identity.SessionCookie] = "planted-by-somebody-else-aaaaaaaaaaaaaaaaaa"
		var all []string
		keep := func() { all = append(all, b.cookie(identity.SessionCookie)) }
		keep()
		b.signIn(i, phone)
		keep()
		clk.Advance(6 * time.Minute)
		b.post("/reauth/send?way=sms")
		b.post("/reauth?way=sms", "code", sent(t, i, phone))
		keep()
		clk.Advance(6 * time.Minute)
		b.post("/login", "name", phone, "password", identitytest.Password).goes(t, "/login/code")
		b.post("/login/code", "code", sent(t, i, phone)).goes(t, "/cabinet")
		keep()
		for n, token := range all {
			if n > 0 && token == all[n-1] {
				t.Errorf("rise %d kept the identifier", n)
			}
			if living := alive(t, i, token); living != (n == len(all)-1) {
				t.Errorf("identifier %d of %d lives: %v", n, len(all), living)
			}
		}
	})
}

// eachTwo runs f with two nodes that don't hear of each other, on both engines.
func eachTwo(t *testing.T, f func(t *testing.T, a, b *identity.Identity, clk ticking)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			clk := fake()
			a, b := twoNodes(t, e, clk)
			f(t, a, b, clk)
		})
	}
}

// TestNoNewsEndsSessionsAllTheSame: a node that hears nothing from the others
// learns of an end by its own rounds; without a round it believes its memory for a
// second and then asks the database for each.
func TestNoNewsEndsSessionsAllTheSame(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(t *testing.T, b *identity.Identity, clk ticking){
		"a round comes":                   func(t *testing.T, b *identity.Identity, _ ticking) { t.Helper(); must(t, b.Revalidate(t.Context())) },
		"no round comes, a second passes": func(_ *testing.T, _ *identity.Identity, clk ticking) { clk.Advance(time.Second + time.Microsecond) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachTwo(t, func(t *testing.T, a, b *identity.Identity, clk ticking) {
				ctx := context.Background()
				anna := identitytest.Account(t, a, phone)
				token, err := a.Begin(ctx, anna, "registration")
				must(t, err)
				must(t, b.Revalidate(ctx))
				if !alive(t, b, token) {
					t.Fatal("the other node does not know it")
				}
				who, err := a.Who(ctx, token)
				must(t, err)
				must(t, a.EndSession(identity.WithActor(ctx, who), who.Session))
				ask(t, b, clk)
				if alive(t, b, token) {
					t.Error("an ended session lives on a node that heard nothing")
				}
			})
		})
	}
}
