package identity_test

import (
	"context"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
)

// lockOut tries wrong passwords until the name is closed.
func lockOut(b *browser) {
	b.t.Helper()
	for range 3 {
		b.post("/login", "name", phone, "password", "wrong").shows(b.t, 422)
	}
	b.post("/login", "name", phone, "password", "wrong").shows(b.t, 429)
}

func TestAStrangerLocksNobodyOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		home := newBrowser(t, i)
		home.signIn(i, phone)
		home.post("/logout").goes(t, "/")
		stranger := newBrowser(t, i)
		lockOut(stranger)
		stranger.post("/login", "name", phone, "password", identitytest.Password).shows(t, 429) // even the right one
		for range 20 {
			stranger.post("/login", "name", phone, "password", "wrong")
		}
		clk.Advance(2 * time.Minute)
		home.signIn(i, phone) // the known browser still asks for the second factor, and lets in
		home.post("/logout")
		clk.Advance(2 * time.Minute)
		lockOut(home) // it has a lock of its own
		if n := letters(t, i, "Вход закрыт после неверных паролей"); n != 2 {
			t.Errorf("%d notices of locks, want 2", n)
		}
	})
}

func TestUnlockByCode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		stranger := newBrowser(t, i)
		lockOut(stranger)
		b := newBrowser(t, i)
		b.post("/login", "name", phone, "password", identitytest.Password).shows(t, 429, `href="/unlock"`)
		b.get("/unlock").shows(t, 200, "Открыть вход")
		b.post("/unlock", "name", "", "channel", "").shows(t, 422, `href="#name"`, `href="#channel`)
		b.post("/unlock", "name", phone, "channel", "sms").goes(t, "/unlock/code")
		b.post("/unlock/code", "code", other(sent(t, i, phone))).shows(t, 422)
		b.post("/unlock/code", "code", sent(t, i, phone)).goes(t, "/login?unlocked=1")
		b.get("/login?unlocked=1").shows(t, 200, "Вход снова открыт")
		lockOut(stranger) // again; this browser is not touched by it
		clk.Advance(2 * time.Minute)
		b.post("/login", "name", phone, "password", identitytest.Password).goes(t, "/login/code")
		nobody := newBrowser(t, i)
		nobody.post("/unlock", "name", "+79990000001", "channel", "sms").goes(t, "/unlock/code")
		nobody.post("/unlock/code", "code", "000000").shows(t, 422)
		nobody.post("/recover/code", "code", "000000").goes(t, "/recover") // a code of one is of no use in the other
	})
}

const mail = "anna@example.ru"

func withMail(n *identity.NewAccount) { n.Email = mail }

func TestPhoneAloneDoesNotRecover(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone, withMail)
		b := newBrowser(t, i)
		b.post("/recover", "name", phone, "channel", "sms").goes(t, "/recover/code")
		b.get("/recover/password").goes(t, "/recover")
		b.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/code")
		b.get("/recover/password").goes(t, "/recover")
		b.get("/recover/code").shows(t, 200, "Одного кода мало")
		b.post("/recover/code", "code", sent(t, i, phone)).shows(t, 422)
		b.post("/recover/code", "code", sent(t, i, mail)).goes(t, "/recover/password")
		b.post("/recover/password", "password", "Новый-Кит_3829").goes(t, "/login?recovered=1&to=%2Fcabinet%2Fsecurity%2Fcheck")
		clk.Advance(2 * time.Minute)
		b.post("/login", "name", phone, "password", "Новый-Кит_3829").goes(t, "/login/code")
	})
}

// TestAReissuedNumberGivesNothing: the next owner of a number, or whoever has
// swapped the SIM, gets codes and nothing else, whatever the account has beside
// the number.
func TestAReissuedNumberGivesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make func(*identity.NewAccount)
		with func(t *testing.T, i *identity.Identity, account string)
	}{
		"a number only": {func(*identity.NewAccount) {}, func(*testing.T, *identity.Identity, string) {}},
		"a mail":        {withMail, func(*testing.T, *identity.Identity, string) {}},
		"an app": {func(*identity.NewAccount) {}, func(t *testing.T, i *identity.Identity, account string) {
			must(t, i.SetTOTP(context.Background(), account, identitytest.TOTPSecret))
		}},
		"a mail and an app": {withMail, func(t *testing.T, i *identity.Identity, account string) {
			must(t, i.SetTOTP(context.Background(), account, identitytest.TOTPSecret))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, clk := lite(t)
			c.with(t, i, identitytest.Account(t, i, phone, c.make))
			thief := newBrowser(t, i)
			for _, channel := range []string{"sms", "email"} {
				thief.post("/recover", "name", phone, "channel", channel).goes(t, "/recover/code")
				thief.post("/recover/code", "code", sent(t, i, phone))
				for range 4 {
					clk.Advance(2 * time.Minute)
					thief.post("/recover/code/other")
					thief.post("/recover/code", "code", sent(t, i, phone))
					thief.get("/recover/password").goes(t, "/recover")
				}
			}
			thief.post("/recover/password", "password", "Новый-Кит_3829").goes(t, "/recover")
			thief.post("/unlock", "name", phone, "channel", "sms").goes(t, "/unlock/code")
			thief.post("/unlock/code", "code", sent(t, i, phone)).goes(t, "/login?unlocked=1") // a lock is opened by it, and no more
			thief.post("/login", "name", phone, "password", "Новый-Кит_3829").shows(t, 422)
			thief.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
		})
	}
}

// TestANumberAndAKnownBrowserRecover: who has nothing but a number proves the rest
// by the browser in which both factors were given once.
func TestANumberAndAKnownBrowserRecover(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	home := newBrowser(t, i)
	home.signIn(i, phone)
	home.post("/logout")
	clk.Advance(2 * time.Minute)
	away := newBrowser(t, i)
	away.post("/recover", "name", phone, "channel", "sms")
	away.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/code")
	away.get("/recover/code").shows(t, 200, "Нужно ещё одно подтверждение", `href="/recover/help"`)
	clk.Advance(2 * time.Minute)
	home.post("/recover", "name", phone, "channel", "sms")
	home.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/password")
	home.post("/recover/password", "password", "Новый-Кит_3829").goes(t, "/login?recovered=1&to=%2Fcabinet%2Fsecurity%2Fcheck")
}

// TestAStrangerUsesUpNobodysCodes: whoever begins recovery after recovery under
// somebody's names uses up the codes of recoveries, and not those of signing in.
func TestAStrangerUsesUpNobodysCodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		anna := identitytest.Account(t, i, phone, withMail)
		a, err := i.Account(t.Context(), anna)
		must(t, err)
		home := newBrowser(t, i)
		home.signIn(i, phone)
		home.post("/logout")
		clk.Advance(time.Hour)
		codes := func() (n int) {
			for _, l := range identitytest.SenderOf(t, i).Sent() {
				if l.Kind == "code" && l.To == phone {
					n++
				}
			}
			return n
		}
		before := codes()
		for _, name := range []string{phone, mail, a.Number} {
			stranger := newBrowser(t, i)
			for range 5 {
				stranger.post("/recover", "name", name, "channel", "sms").goes(t, "/recover/code")
			}
		}
		if n := codes() - before; n != 10 {
			t.Fatalf("a phone was sent %d codes of recoveries in an hour, want 10", n)
		}
		home.signIn(i, phone)
	})
}
