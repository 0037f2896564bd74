package factor_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/descope/virtualwebauthn"

	"okno/internal/identity"
	"okno/internal/identity/factor"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// surfer is a browser at the stand's pages; it follows no redirect.
type surfer struct {
	t       *testing.T
	site    http.Handler
	cookies map[string]string
}

func (s *stand) surfer() *surfer {
	s.Helper()
	e := &web.Edge{Log: s.Identity.Log, Clock: s.Clock, Texts: identitytest.Texts(s.T, web.Locale())}
	e.SetFrame(func(_ *http.Request, p web.Page) templ.Component { return p.Body }, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Status: f.Status, Body: templ.Raw(templ.EscapeString(i18n.T(r.Context(), f.Key, f.Args...)))}
	})
	e.Before(s.Authenticate)
	rt := web.NewRouter(e)
	s.Identity.Mount(rt)
	s.Room.Mount(rt)
	rt.Handle("GET /work", identity.Staff(), func(w http.ResponseWriter, r *http.Request) error {
		return web.Render(w, r, web.Page{Body: templ.Raw("at work")})
	})
	rt.Handle("GET /enter/{account}", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		return s.StartSession(r.Context(), w, r, r.PathValue("account"), "test")
	})
	return &surfer{t: s.T, site: e.Handler(rt), cookies: map[string]string{}}
}

func (b *surfer) get(path string) answered { return b.send(http.MethodGet, path, "") }

func (b *surfer) post(path string, pairs ...string) answered {
	v := url.Values{}
	for n := 0; n+1 < len(pairs); n += 2 {
		v.Set(pairs[n], pairs[n+1])
	}
	return b.send(http.MethodPost, path, v.Encode())
}

func (b *surfer) send(method, path, body string, headers ...string) answered {
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Set(headers[n], headers[n+1])
	}
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	raw, _ := io.ReadAll(w.Body)
	return answered{b.t, w.Code, w.Header().Get("Location"), string(raw)}
}

type answered struct {
	t        *testing.T
	status   int
	to, body string
}

func (a answered) goes(to string) {
	a.t.Helper()
	if a.status != http.StatusSeeOther || a.to != to {
		a.t.Fatalf("%d to %q, want %q\n%s", a.status, a.to, to, a.body)
	}
}

func (a answered) shows(status int, parts ...string) answered {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%d (to %q), want %d\n%s", a.status, a.to, status, a.body)
	}
	for _, p := range parts {
		if !strings.Contains(a.body, p) {
			a.t.Fatalf("no %q in\n%s", p, a.body)
		}
	}
	return a
}

const newPassword, recovered = "Новый-Кит_3829", "/login?recovered=1&to=%2Fcabinet%2Fsecurity%2Fcheck"

// TestRecoveryByWhatIsHeld: a security key, an app and a code on paper prove the
// second step of a recovery.
func TestRecoveryByWhatIsHeld(t *testing.T) {
	t.Parallel()
	each(t, func(s *stand) {
		auth := virtualwebauthn.NewAuthenticator()
		cred := s.addKey("key", &auth)
		codes, err := s.Recovery(s.proved("webauthn"))
		s.must(err)
		b := s.surfer()
		begin := func() {
			s.clk.Advance(11 * time.Minute)
			b.post("/recover", "name", phone, "channel", "sms").goes("/recover/code")
			b.post("/recover/code", "code", identitytest.SenderOf(s.T, s.Identity).Code(phone)).goes("/recover/code")
			b.get("/recover/code").shows(200, "Одного кода мало")
		}
		begin()
		b.post("/recover/code/options").shows(422) // the e-mail is asked for first
		b.post("/recover/code/other").goes("/recover/code")
		b.get("/recover/code").shows(200, `data-passkey="get"`, `data-options="/recover/code/options"`)
		b.post("/recover/code", "credential", "{}").shows(422)
		options := b.post("/recover/code/options").shows(200).body
		b.post("/recover/code", "credential", s.answer(auth, cred, home, []byte(options))).goes("/recover/password")
		b.post("/recover/password", "password", newPassword).goes(recovered)
		begin()
		b.post("/recover/code/other")
		b.post("/recover/code/other").goes("/recover/code")
		b.get("/recover/code").shows(200, "код восстановления")
		b.post("/recover/code", "code", "0000-0000-0000").shows(422)
		b.post("/recover/code", "code", codes[0]).goes("/recover/password")
		begin()
		b.post("/recover/code/other")
		b.post("/recover/code/other")
		b.post("/recover/code", "code", codes[0]).shows(422) // once
	})
}

// proved is the stand's context with a proof by the kind.
func (s *stand) proved(kind string) context.Context {
	s.Helper()
	s.proves(kind)
	return s.ctx
}

// TestRecoveryByPasskey: a passkey whose device has verified the person is enough
// by itself, as it is at the sign-in.
func TestRecoveryByPasskey(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	auth := virtualwebauthn.NewAuthenticator()
	cred := s.addKey("passkey", &auth)
	b := s.surfer()
	b.get("/recover").shows(200, `action="/recover/passkey"`)
	b.post("/recover/passkey", "credential", "{}").shows(422)
	prove := func(change func(*virtualwebauthn.Authenticator)) answered {
		options := b.post("/login/passkey/options").shows(200).body
		a := auth
		change(&a)
		return b.post("/recover/passkey", "credential", s.answer(a, cred, home, []byte(options)))
	}
	prove(func(a *virtualwebauthn.Authenticator) { a.Options.UserNotVerified = true }).shows(422)
	b.get("/recover/password").goes("/recover")
	prove(func(*virtualwebauthn.Authenticator) {}).goes("/recover/password")
	b.post("/recover/password", "password", newPassword).goes(recovered)
	b.post("/recover/password", "password", newPassword).goes("/recover") // once
	if _, err := s.FindByPhone(s.ctx, phone); err != nil {
		t.Fatal(err)
	}
	b.post("/login", "name", phone, "password", newPassword).goes("/login/code")
	if err := s.Remove(s.proved("webauthn"), s.way(factor.KindWebAuthn).Ref); err != nil {
		t.Fatal(err)
	}
	prove(func(*virtualwebauthn.Authenticator) {}).shows(422) // it is the account's no more
}

// TestFactorChangeOffersToEndOthers: whoever has changed a factor is asked whether
// others shall go.
func TestFactorChangeOffersToEndOthers(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite)
	b := s.surfer()
	b.get("/enter/" + s.anna).shows(200)
	const ends = `action="/cabinet/security/sessions/end-others"`
	for said, offers := range map[string]bool{"added": true, "removed": true, "renamed": false, "": false} {
		if got := strings.Contains(b.get("/cabinet/security/factors?said="+said).shows(200).body, ends); got != offers {
			s.Errorf("after %q the end of others is offered: %v", said, got)
		}
	}
}

// TestSMSRiskIsTold: who chooses a factor reads what SMS are worth.
func TestSMSRiskIsTold(t *testing.T) {
	t.Parallel()
	for lang, words := range map[string]string{"ru": "можно перехватить", "en": "can be intercepted"} {
		if text := identitytest.Texts(t).T(lang, "identity.factor.about_sms"); !strings.Contains(text, words) {
			t.Errorf("%s: %q", lang, text)
		}
	}
}

// TestNewDeviceWithoutTheMail: strict rules ask for another proof on a new device
// also of who has switched codes by e-mail off, and never end in a circle.
func TestNewDeviceWithoutTheMail(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite, func(d *identity.Deps) { d.Config.RiskFile = "" })
	s.proves(factor.KindSMS)
	s.must(s.Remove(s.ctx, factor.KindEmail))
	enter := func() *surfer {
		s.clk.Advance(2 * time.Minute)
		b := s.surfer()
		b.post("/login", "name", phone, "password", identitytest.Password).goes("/login/code")
		return b
	}
	bySMS := func(b *surfer) answered {
		return b.post("/login/code", "code", identitytest.SenderOf(s.T, s.Identity).Code(phone))
	}
	bySMS(enter()).goes("/cabinet") // there is nothing else to ask for

	raw := s.addApp(factor.KindSMS)
	b := enter()
	bySMS(b).goes("/login/code")
	b.get("/cabinet/security").goes("/login?to=%2Fcabinet%2Fsecurity")
	b.get("/login/code").goes("/login/totp")
	b.get("/login/totp").shows(200, "нужно ещё одно")
	bySMS(b).shows(422) // the same again is no second proof
	b.get("/login/ways").shows(200)
	b.post("/login/totp", "code", s.code(raw, 6)).goes("/cabinet")
}

// high are the settings under which only what is held counts.
func high(d *identity.Deps) { d.Config.Factors = identity.FactorsHigh }

// kinds are those of the ways in which the account may sign in.
func (s *stand) kinds(staff bool) string {
	s.Helper()
	ways, err := s.Ways(s.ctx, s.account())
	s.must(err)
	var all []string
	for _, w := range s.Admitted(ways, staff) {
		all = append(all, w.Kind)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// TestHighFactors: under the settings of high security e-mail is no factor, and SMS
// is one only until the person holds something.
func TestHighFactors(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite, high)
	if got := s.kinds(false); got != "sms" {
		t.Fatalf("a new account signs in by %q", got)
	}
	enter := func() (*surfer, answered) {
		s.clk.Advance(2 * time.Minute)
		b := s.surfer()
		return b, b.post("/login", "name", phone, "password", identitytest.Password)
	}
	b, asked := enter()
	asked.goes("/login/code")
	if ways := b.get("/login/ways").shows(200, "Ещё не использовали").body; strings.Contains(ways, "Последний раз: Ещё") {
		t.Error("a way that was never used has a last time")
	}
	b.post("/login/ways", "way", "email").shows(422)
	if page := b.get("/login/ways").body; strings.Contains(page, `value="email"`) {
		t.Error("e-mail is offered")
	}
	b.post("/login/code", "code", identitytest.SenderOf(s.T, s.Identity).Code(phone)).goes("/cabinet")

	raw := s.addApp(factor.KindSMS)
	if got := s.kinds(false); got != "totp" {
		t.Fatalf("with an app in hand one signs in by %q", got)
	}
	b, asked = enter()
	asked.goes("/login/totp")
	b.post("/login/ways", "way", "sms").shows(422)
	b.post("/login/totp", "code", s.code(raw, 6)).goes("/cabinet")
	if page := b.get("/cabinet/security/factors").shows(200).body; strings.Contains(page, "/factors/email/") || strings.Contains(page, "/factors/sms/") {
		t.Error("what does not count is on the list")
	}
	s.proves(factor.KindTOTP)
	s.must(s.Remove(s.ctx, s.way(factor.KindTOTP).Ref))
	if got := s.kinds(false); got != "sms" {
		t.Errorf("with empty hands one signs in by %q", got)
	}
}

// TestStaffWorkByAKey: under those settings a member of staff comes to the desk by a
// key alone, and by another thing in hand only to add one.
func TestStaffWorkByAKey(t *testing.T) {
	t.Parallel()
	s := newStand(t, db.SQLite, high)
	raw := s.addApp(factor.KindSMS)
	s.roles[s.anna] = []identity.Role{{Name: identity.SupportOperator}}
	s.clk.Advance(2 * time.Minute)
	b := s.surfer()
	b.post("/login", "name", phone, "password", identitytest.Password).goes("/login/totp")
	b.post("/login/totp", "code", s.code(raw, 6)).goes("/cabinet/security/factors")
	b.get("/work").shows(403)
	b.get("/cabinet/security/factors").shows(200, "добавьте ключ безопасности")

	auth := virtualwebauthn.NewAuthenticator()
	cred := newCredential()
	s.proves(factor.KindTOTP)
	s.must(s.addCredential("key", &auth, cred, home))
	auth.AddCredential(cred)
	auth.Options.UserHandle = []byte(s.anna)
	if got := s.kinds(true); got != "webauthn" {
		t.Fatalf("staff sign in by %q", got)
	}
	b.get("/work").shows(403) // the session began by another thing
	b.get("/cabinet/security/factors").shows(200)
	s.clk.Advance(2 * time.Minute)
	b = s.surfer()
	b.post("/login", "name", phone, "password", identitytest.Password).goes("/login/code")
	b.post("/login/code", "code", s.code(raw, 6)).shows(422)
	options := b.post("/login/code/options").shows(200).body
	b.post("/login/code", "credential", s.answer(auth, cred, home, []byte(options))).goes("/desk")
	b.get("/work").shows(200, "at work")
	s.proves(factor.KindWebAuthn)
	s.must(s.Remove(s.ctx, s.way(factor.KindTOTP).Ref))
	s.proves(factor.KindWebAuthn)
	s.wants(s.Remove(s.ctx, s.way(factor.KindWebAuthn).Ref), factor.ErrLast)
}

// TestCopiedPasskeysDoNotOpenTheDesk: under those settings a passkey that is copied
// between devices signs a member of staff in as a citizen, answers for no other
// key, and gives no roles; at the usual settings it does.
func TestCopiedPasskeysDoNotOpenTheDesk(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{true, false} {
		settings := []func(*identity.Deps){}
		if strict {
			settings = append(settings, high)
		}
		s := newStand(t, db.SQLite, settings...)
		copied := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{BackupEligible: true, BackupState: true})
		soft := s.addKey("passkey", &copied)
		s.roles[s.anna] = []identity.Role{{Name: identity.SupportOperator}}
		s.clk.Advance(2 * time.Minute)
		byPasskey := func() *surfer {
			b := s.surfer()
			options := b.post("/login/passkey/options").shows(200).body
			if answer := s.answer(copied, soft, home, []byte(options)); strict {
				b.post("/login/passkey", "credential", answer).goes("/cabinet/security/factors")
			} else {
				b.post("/login/passkey", "credential", answer).goes("/desk")
			}
			return b
		}
		b := byPasskey()
		if !strict {
			b.get("/work").shows(200, "at work")
			continue
		}
		b.get("/work").shows(403)
		b.get("/cabinet/security/factors").shows(200, "добавьте ключ безопасности", "Переносится на другие ваши устройства")

		hard := virtualwebauthn.NewAuthenticator()
		s.proves(factor.KindWebAuthn)
		cred := newCredential()
		s.must(s.addCredential("key", &hard, cred, home))
		hard.AddCredential(cred)
		hard.Options.UserHandle = []byte(s.anna)
		s.clk.Advance(2 * time.Minute)
		b = byPasskey()
		b.get("/cabinet/security/factors").shows(200, "Подтвердить ключом")
		b.get("/reauth?to=/desk").shows(200)
		options := []byte(b.post("/reauth/options").shows(200).body)
		b.post("/reauth?to=/desk", "credential", s.answer(copied, soft, home, options)).shows(422) // it was not asked for
		options = []byte(b.post("/reauth/options").shows(200).body)
		b.post("/reauth", "to", "/desk", "credential", s.answer(hard, cred, home, options)).goes("/desk")
		b.get("/work").shows(200, "at work")
		lines, _, err := s.History(s.ctx, identity.HistoryFilter{})
		s.must(err)
		if lines[1].Method != "passkey+synced" || lines[0].Method != "password+webauthn" {
			t.Errorf("%s, then %s", lines[1].Method, lines[0].Method)
		}
	}
}
