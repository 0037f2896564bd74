package app

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
)

// holder is a person whose program manages how they sign in.
type holder struct {
	*client
	t      *testing.T
	p      *portal
	phone  string
	secret string // the app's
	shift  time.Duration
}

// provesBySMS gives the proof that a change asks for, by a code that is sent.
func (h *holder) provesBySMS() {
	h.t.Helper()
	before := len(h.p.box.Messages(h.phone))
	out := h.ask("POST", "/api/v1/sessions/current/proof", object{"factor": "sms", "for": "factors"})
	if out["factor"] != "sms" || out["resend_in"] == nil {
		h.t.Errorf("%v", out)
	}
	h.given(object{"factor": "sms", "for": "factors", "code": code(h.t, h.p.box, h.phone, before)})
}

// given sends a proof: the token is replaced, and the old one is of no use.
func (h *holder) given(proof object) {
	h.t.Helper()
	old := h.client
	h.client = old.as(old.ask("PUT", "/api/v1/sessions/current/proof", proof)["token"].(string))
	old.refused(http.StatusUnauthorized, "GET", "/api/v1/factors", nil)
}

// app is the code of the app's next step: one is taken once.
func (h *holder) app() string {
	h.t.Helper()
	code, err := totp.GenerateCode(h.secret, time.Now().Add(h.shift))
	must(h.t, err)
	h.shift += 30 * time.Second
	return code
}

func (h *holder) factor(kind string) object {
	h.t.Helper()
	for _, f := range h.ask("GET", "/api/v1/factors", nil)["factors"].([]any) {
		if f := f.(object); f["kind"] == kind {
			return f
		}
	}
	return nil
}

// TestFactorsOverTheAPI: a program lists, adds, renames and removes what its owner
// signs in by; each change uses up a proof, by what is held once anything is.
func TestFactorsOverTheAPI(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		owner := p.enter(3, profile.Confirmed)
		h := &holder{client: p.program(owner, bySMS), t: t, p: p, phone: demoPhone(3), shift: -30 * time.Second}
		if h.factor("sms") == nil || h.factor("email") == nil || h.factor("totp") != nil {
			t.Fatal("not what a new account has")
		}
		h.refused(http.StatusUnauthorized, "POST", "/api/v1/factors", object{"kind": "totp"})
		h.refused(http.StatusUnprocessableEntity, "PUT", "/api/v1/sessions/current/proof", object{"factor": "sms", "for": "factors", "code": "000000"})
		h.provesBySMS()
		h.refused(http.StatusUnprocessableEntity, "POST", "/api/v1/factors", object{"kind": "webauthn"})
		added := h.ask("POST", "/api/v1/factors", object{"kind": "totp"})
		h.refused(http.StatusUnauthorized, "POST", "/api/v1/factors", object{"kind": "totp"}) // the proof is used up
		h.secret = added["secret"].(string)
		confirm := "/api/v1/factors/" + added["enrolment"].(string) + "/confirm"
		h.refused(http.StatusUnprocessableEntity, "POST", confirm, object{"code": "000000"})
		thief := p.program(p.enter(4, profile.Confirmed), bySMS)
		thief.refused(http.StatusNotFound, "POST", confirm, object{"code": "123456"})
		h.ask("POST", confirm, object{"code": h.app(), "name": "Телефон"})
		mine := h.factor("totp")
		if mine == nil || mine["name"] != "Телефон" || mine["held"] != true {
			t.Fatalf("%v", mine)
		}

		one := "/api/v1/factors/" + mine["id"].(string)
		thief.refused(http.StatusNotFound, "PATCH", one, object{"name": "x"})
		thief.refused(http.StatusNotFound, "DELETE", one, nil)
		h.ask("PATCH", one, object{"name": "Рабочий"})
		if got := h.factor("totp")["name"]; got != "Рабочий" {
			t.Errorf("renamed to %v", got)
		}
		h.refused(http.StatusUnauthorized, "DELETE", "/api/v1/factors/sms", nil)
		h.given(object{"for": "factors", "code": h.app()}) // what is sent is not asked for any more
		h.ask("DELETE", "/api/v1/factors/sms", nil)
		if h.factor("sms") != nil {
			t.Error("codes by SMS are still a way")
		}
		h.given(object{"for": "factors", "code": h.app()})
		codes, _ := h.ask("POST", "/api/v1/factors", object{"kind": "recovery"})["codes"].([]any)
		if len(codes) != 10 {
			t.Fatalf("%v", codes)
		}
		h.given(object{"factor": "recovery", "for": "factors", "code": codes[0]})
		h.ask("DELETE", "/api/v1/factors/email", nil)
		h.given(object{"factor": "recovery", "for": "factors", "code": codes[1]})
		h.refused(http.StatusConflict, "DELETE", one, nil) // the last way
		if f := h.factor("recovery"); f["spare"] != true || f["hint"] != "8" {
			t.Errorf("%v", f)
		}
		nobody := newClient(t, p.web.URL)
		nobody.refused(http.StatusUnauthorized, "GET", "/api/v1/factors", nil)
		nobody.refused(http.StatusUnauthorized, "POST", "/api/v1/sessions/current/proof", object{})
		p.browser(owner, bySMS).refused(http.StatusUnauthorized, "GET", "/api/v1/factors", nil) // cookies are of no use here
	})
}

// TestPasskeysOverTheAPI: a program begins to add a passkey or a key, an
// authenticator makes it, and the answer is taken once, with the notice and the
// line in the journal that the page makes; then it is proof.
func TestPasskeysOverTheAPI(t *testing.T) {
	t.Parallel()
	onEngines(t, func(t *testing.T, e db.Engine) {
		box := newBox(t)
		cfg := configFor(t, e, box)
		cfg.BaseURL = "http://localhost:8080" // keys are of a name, not of an address
		p := startPortal(t, e, box, cfg)
		owner := p.enter(3, profile.Confirmed)
		h := &holder{client: p.program(owner, bySMS), t: t, p: p, phone: demoPhone(3)}
		here := virtualwebauthn.RelyingParty{Name: "Okno", ID: "localhost", Origin: "http://localhost:8080"}
		h.refused(http.StatusUnauthorized, "POST", "/api/v1/factors", object{"kind": "passkey"}) // no proof yet
		h.provesBySMS()
		added := h.ask("POST", "/api/v1/factors", object{"kind": "passkey"})
		options, err := json.Marshal(added["options"])
		must(t, err)
		asked, err := virtualwebauthn.ParseAttestationOptions(string(options))
		must(t, err)
		auth := virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(owner)})
		made := wholeCredential()
		answer := func(rp virtualwebauthn.RelyingParty) json.RawMessage {
			return json.RawMessage(virtualwebauthn.CreateAttestationResponse(rp, auth, made, *asked))
		}
		confirm := "/api/v1/factors/" + added["enrolment"].(string) + "/confirm"
		thief := p.program(p.enter(4, profile.Confirmed), bySMS)
		thief.refused(http.StatusNotFound, "POST", confirm, object{"credential": answer(here)})
		h.refused(http.StatusUnprocessableEntity, "POST", confirm, object{"code": "123456"})
		elsewhere := virtualwebauthn.RelyingParty{Name: "Okno", ID: "localhost", Origin: "https://localhost.evil.example"}
		h.refused(http.StatusUnprocessableEntity, "POST", confirm, object{"credential": answer(elsewhere)})
		told := len(p.box.Messages(h.phone))
		h.ask("POST", confirm, object{"credential": answer(here), "name": "Телефон"})
		h.refused(http.StatusNotFound, "POST", confirm, object{"credential": answer(here)}) // once
		mine := h.factor("webauthn")
		if mine == nil || mine["name"] != "Телефон" || mine["held"] != true {
			t.Fatalf("%v", mine)
		}
		testkit.Eventually(t, "a notice of the new way", func() bool { return len(p.box.Messages(h.phone)) > told })
		var lines int
		must(t, p.house.Doors().DB.Reader().QueryRowContext(t.Context(),
			"SELECT COUNT(*) FROM audit_entries WHERE owner_id = $1 AND act = 'identity.factor_added'", owner).Scan(&lines))
		if lines != 1 {
			t.Errorf("%d lines in the journal", lines)
		}

		auth.AddCredential(made)
		begun := h.ask("POST", "/api/v1/sessions/current/proof", object{"factor": mine["id"], "for": "factors"})
		options, err = json.Marshal(begun["options"])
		must(t, err)
		challenge, err := virtualwebauthn.ParseAssertionOptions(string(options))
		must(t, err)
		proof := json.RawMessage(virtualwebauthn.CreateAssertionResponse(here, auth, made, *challenge))
		h.given(object{"factor": mine["id"], "for": "factors", "credential": proof})
		again := h.ask("POST", "/api/v1/factors", object{"kind": "key"})
		options, err = json.Marshal(again["options"])
		must(t, err)
		if !strings.Contains(string(options), base64.RawURLEncoding.EncodeToString(made.ID)) {
			t.Error("the authenticator is not told what it holds already")
		}
	})
}

// wholeCredential is one whose key is whole: the library drops leading zeros of a
// coordinate, which no real authenticator does (RFC 9053 §7.1.1).
func wholeCredential() virtualwebauthn.Credential {
	for {
		if c := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2); len(c.Key.AttestationData()) == 77 {
			return c
		}
	}
}
