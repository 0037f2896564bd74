package device_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
)

func TestSignInByQR(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		account := identitytest.Account(t, p.id, phone)
		hand := p.signedIn(handset, account)
		computer := p.browser(desktop)
		computer.get("/login/qr").shows(t, 200, "Код больше не действует")
		computer.post("/login/qr", "to", "/cabinet?x=1").goes(t, "/login/qr?to=%2Fcabinet%3Fx%3D1")
		page := computer.get("/login/qr").shows(t, 200, "<svg", `http-equiv="refresh"`, `data-ask="/ask/live"`)
		if strings.Contains(page.body, account) {
			t.Error("the page of nobody names an account")
		}
		link := computer.link("/login/qr")
		approve := hand.get(link)
		if approve.status != http.StatusSeeOther || !strings.HasPrefix(approve.location, "/app/approve/") {
			t.Fatalf("%d to %q", approve.status, approve.location)
		}
		ask := approve.location
		hand.get(ask).shows(t, 200, "Вход по QR-коду выключен")
		hand.post(ask+"/confirm").goes(t, ask) // off by default
		computer.get("/login/qr").shows(t, 200, "Код прочитан")
		hand.post("/cabinet/security/phone/qr", "on", "yes").goes(t, "/cabinet/security/phone?said=on")
		hand.get(ask).shows(t, 200, "Firefox, Windows", "192.0.2.1", "Это я, войти", "Это не я")
		hand.post(ask+"/confirm").goes(t, ask)
		hand.get(ask).shows(t, 200, "Подтверждено")
		if a := computer.get("/login/qr/part"); a.status != http.StatusResetContent {
			t.Errorf("the part answers %d", a.status)
		}
		// The code alone gives nothing elsewhere: the secret is in the browser that asked.
		thief := p.browser(desktop)
		thief.get("/login/qr").shows(t, 200, "Код больше не действует")
		thief.get(link).goes(t, "/login?to="+strings.ReplaceAll(link, "/", "%2F"))
		computer.get("/login/qr?to=%2Fcabinet%3Fx%3D1").goes(t, "/cabinet?x=1")
		computer.get("/cabinet").shows(t, 200, account)
		computer.get("/login/qr").shows(t, 200, "Код больше не действует") // once
		hand.post(ask+"/confirm").goes(t, ask)
		hand.get(link).shows(t, 409, "Код больше не действует")
	})
}

func TestQRWhatIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		account, stranger := identitytest.Account(t, p.id, phone), identitytest.Account(t, p.id, other)
		hand, foreign := p.signedIn(handset, account), p.signedIn(handset, stranger)
		hand.post("/cabinet/security/phone/qr", "on", "yes")
		computer := p.browser(desktop)
		computer.post("/login/qr")
		first := computer.link("/login/qr")
		p.clk.Advance(35 * time.Second)
		if computer.link("/login/qr") == first {
			t.Error("the code does not change")
		}
		p.clk.Advance(35 * time.Second)
		hand.get(first).shows(t, 409, "прошло время") // two steps old
		link := computer.link("/login/qr")
		ask := hand.get(link).location
		foreign.get(link).shows(t, 404)
		foreign.get(ask).shows(t, 404)
		foreign.post(ask+"/confirm").shows(t, 404)
		foreign.post(ask+"/refuse").shows(t, 404)
		hand.post(ask+"/refuse").goes(t, ask)
		hand.get(ask).shows(t, 200, "Отклонено")
		hand.post(ask+"/confirm").goes(t, ask)
		computer.get("/login/qr").shows(t, 200, "«Это не я»")
		computer.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
		told := false
		for _, l := range identitytest.SenderOf(t, p.id).Sent() {
			told = told || l.Kind == "security" && strings.Contains(l.Subject, "Отклонён")
		}
		if !told {
			t.Error("the refusal was told to nobody")
		}
		// Time runs out between yes and use.
		computer.post("/login/qr")
		ask = hand.get(computer.link("/login/qr")).location
		hand.post(ask+"/confirm").goes(t, ask)
		p.clk.Advance(3 * time.Minute)
		computer.get("/login/qr").shows(t, 200, "Код больше не действует")
		// A factor that is too old is asked for again.
		p.clk.Advance(3 * time.Minute)
		computer.post("/login/qr")
		ask = hand.get(computer.link("/login/qr")).location
		hand.post(ask+"/confirm").goes(t, "/reauth?to="+strings.ReplaceAll(ask, "/", "%2F"))
		computer.get("/login/qr").shows(t, 200, "Код прочитан")
		for _, bad := range []string{"/q/x", "/q/" + strings.Repeat("A", 40), first[:len(first)-1] + map[bool]string{true: "B", false: "A"}[strings.HasSuffix(first, "A")]} {
			hand.get(bad).shows(t, 422, "не код портала")
		}
	})
}

func TestFreshFactorByPhone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		account := identitytest.Account(t, p.id, phone)
		computer := p.signedIn(desktop, account)
		p.clk.Advance(6 * time.Minute)
		hand := p.signedIn(handset, account)
		computer.get("/fresh").goes(t, "/login?to=%2Ffresh")
		computer.post("/reauth/qr", "to", "/fresh").goes(t, "/reauth/qr?to=%2Ffresh")
		link := computer.link("/reauth/qr")
		computer.get(link).shows(t, 409, "Прочитайте его другим устройством")
		ask := hand.get(link).location
		hand.get(ask).shows(t, 200, "Подтвердить действие", "действие начали вы сами") // needs no consent to sign-ins
		computer.get(ask).shows(t, 409)
		computer.post(ask+"/confirm").shows(t, 409)
		hand.post(ask+"/confirm").goes(t, ask)
		old := computer.cookies[identity.SessionCookie]
		computer.get("/reauth/qr?to=%2Ffresh").goes(t, "/fresh")
		computer.get("/fresh").shows(t, 200, "fresh")
		if computer.cookies[identity.SessionCookie] == old {
			t.Error("the session kept its id though its rights rose")
		}
	})
}

func TestScan(t *testing.T) {
	t.Parallel()
	p := newPortal(t, "sqlite")
	hand := p.signedIn(handset, identitytest.Account(t, p.id, phone))
	page := hand.get("/app/scan").shows(t, 200, "data-scan")
	if got := page.header.Get("Permissions-Policy"); !strings.Contains(got, "camera=(self)") {
		t.Errorf("the page of the camera may not use it: %s", got)
	}
	if got := hand.get("/cabinet").header.Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
		t.Errorf("another page may use the camera: %s", got)
	}
	computer := p.browser(desktop)
	computer.post("/login/qr")
	link := computer.link("/login/qr")
	hand.post("/app/scan", "text", " "+base+link+"\n").goes(t, link)
	hand.post("/app/scan", "text", strings.TrimPrefix(link, "/q/")).goes(t, link)
	hand.post("/app/scan", "text", base+"/v/1234").goes(t, "/v/1234")
	for _, bad := range []string{"", "https://evil.example/q/x", "javascript:alert(1)", base + "/logout", base + "@evil.example" + link, strings.Repeat("x", 600)} {
		hand.post("/app/scan", "text", bad).shows(t, 422, "не код портала", `href="#text"`)
	}
}
