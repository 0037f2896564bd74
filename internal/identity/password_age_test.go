package identity_test

import (
	"context"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

// TestOldPasswords: by the setting nothing comes of an old password, or its owner is
// told, once in that time, or it also signs in no more until a new one is set.
func TestOldPasswords(t *testing.T) {
	t.Parallel()
	const half, subject, newer = 183 * 24 * time.Hour, "Смените пароль", "Новый-Кит_3829"
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		for mode, want := range map[string]struct{ early, late, refused int }{
			identity.ChangeOff: {0, 0, 0}, identity.ChangeRemind: {0, 1, 0}, identity.ChangeForce: {1, 1, 1},
		} {
			t.Run(string(e)+" "+mode, func(t *testing.T) {
				t.Parallel()
				clk := fake()
				deps := identitytest.Deps(t, testkit.Open(t, e, schema, clk), identitytest.Sealer(t, clk), clk)
				deps.Config.PasswordChange = mode
				i := identitytest.With(t, deps)
				identitytest.Account(t, i, phone, withMail)
				b := newBrowser(t, i)
				b.signIn(i, phone)
				reminded := func() int {
					t.Helper()
					for range 2 { // once, however often the clock strikes
						must(t, i.RemindOfPasswords(identity.AsSystem(context.Background())))
					}
					return letters(t, i, subject)
				}
				clk.Advance(half - 13*24*time.Hour)
				if n := reminded(); n != want.early {
					t.Errorf("%d letters before the time", n)
				}
				b.post("/logout")
				b.signIn(i, phone)
				clk.Advance(14 * 24 * time.Hour)
				if n := reminded(); n != want.late {
					t.Errorf("%d letters after it", n)
				}
				a := newBrowser(t, i).post("/login", "name", phone, "password", identitytest.Password)
				if want.refused == 0 {
					a.goes(t, "/login/code")
					return
				}
				a.shows(t, 403, "Срок действия этого пароля истёк", `href="/recover"`)
				newBrowser(t, i).post("/login", "name", phone, "password", "wrong").shows(t, 422) // nothing tells who does not know it
				b.post("/recover", "name", phone, "channel", "sms").goes(t, "/recover/code")
				b.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/code")
				b.post("/recover/code", "code", sent(t, i, mail)).goes(t, "/recover/password")
				b.post("/recover/password", "password", newer).goes(t, "/login?recovered=1&to=%2Fcabinet%2Fsecurity%2Fcheck")
				clk.Advance(2 * time.Minute)
				b.post("/login", "name", phone, "password", newer).goes(t, "/login/code")
				if n := reminded(); n != want.late {
					t.Errorf("reminded of a new password: %d letters", n)
				}
			})
		}
	}
}
