package identity_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

func TestCitizenSignsInAndOut(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.get("/cabinet/security?x=1").goes(t, "/login?to=%2Fcabinet%2Fsecurity%3Fx%3D1")
	b.get("/login?to=%2Fcabinet%2Fsecurity%3Fx%3D1").shows(t, 200, "<title>Вход</title>", `value="/cabinet/security?x=1"`)
	b.post("/login", "name", phone, "password", identitytest.Password, "to", "/cabinet/security?x=1").
		goes(t, "/login/code?to=%2Fcabinet%2Fsecurity%3Fx%3D1")
	b.get("/login/code").shows(t, 200, "заканчивается на 67", `autocomplete="one-time-code"`, "через 60 секунд")
	if page := b.get("/login/code").body; strings.Contains(page, phone[3:8]) {
		t.Error("the page shows more of the number than it may")
	}
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet") // half-way is not in
	b.post("/login/code", "code", "000 000", "to", "/cabinet/security?x=1").shows(t, 422, "<title>Error: ", "осталось 4 попытки", `href="#code"`)
	b.post("/login/code", "code", sent(t, i, phone), "to", "/cabinet/security?x=1").goes(t, "/cabinet/security?x=1")
	b.get("/cabinet").shows(t, 200)
	b.get("/desk").shows(t, 403)
	b.get("/login").goes(t, "/cabinet")
	token := b.cookie(identity.SessionCookie)
	b.post("/logout").goes(t, "/")
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	b.cookies[identity.SessionCookie] = token
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet") // ended, not only forgotten
}

func TestFaultsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	b := newBrowser(t, i)
	a := b.post("/login", "name", "Анна <b>", "password", "secret-typed-1")
	a.shows(t, 422, "<title>Error: Вход</title>", `href="#password"`, `value="Анна &lt;b&gt;"`, `aria-invalid="true"`)
	if strings.Contains(a.body, "secret-typed-1") {
		t.Error("the password comes back")
	}
	b.post("/login", "name", "", "password", "").shows(t, 422, `href="#name"`, `href="#password"`)
	for range 3 {
		a = b.post("/login", "name", "Анна <b>", "password", "x")
	}
	a.shows(t, 429, "вход закрыт на 15 минут")
	if a.header.Get("Retry-After") != "900" {
		t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
	}
	b.get("/login/code").goes(t, "/login?again=1")
	b.post("/login/code", "code", "123456").goes(t, "/login?again=1")
	b.get("/login?again=1").shows(t, 200, "начать заново")
}

func TestStaffSignIn(t *testing.T) {
	t.Parallel()
	roles := identitytest.Roles{}
	i, clk := lite(t, func(d *identity.Deps) { d.Roles = roles })
	officer := identitytest.StaffAccount(t, i, "officer")
	roles[officer] = []identity.Role{{Name: identity.Officer, Agency: "mvd"}}
	b := newBrowser(t, i)
	b.post("/login", "name", "officer", "password", identitytest.Password).goes(t, "/login/totp")
	b.get("/login/code").goes(t, "/login/totp")
	b.get("/login/totp").shows(t, 200, "Введите код из приложения")
	code, err := totp.GenerateCode(identitytest.TOTPSecret, clk.Now())
	must(t, err)
	b.post("/login/totp", "code", code).goes(t, "/desk")
	b.get("/desk").shows(t, 200)
	b.get("/desk/head").shows(t, 403)
	b.get("/cabinet").shows(t, 403)
	if n := len(identitytest.SenderOf(t, i).Sent()); n != 0 {
		t.Errorf("%d letters", n)
	}
	thief := newBrowser(t, i)
	thief.post("/login", "name", "officer", "password", identitytest.Password).goes(t, "/login/totp")
	thief.post("/login/totp", "code", code).shows(t, 422, "Код не подходит") // replayed
}

func TestFreshFactor(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	b.get("/fresh").shows(t, 200)
	clk.Advance(6 * time.Minute)
	b.get("/fresh").goes(t, "/login?to=%2Ffresh")
	b.get("/login?to=%2Ffresh").goes(t, "/reauth?to=%2Ffresh")
	b.get("/reauth?to=%2Ffresh").shows(t, 200, "Получить код")
	if n := len(identitytest.SenderOf(t, i).Sent()); n != 1 {
		t.Fatalf("reading the page sent a code (%d)", n)
	}
	b.post("/reauth/send", "to", "/fresh").goes(t, "/reauth?sent=1&to=%2Ffresh&way=sms")
	b.get("/reauth?sent=1&to=%2Ffresh").shows(t, 200, "Введите код")
	old := b.cookie(identity.SessionCookie)
	b.post("/reauth", "code", other(sent(t, i, phone)), "to", "/fresh").shows(t, 422, "Код не подходит")
	b.post("/reauth", "code", sent(t, i, phone), "to", "/fresh").goes(t, "/fresh")
	b.get("/fresh").shows(t, 200)
	if b.cookie(identity.SessionCookie) == old {
		t.Error("the session kept its id though its rights rose")
	}
	b.cookies[identity.SessionCookie] = old
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
}

func TestSessionsPage(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	home, phoneBrowser := newBrowser(t, i), newBrowser(t, i)
	phoneBrowser.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Safari/605"
	home.signIn(i, phone)
	clk.Advance(2 * time.Minute)
	phoneBrowser.signIn(i, phone)
	page := home.get("/cabinet/security").shows(t, 200, "Firefox, Windows", "Safari, iPhone", "Этот сеанс", "192.0.2.1").body
	if strings.Count(page, "Этот сеанс") != 1 {
		t.Error("more than one is this session")
	}
	told := false
	for _, l := range identitytest.SenderOf(t, i).Sent() {
		told = told || l.Kind == "security" && strings.Contains(l.Text, "Safari, iPhone")
	}
	if !told {
		t.Error("the new device was not told of")
	}
	_, rest, _ := strings.Cut(page, `action="/cabinet/security/sessions/`)
	other, _, _ := strings.Cut(rest, "/")
	home.post("/cabinet/security/sessions/"+other+"/end").goes(t, "/cabinet/security?said=ended")
	phoneBrowser.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	home.post("/cabinet/security/sessions/"+other+"/end").shows(t, 404)
	clk.Advance(2 * time.Minute)
	phoneBrowser.signIn(i, phone)
	home.post("/cabinet/security/sessions/end-others").goes(t, "/cabinet/security?said=others")
	phoneBrowser.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	home.get("/cabinet/security?said=others").shows(t, 200, "Все сеансы, кроме этого, завершены")
	home.post(identity.StayPath).shows(t, 204)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	anna := identitytest.Account(t, i, phone)
	b, elsewhere := newBrowser(t, i), newBrowser(t, i)
	elsewhere.signIn(i, phone)
	b.signIn(i, phone)
	const page, changed = "/cabinet/security/password", "Рыжий-Трамвай_58"
	b.get(page).shows(t, 200, `data-strength="/password/strength"`, `autocomplete="new-password"`, `autocomplete="current-password"`)
	a := b.post(page, "current", identitytest.Password, "password", "Qwerty123!").shows(t, 422, `href="#password"`)
	if strings.Contains(a.body, "Qwerty123!") || strings.Contains(a.body, identitytest.Password) {
		t.Error("a password comes back")
	}
	b.post(page, "password", changed).shows(t, 422, `href="#current"`)
	b.post(page).shows(t, 422, `href="#current"`, `href="#password"`) // both are told at once
	b.post(page, "current", wrong, "password", changed).shows(t, 422, `href="#current"`, "Нынешний пароль не подходит")
	must(t, try(i, phone, identitytest.Password))
	b.post(page, "current", identitytest.Password, "password", changed).goes(t, "/cabinet/security?said=password")
	b.get("/cabinet").shows(t, 200)
	elsewhere.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	must(t, try(i, phone, changed))
	wantErr(t, try(i, phone, identitytest.Password), identity.ErrWrong)
	told := 0
	for _, l := range identitytest.SenderOf(t, i).Sent() {
		if l.Owner == anna && l.Kind == "security" && l.Channel == "sms" && strings.Contains(l.Text, "ароль") {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the owner was told %d times", told)
	}
	before := i.Hashes()
	for range 12 {
		b.post(page, "current", wrong, "password", "Другой-Трамвай_59")
	}
	if n := i.Hashes() - before; n > 10 {
		t.Errorf("a stolen session has tried %d passwords", n)
	}
	b.post(page, "current", changed, "password", "Другой-Трамвай_59").shows(t, 429)
	clk.Advance(6 * time.Minute)
	b.post(page, "current", changed, "password", "Другой-Трамвай_59").goes(t, "/reauth?to=%2Fcabinet%2Fsecurity%2Fpassword")
	must(t, try(i, phone, changed))
}

// TestShuttingOutAsksForAFactor: who holds a stolen session ends nobody else's.
func TestShuttingOutAsksForAFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		identitytest.Account(t, i, phone)
		owner, thief := newBrowser(t, i), newBrowser(t, i)
		owner.signIn(i, phone)
		clk.Advance(2 * time.Minute)
		thief.signIn(i, phone)
		clk.Advance(6 * time.Minute)
		page := thief.get("/cabinet/security").shows(t, 200).body
		_, rest, _ := strings.Cut(page, `action="/cabinet/security/sessions/`)
		other, _, _ := strings.Cut(rest, "/")
		thief.post("/cabinet/security/sessions/"+other+"/end").goes(t, "/reauth?to=%2Fcabinet%2Fsecurity")
		thief.post("/cabinet/security/sessions/end-others").goes(t, "/reauth?to=%2Fcabinet%2Fsecurity")
		browsers := thief.get("/cabinet/security/browsers").shows(t, 200).body
		at := strings.LastIndex(browsers, "browsers/") + len("browsers/")
		device, _, _ := strings.Cut(browsers[at:], "/")
		thief.post("/cabinet/security/browsers/"+device+"/forget").goes(t, "/reauth?to=%2Fcabinet%2Fsecurity%2Fbrowsers")
		owner.get("/cabinet").shows(t, 200)
		owner.post("/reauth/send?way=sms")
		owner.post("/reauth?way=sms", "code", sent(t, i, phone))
		owner.post("/cabinet/security/sessions/end-others").goes(t, "/cabinet/security?said=others")
		thief.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
		owner.get("/cabinet").shows(t, 200)
	})
}

func TestRecover(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone, func(n *identity.NewAccount) { n.Email = "anna@example.ru" })
	in := newBrowser(t, i)
	in.signIn(i, phone)
	for range 4 {
		_ = try(i, phone, wrong)
	}
	b := newBrowser(t, i)
	b.post("/recover", "name", "", "channel", "").shows(t, 422, `href="#name"`, `href="#channel"`)
	b.get("/recover/password").goes(t, "/recover")
	b.post("/recover", "name", phone, "channel", "email").goes(t, "/recover/code")
	b.get("/recover/code").shows(t, 200, "Если такая учётная запись есть")
	b.get("/recover/password").goes(t, "/recover") // not before the code
	b.post("/recover/password", "password", "Рыжий-Трамвай_58").goes(t, "/recover")
	b.post("/recover/code/resend").shows(t, 429)
	clk.Advance(time.Minute)
	b.post("/recover/code/resend").goes(t, "/recover/code?sent=1")
	b.post("/recover/code", "code", "000000").shows(t, 422)
	b.post("/recover/code", "code", sent(t, i, "anna@example.ru")).goes(t, "/recover/code") // and the other proof
	b.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/password")
	b.get("/recover/password").shows(t, 200)
	b.post("/recover/password", "password", "12345678").shows(t, 422, `href="#password"`)
	b.post("/recover/password", "password", "Рыжий-Трамвай_58").goes(t, "/login?recovered=1&to=%2Fcabinet%2Fsecurity%2Fcheck")
	b.post("/recover/password", "password", "Синий-Трамвай_58").goes(t, "/recover") // once
	in.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	must(t, try(i, phone, "Рыжий-Трамвай_58")) // the lock is gone, too

	stranger := newBrowser(t, i)
	stranger.post("/recover", "name", "nobody", "channel", "email").goes(t, "/recover/code")
	page := stranger.get("/recover/code").shows(t, 200)
	clk.Advance(0)
	if !strings.Contains(page.body, "Если такая учётная запись есть") {
		t.Error("the page tells that nobody is there")
	}
}

func TestAPISessions(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.api("GET", "/api/v1/sessions", "", "").shows(t, 401)
	b.api("POST", "/api/v1/sessions", "", `{"identifier":"`+phone+`","password":"x"}`).shows(t, 422, `"code":"invalid"`)
	var pending struct {
		Pending string
		Factors []struct{ Kind, Hint string }
	}
	a := b.api("POST", "/api/v1/sessions", "", `{"identifier":"`+phone+`","password":"`+identitytest.Password+`"}`).shows(t, 202)
	must(t, json.Unmarshal([]byte(a.body), &pending))
	if pending.Factors[0].Kind != "sms" || pending.Factors[0].Hint != "67" {
		t.Fatalf("%+v", pending)
	}
	b.api("POST", "/api/v1/sessions/"+pending.Pending+"/code", "", "").shows(t, 429)
	b.api("POST", "/api/v1/sessions/"+pending.Pending+"/factor", "", `{"code":"000000"}`).shows(t, 422)
	b.api("PUT", "/api/v1/sessions/"+pending.Pending+"/choice", "", `{"factor":"pigeon"}`).shows(t, 422, `"name":"factor"`)
	var token struct{ Token, Session string }
	a = b.api("POST", "/api/v1/sessions/"+pending.Pending+"/factor", "", `{"code":"`+sent(t, i, phone)+`"}`).shows(t, 201)
	must(t, json.Unmarshal([]byte(a.body), &token))
	b.api("GET", "/api/v1/sessions", token.Token, "").shows(t, 200, `"bearer":true`, `"current":true`, token.Session)

	b.cookies[identity.SessionCookie] = token.Token
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet") // a bearer token is no cookie
	b.signIn(i, phone)
	b.api("GET", "/api/v1/sessions", "", "").shows(t, 401) // nor a cookie a bearer token
	b.api("GET", "/api/v1/sessions", b.cookie(identity.SessionCookie), "").shows(t, 401)
	b.get("/cabinet/security").shows(t, 200, "Программа: Firefox, Windows")
	b.api("DELETE", "/api/v1/sessions/none", token.Token, "").shows(t, 404)
	b.api("DELETE", "/api/v1/sessions/"+token.Session, token.Token, "").shows(t, 204)
	b.api("GET", "/api/v1/sessions", token.Token, "").shows(t, 401)
}

func TestStrength(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	b := newBrowser(t, i)
	for password, want := range map[string]int{"qwerty": 0, "Рыжий-Трамвай_58": 4} {
		a := b.post("/password/strength", "_field", "new", "new", password, "name", "Трофим").shows(t, 200)
		var s identity.Strength
		must(t, json.Unmarshal([]byte(a.body), &s))
		if s.Text == "" || want == 0 && s.Score > 1 || want > 0 && s.Score < 3 {
			t.Errorf("%s: %+v", password, s)
		}
	}
	a := b.post("/password/strength", "_field", "new", "new", "Рыжий-Трофим_58", "name", "Трофим").shows(t, 200)
	if !strings.Contains(a.body, "своё имя") {
		t.Error(a.body)
	}
}

// TestRoutesWithoutAndWithForeignSession walks every route with no session and
// with a token that is nobody's: what is not public lets nobody in.
func TestRoutesWithoutAndWithForeignSession(t *testing.T) {
	t.Parallel()
	i, _ := lite(t)
	h, rt := site(t, i)
	for _, route := range rt.Routes() {
		if route.Guard.Name == web.Public.Name {
			continue
		}
		for _, token := range []string{"", "no-such-token", strings.Repeat("x", 5000)} {
			path := strings.NewReplacer("{id}", "1", "{pending}", "1").Replace(route.Path)
			r := httptest.NewRequest(route.Method, path, nil)
			r.AddCookie(&http.Cookie{Name: identity.SessionCookie, Value: token})
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			led := w.Code == http.StatusSeeOther && strings.HasPrefix(w.Header().Get("Location"), "/login?to=")
			if w.Code != http.StatusUnauthorized && !led {
				t.Errorf("%s %s answers %d to nobody", route.Method, path, w.Code)
			}
		}
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/cabinet?x=1": "/cabinet?x=1", "/logins": "/logins", "": "", "https://evil.example": "", "//evil.example": "",
		"/\\evil": "", "/login": "", "/login?to=/x": "", "/reauth": "", "/recover/code": "", "/logout": "", "/session/stay": "", "javascript:x": "",
	} {
		if got := identity.Target(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if identity.DeviceName("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140 YaBrowser/25") != "Яндекс Браузер, Windows" {
		t.Error("YaBrowser")
	}
	if identity.DeviceName("") != "" || identity.MaskEmail("anna@example.ru") != "a…@example.ru" || identity.MaskEmail("x") != "" || identity.LastTwo("") != "" {
		t.Error("empty ones")
	}
	if identity.Network("2001:db8::1") != identity.Network("2001:db8::ffff") || identity.Network("192.0.2.1") != "192.0.2.1" {
		t.Error("networks")
	}
}

func FuzzBearerToken(f *testing.F) {
	for _, s := range []string{"Bearer abc", "bearer  x ", "Basic eA==", "", "Bearer", "\x00 \xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if token := identity.BearerToken(s); token != "" && !strings.Contains(s, token) {
			t.Fatalf("%q gave %q", s, token)
		}
	})
}

// FuzzTarget: whatever is asked for, the way leads to this portal.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/cabinet", "", "//x", "/\\x", "/login/", strings.Repeat("/", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := identity.Target(s); got != "" && (got[0] != '/' || strings.HasPrefix(got, "//")) {
			t.Fatalf("%q leads to %q", s, got)
		}
	})
}

// FuzzCookie: whatever any cookie of the sign-in holds, it is nobody's, and every
// page is an answer or leads back to the beginning.
func FuzzCookie(f *testing.F) {
	for _, s := range []string{"abc", "", "\xff", strings.Repeat("=", 200), strings.Repeat("A", 43), "a; okno_session=b", `"quoted"`} {
		f.Add(s)
	}
	clk := fake()
	d := testkit.Open(f, db.SQLite, schema, clk)
	i := identitytest.With(f, identitytest.Deps(f, d, identitytest.Sealer(f, clk), clk))
	h, _ := site(f, i)
	f.Fuzz(func(t *testing.T, s string) {
		for path, want := range map[string]string{
			"/cabinet": "/login?to=%2Fcabinet", "/login/code": "/login?again=1", "/login/totp": "/login?again=1", "/login/ways": "/login?again=1",
			"/recover/code": "/recover", "/recover/password": "/recover", "/unlock/code": "/unlock", "/reauth": "/login?to=%2Freauth",
		} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			var all []string
			for _, name := range []string{identity.SessionCookie, "okno_signin", "okno_recover", "okno_device", "okno_passkey", web.LangCookie} {
				all = append(all, name+"="+s)
			}
			r.Header.Set("Cookie", strings.Join(all, "; "))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if to := w.Header().Get("Location"); w.Code != http.StatusSeeOther || to != want {
				t.Fatalf("%s with %q: %d to %q", path, s, w.Code, to)
			}
		}
	})
}

// FuzzLink: no made-up link of a letter, place in the history or way back is
// taken for one of the portal's.
func FuzzLink(f *testing.F) {
	for _, s := range []string{"", "1-a", "-1-a", "99999999999999999999-x", strings.Repeat("A", 48), "1790000000000000-019a0000-0000-7000-8000-000000000000", "\xff-\xff"} {
		f.Add(s)
	}
	clk := fake()
	d := testkit.Open(f, db.SQLite, schema, clk)
	i := identitytest.With(f, identitytest.Deps(f, d, identitytest.Sealer(f, clk), clk))
	f.Fuzz(func(t *testing.T, s string) {
		if again, ok := identity.ParseCursor(s); ok {
			if same, ok := identity.ParseCursor(again); !ok || same != again {
				t.Fatalf("%q is read as %q, that as %q", s, again, same)
			}
		}
		if owner, err := i.NotMeOwner(s); err == nil {
			t.Fatalf("%q is a link of %s", s, owner)
		}
	})
}
