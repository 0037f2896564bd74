package app

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// addKey gives the account of a program a security key that stays on its device.
func (h *holder) addKey() {
	h.t.Helper()
	h.given(object{"for": "factors", "code": h.app()})
	added := h.ask("POST", "/api/v1/factors", object{"kind": "key"})
	options, err := json.Marshal(added["options"])
	must(h.t, err)
	asked, err := virtualwebauthn.ParseAttestationOptions(string(options))
	must(h.t, err)
	here := virtualwebauthn.RelyingParty{Name: "Okno", ID: "localhost", Origin: h.p.house.Config.BaseURL}
	answer := virtualwebauthn.CreateAttestationResponse(here, virtualwebauthn.NewAuthenticator(), wholeCredential(), *asked)
	h.ask("POST", "/api/v1/factors/"+added["enrolment"].(string)+"/confirm", object{"credential": json.RawMessage(answer), "name": "Ключ"})
}

// TestDeskUnderHighSecuritySaysWhatIsMissing: who works here and came in by what
// may be copied reads at every door of their desk why it is shut, and is shown the
// way on: to add a key, or to confirm with the one that they have. Nobody else
// reads of it.
func TestDeskUnderHighSecuritySaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, e db.Engine) {
		box := newBox(t)
		cfg := configFor(t, e, box)
		cfg.BaseURL, cfg.Security.Factors = "http://localhost:8080", identity.FactorsHigh
		p := startPortal(t, e, box, cfg)
		for _, v := range actors(p, "") {
			if len(v.roles) == 0 {
				v.refusedPlainly(t, p)
				continue
			}
			v.told(t, p, identity.ErrNeedsKey.Key, `href="`+identity.WaysPath+`/add"`)
			login := "the-" + v.roles[0]
			if v.name == "officer elsewhere" {
				login = "social"
			}
			h := &holder{client: v.api, t: t, p: p, secret: demoTOTP(login), shift: -30 * time.Second}
			h.addKey()
			v.api = h.client // the proof has replaced its token
			v.told(t, p, identity.ErrNeedsProof.Key, "")
		}
	})
}

// desks are the pages of staff whose address names nothing.
func desks(p *portal) (all []web.Route) {
	for _, rt := range p.house.router.Routes() {
		if rt.Method == http.MethodGet && strings.HasPrefix(rt.Path, "/desk") && !strings.Contains(rt.Path, "{") && rt.Path != "/desk/keys.js" {
			all = append(all, rt)
		}
	}
	return all
}

// told wants the reason and the way on at each desk, in both languages, and the
// reason of programs.
func (v *visitor) told(t *testing.T, p *portal, reason, way string) {
	t.Helper()
	for _, rt := range desks(p) {
		to := way
		if to == "" {
			to = `href="/reauth?to=` + url.QueryEscape(rt.Path) + `"`
		}
		for _, lang := range []string{i18n.RU, i18n.EN} {
			r := v.page.do(http.MethodGet, rt.Path, "", "", "Accept-Language", lang)
			body := string(r.body)
			if r.status != http.StatusForbidden {
				t.Fatalf("%s %s: %d", v.name, rt.Path, r.status)
			}
			for _, want := range []string{p.house.texts.T(lang, "app.fault_key") + "</h1>", p.house.texts.T(lang, reason), to, `href="` + identity.WaysPath + `"`} {
				if !strings.Contains(body, want) && !strings.Contains(body, strings.ReplaceAll(want, "'", "&#39;")) {
					t.Errorf("%s %s in %s: no %q in\n%s", v.name, rt.Path, lang, want, body)
				}
			}
		}
	}
	if r := v.api.get("/api/v1/desk/applications"); r.status != http.StatusForbidden || !strings.Contains(string(r.body), p.house.texts.T(i18n.RU, reason)) {
		t.Errorf("%s: a program is told %d %s", v.name, r.status, r.body)
	}
	if r := v.page.get(identity.WaysPath); r.status != http.StatusOK {
		t.Errorf("%s: the page of ways answers %d", v.name, r.status)
	}
}

// refusedPlainly wants no word of keys for who does not work here.
func (v *visitor) refusedPlainly(t *testing.T, p *portal) {
	t.Helper()
	for _, rt := range desks(p) {
		r := v.page.get(rt.Path)
		switch {
		case v.account == "" && r.status == http.StatusSeeOther:
		case v.account != "" && r.status == http.StatusForbidden && !strings.Contains(string(r.body), identity.WaysPath+`/add"`):
		default:
			t.Errorf("%s %s: %d %s", v.name, rt.Path, r.status, r.body)
		}
	}
}
