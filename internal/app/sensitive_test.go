package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

// sensitive are the routes of money, signature, profile, vault, factors, contacts
// and deletion: with a session whose factor is older than five minutes they do
// nothing, and ask for one. body is what would otherwise be taken.
var sensitive = map[string]struct{ path, body string }{
	"GET /cabinet/documents/{id}/file":                {path: "/cabinet/documents/{document}/file"},
	"GET /api/v1/documents/{id}/file":                 {path: "/api/v1/documents/{document}/file"},
	"GET /cabinet/profile/export":                     {},
	"GET /api/v1/profile/export":                      {},
	"GET /cabinet/profile/delete":                     {},
	"POST /cabinet/profile/delete":                    {body: "sure=yes"},
	"GET /cabinet/profile/edit/{section}":             {path: "/cabinet/profile/edit/snils"},
	"POST /cabinet/profile/edit/{section}":            {path: "/cabinet/profile/edit/snils", body: "version={version}&snils=112-233-445 95"},
	"GET /cabinet/security/password":                  {},
	"POST /cabinet/security/password":                 {body: "current=Синий-Кит_2719&password=Stolen-Whale_3912"},
	"POST /cabinet/security/sessions/{id}/end":        {path: "/cabinet/security/sessions/nothing/end"},
	"POST /cabinet/security/sessions/end-others":      {},
	"POST /cabinet/security/browsers/{id}/forget":     {path: "/cabinet/security/browsers/nothing/forget"},
	"DELETE /api/v1/sessions/{id}":                    {path: "/api/v1/sessions/nothing"},
	"GET /cabinet/security/contacts/{kind}":           {path: "/cabinet/security/contacts/phone"},
	"POST /cabinet/security/contacts/{kind}":          {path: "/cabinet/security/contacts/phone", body: "value=%2B79259999999"},
	"POST /cabinet/security/contacts/{kind}/{change}": {path: "/cabinet/security/contacts/phone/nothing", body: "code=123456"},
	"POST /cabinet/security/reserve/delete":           {},
	"GET /cabinet/security/factors/add":               {},
	"POST /cabinet/security/factors/add":              {body: "kind=totp"},
	"GET /cabinet/security/factors/{id}/rename":       {path: "/cabinet/security/factors/sms/rename"},
	"POST /cabinet/security/factors/{id}/rename":      {path: "/cabinet/security/factors/sms/rename", body: "name=x"},
	"POST /api/v1/factors":                            {body: `{"kind":"totp"}`},
	"PATCH /api/v1/factors/{id}":                      {path: "/api/v1/factors/sms", body: `{"name":"x"}`},
	"DELETE /api/v1/factors/{id}":                     {path: "/api/v1/factors/sms"},
	"GET /cabinet/security/factors/{id}/remove":       {path: "/cabinet/security/factors/sms/remove"},
	"POST /cabinet/security/factors/{id}/remove":      {path: "/cabinet/security/factors/sms/remove"},
	"POST /cabinet/security/phone/qr":                 {body: "on=yes"},
	"POST /cabinet/security/phone/acts":               {body: "on=yes"},
	"POST /cabinet/security/phone/push":               {body: `subscription={"endpoint":"https://push.example.org/x","keys":{}}`},
	"POST /cabinet/security/phone/{id}/remove":        {path: "/cabinet/security/phone/nothing/remove"},
	"GET /cabinet/mandates/new":                       {},
	"POST /cabinet/mandates":                          {body: "to=%2B79259999999&services=criminal-record-certificate&days=7"},
}

// words mark routes that look as if they were sensitive: one that is not in the
// table above, nor here with its reason, fails the test.
var sensitiveWords = []string{"/factors", "/new-factor", "/contacts", "/reserve", "/password", "/profile/delete", "/export", "/documents/", "/phone", "/certificates", "/pay", "/sign", "/mandate", "/card", "/wallet"}

// calm are routes that bear such a word and need no fresh factor of their own.
var calm = map[string]string{
	"GET /cabinet/security/factors":                  "a list",
	"GET /cabinet/security/new-factor/{id}":          "begun with a proof that is used up by it",
	"POST /cabinet/security/new-factor/{id}":         "the same",
	"POST /cabinet/security/new-factor/{id}/options": "the same",
	"GET /cabinet/security/contacts/{kind}/{change}": "asks for the code of a change that was begun with a factor",
	"GET /cabinet/security/history/export":           "when and from where, which the page shows as well",
	"GET /cabinet/security/phone":                    "a list",
	"GET /cabinet/security/certificates":             "a list",
	"GET /cabinet/applications/{number}/card":        "a part of a page",
	"GET /cabinet/complaints/{number}/card":          "a part of a page",
	"GET /cabinet/mandates":                          "a list",
	"GET /cabinet/mandates/{id}":                     "what two have agreed on",
	"POST /cabinet/mandates/{id}/accept":             "the use case asks for a factor once there is an offer; tried in mandate",
	"POST /cabinet/mandates/{id}/decline":            "gives nothing away",
	"POST /cabinet/mandates/{id}/end":                "takes back what was given",
	"POST /cabinet/mandates/{id}/enter":              "uses what was taken with a factor",
	"POST /password/strength":                        "nothing is kept",
	"GET /recover/password":                          "a recovery",
	"POST /recover/password":                         "a recovery",
	"GET /register/password":                         "a registration",
	"POST /register/password":                        "a registration",
}

// stale makes every factor of the account older than five minutes.
func stale(p *portal, account string) {
	p.t.Helper()
	must(p.t, p.house.stores.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE identity_sessions SET fresh_at = created_at, held_at = 0 WHERE owner_id = $1", account)
		return err
	}))
}

// TestSensitiveActsAskForAFreshFactor walks the routes of what matters most with a
// session such as a thief may have: they ask for a factor, and nothing is done.
func TestSensitiveActsAskForAFreshFactor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *portal) {
		a := journey(p)
		theirs := things{"document": a.documentID}
		version := fmt.Sprint(a.ask("GET", "/api/v1/profile", nil)["version"])
		for _, rt := range p.house.router.Routes() {
			route := rt.Method + " " + rt.Path
			s, known := sensitive[route]
			if !known {
				marked := slices.ContainsFunc(sensitiveWords, func(w string) bool { return strings.Contains(rt.Path, w) })
				if _, why := calm[route]; marked && !why && !strings.HasPrefix(rt.Path, "/api/") && rt.Guard.Name != "public" && !strings.HasPrefix(rt.Path, "/desk") {
					t.Errorf("%s: is it sensitive? It stands in neither table", route)
				}
				continue
			}
			if s.path == "" {
				s.path = rt.Path
			}
			v := &visitor{name: "thief", account: a.account, method: bySMS}
			v.enter(p)
			stale(p, a.account)
			r := v.call(rt, fill(s.path, theirs), strings.ReplaceAll(s.body, "{version}", version))
			where := r.header.Get("Location")
			asks := r.status == http.StatusUnauthorized || r.status == http.StatusSeeOther && (strings.HasPrefix(where, "/reauth") || strings.HasPrefix(where, "/login?to="))
			if !asks {
				t.Errorf("%s does not ask for a factor: %d to %q %.200s", route, r.status, where, r.body)
			}
		}
		for route := range sensitive {
			if !slices.ContainsFunc(p.house.router.Routes(), func(rt web.Route) bool { return rt.Method+" "+rt.Path == route }) {
				t.Errorf("there is no %s", route)
			}
		}
		if found, err := p.house.identity.Account(context.Background(), a.account); err != nil || found.Phone == "+79259999999" || found.Status != "active" {
			t.Errorf("a session without a fresh factor has changed the account: %+v %v", found.Status, err)
		}
		if ways := p.browser(a.account, bySMS).get("/cabinet/security/factors"); !strings.Contains(string(ways.body), "/factors/sms/remove") {
			t.Error("the factor is gone")
		}
	})
}
