package identity_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
)

// TestWhatWasTypedSurvivesTheFactor: a form that was sent when its sender had to
// prove first who they are is shown after it, and can be sent.
func TestWhatWasTypedSurvivesTheFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		for name, c := range map[string]struct {
			before func(b *browser)
			first  string // where the factor is asked for
		}{
			"the factor is stale": {func(*browser) { clk.Advance(6 * time.Minute) }, "/reauth?to="},
			"the session is idle": {func(*browser) { clk.Advance(21 * time.Minute) }, ""},
			"another browser":     {func(b *browser) { b.agent = "Mozilla/5.0 (X11; Linux) Chrome/140.0" }, "/reauth?to="},
		} {
			clk.Advance(2 * time.Minute)
			b := newBrowser(t, i)
			b.signIn(i, phone)
			c.before(b)
			held := b.post("/note", "word", "Длинное объяснение <b>", "_version", "7")
			if held.status != 303 || !strings.HasPrefix(held.location, "/login?to=%2Fsession%2Fform%2F") {
				t.Fatalf("%s: %d to %q", name, held.status, held.location)
			}
			form := strings.ReplaceAll(strings.TrimPrefix(held.location, "/login?to="), "%2F", "/")
			newBrowser(t, i).get(form).goes(t, held.location) // nobody else's
			clk.Advance(2 * time.Minute)
			if c.first == "" {
				b.post("/login", "name", phone, "password", identitytest.Password, "to", form).goes(t, "/login/code"+strings.TrimPrefix(held.location, "/login"))
				b.post("/login/code", "code", sent(t, i, phone), "to", form).goes(t, form)
			} else {
				b.get(held.location).goes(t, "/reauth?to="+strings.TrimPrefix(held.location, "/login?to="))
				b.post("/reauth/send?way=sms&to=" + form)
				b.post("/reauth?way=sms&to="+form, "code", sent(t, i, phone)).goes(t, form)
			}
			b.get(form).shows(t, 200, "Введённое сохранено", `action="/note"`, `name="word" value="Длинное объяснение &lt;b&gt;"`, `name="_version" value="7"`)
			b.post("/note", "word", "Длинное объяснение <b>").shows(t, 200, "noted Длинное")
			clk.Advance(58 * time.Minute)
			must(t, i.Sweep(t.Context()))
		}
	})
}

func TestWhatIsNotHeld(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	identitytest.Account(t, i, second)
	b := newBrowser(t, i)
	newBrowser(t, i).post("/note", "word", "x").shows(t, 401) // nobody is known
	b.signIn(i, phone)
	clk.Advance(6 * time.Minute)
	b.post("/note").shows(t, 401)                                       // nothing was typed
	b.post("/note", "word", "x", "password", "y").shows(t, 401)         // a secret
	b.post("/note", "word", strings.Repeat("x", 300<<10)).shows(t, 401) // too large
	held := b.post("/note", "word", "x").location
	r := httptest.NewRequest("POST", "/note", strings.NewReader("word=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	b.do(r).shows(t, 401) // a script can't follow
	form := strings.ReplaceAll(strings.TrimPrefix(held, "/login?to="), "%2F", "/")
	stranger := newBrowser(t, i)
	clk.Advance(2 * time.Minute)
	stranger.post("/login", "name", second, "password", identitytest.Password)
	stranger.post("/login/code", "code", sent(t, i, second)).goes(t, "/cabinet")
	stranger.get(form).shows(t, 404)
	b.get(form).shows(t, 200)
	clk.Advance(time.Hour)
	b2 := newBrowser(t, i)
	b2.signIn(i, phone)
	b2.get(form).shows(t, 404) // its hour is over
}
