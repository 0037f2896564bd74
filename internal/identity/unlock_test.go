package identity_test

import (
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
		b.post("/login", "name", phone, "password", identitytest.Password).shows(t, 429)
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
