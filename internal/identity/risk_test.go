package identity_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/identity/place"
	"okno/internal/identity/place/placetest"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
)

func strict(d *identity.Deps) { d.Config.RiskFile = "" }

func TestNewDeviceIsAskedForTheMailToo(t *testing.T) {
	t.Parallel()
	i, clk := lite(t, strict)
	identitytest.Account(t, i, phone, withMail)
	b := newBrowser(t, i)
	b.post("/login", "name", phone, "password", identitytest.Password).goes(t, "/login/code")
	code := sent(t, i, phone)
	b.post("/login/code", "code", code).goes(t, "/login/code")
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	b.post("/login/code", "code", code).shows(t, 422) // the same again is no second proof
	b.post("/login/code", "code", sent(t, i, mail)).goes(t, "/cabinet")
	b.post("/logout")
	clk.Advance(2 * time.Minute)
	b.post("/login", "name", phone, "password", identitytest.Password).goes(t, "/login/code")
	b.post("/login/code", "code", sent(t, i, mail)).goes(t, "/cabinet") // the browser is known now
}

var (
	kazan = place.Place{Country: "RU", CountryRU: "Россия", CountryEN: "Russia", CityRU: "Казань", CityEN: "Kazan", Lat: 55.7963, Lon: 49.1064}
	lima  = place.Place{Country: "PE", CountryRU: "Перу", CountryEN: "Peru", CityRU: "Лима", CityEN: "Lima", Lat: -12.0464, Lon: -77.0428}
)

const (
	inKazan, alsoInKazan, inLima = "198.51.100.7", "192.0.2.1", "203.0.113.1"
	askedMore                    = "/login/code"
)

func places(t testing.TB) *place.File {
	t.Helper()
	return placetest.File(t, map[string]place.Place{"198.51.100.0/24": kazan, "192.0.2.0/24": kazan, "203.0.113.0/24": lima})
}

// lastCode is the code that was sent last, and where to.
func lastCode(t testing.TB, i *identity.Identity) (to, code string) {
	t.Helper()
	for _, l := range identitytest.SenderOf(t, i).Sent() {
		if l.Kind == "code" {
			to = l.To
		}
	}
	return to, sent(t, i, to)
}

// enters gives password and code from the address, and tells where that leads
// and where the code went.
func (b *browser) enters(i *identity.Identity, address string) (answer, string) {
	b.t.Helper()
	b.address = address
	b.post("/login", "name", phone, "password", identitytest.Password).goes(b.t, "/login/code")
	to, code := lastCode(b.t, i)
	return b.post("/login/code", "code", code), to
}

func from(a answer, _ string) answer { return a }

// verdicts are why and what the journal says of each weighed sign-in, the oldest
// first.
func verdicts(t testing.TB, i *identity.Identity, owner string) (all []string) {
	t.Helper()
	lines, err := i.Audit.Find(t.Context(), audit.Filter{Owner: owner, Act: "identity.risk", Limit: 100})
	must(t, err)
	for _, l := range lines {
		all = append(all, l.Details["why"]+" "+l.Details["then"]+" "+l.IP)
	}
	slices.Reverse(all)
	return all
}

// weighed are an identity of those rules that knows places, on an engine.
func weighed(t *testing.T, e db.Engine, rules string) (*identity.Identity, ticking) {
	t.Helper()
	clk := fake()
	deps := identitytest.Deps(t, testkit.Open(t, e, schema, clk), identitytest.Sealer(t, clk), clk)
	deps.Config.RiskFile, deps.Places = rules, places(t)
	return identitytest.With(t, deps), clk
}

// TestStrictRules walks through every rule that a portal is shipped with, each
// alone where that can be, and reads what the journal says of it.
func TestStrictRules(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			i, clk := weighed(t, e, "")
			anna := identitytest.Account(t, i, phone, withMail)
			b := newBrowser(t, i)
			const day = 24 * time.Hour
			var want []string
			for _, step := range []struct {
				name   string
				after  time.Duration
				from   string
				more   bool // the code by mail is asked for as well
				why    string
				letter string
			}{
				{"a new device", 0, inKazan, true, "new_device confirm", ""},
				{"everything is known", day, inKazan, false, "", ""},
				{"a new network", day, alsoInKazan, false, "new_network notice", "Вход из новой сети"},
				{"a new country", 30 * day, inLima, true, "new_country,new_network confirm", ""},
				{"back home in a month", 30 * day, inKazan, false, "", ""},
				{"impossible travel", time.Hour, inLima, true, "speed confirm", ""},
			} {
				clk.Advance(step.after + 2*time.Minute)
				before := letters(t, i, step.letter)
				a, first := b.enters(i, step.from)
				if step.more {
					a.goes(t, askedMore)
					b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
					again, code := lastCode(t, i)
					if again == first {
						t.Fatalf("%s: both codes went to %s", step.name, first)
					}
					a = b.post("/login/code", "code", code)
				}
				a.goes(t, "/cabinet")
				if step.why != "" {
					want = append(want, step.why+" "+step.from)
				}
				if got := verdicts(t, i, anna); !equal(got, want) {
					t.Fatalf("%s: the journal says %q, want %q", step.name, got, want)
				}
				if step.letter != "" && letters(t, i, step.letter) != before+1 {
					t.Errorf("%s: the owner was not told", step.name)
				}
				b.post("/logout")
			}
			manyNames(t, i, clk, b, anna, want)
		})
	}
}

// manyNames tries other people's names from one address before the right sign-in:
// a score of them asks for more, hundreds close the door.
func manyNames(t *testing.T, i *identity.Identity, clk ticking, b *browser, anna string, want []string) {
	t.Helper()
	clk.Advance(24 * time.Hour)
	others := newBrowser(t, i)
	others.address = inLima
	names := func(from, to int) {
		for n := from; n < to; n++ {
			others.post("/login", "name", fmt.Sprintf("somebody-%d", n), "password", "wrong").shows(t, 422)
		}
	}
	names(0, 20)
	from(b.enters(i, inLima)).goes(t, askedMore)
	want = append(want, "accounts confirm "+inLima)
	clk.Advance(2 * time.Minute)
	names(20, 200)
	from(b.enters(i, inLima)).shows(t, 403, "напишите в поддержку")
	want = append(want, "accounts,accounts block "+inLima)
	if got := verdicts(t, i, anna); !equal(got, want) {
		t.Fatalf("the journal says %q, want %q", got, want)
	}
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	if letters(t, i, "Необычный вход закрыт") == 0 {
		t.Error("the owner was not told that somebody has all proofs")
	}
	clk.Advance(61 * time.Minute)
	from(b.enters(i, inLima)).goes(t, "/cabinet") // the hour is over
}

// TestOpenRules: the demo's rules tell, and stop nobody.
func TestOpenRules(t *testing.T) {
	t.Parallel()
	i, clk := weighed(t, db.SQLite, identity.RiskOpen)
	anna := identitytest.Account(t, i, phone, withMail)
	b := newBrowser(t, i)
	from(b.enters(i, inKazan)).goes(t, "/cabinet")
	b.post("/logout")
	clk.Advance(time.Hour)
	from(b.enters(i, inLima)).goes(t, "/cabinet")
	b.post("/logout")
	if got := verdicts(t, i, anna); !equal(got, []string{"new_device notice " + inKazan, "new_country,speed notice " + inLima}) {
		t.Errorf("the journal says %q", got)
	}
	if letters(t, i, "Вход из новой сети") == 0 {
		t.Error("the owner was not told")
	}
}

// TestPhoneLetsInByTheRules: a browser that a phone has let in is weighed as one with
// a password: odd places are told and explained, and closed where a rule says so.
func TestPhoneLetsInByTheRules(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			rules := filepath.Join(t.TempDir(), "risk.yaml")
			must(t, os.WriteFile(rules, []byte("rules: [{when: new_network, then: notice}, {when: new_country, then: block}]"), 0o600))
			i, clk := weighed(t, e, rules)
			anna := identitytest.Account(t, i, phone, withMail)
			b := newBrowser(t, i)
			from(b.enters(i, inKazan)).goes(t, "/cabinet")
			lets := func(ip string) error {
				clk.Advance(24 * time.Hour)
				ctx := identity.WithActor(t.Context(), identity.Actor{IP: ip})
				return i.StartSession(ctx, httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil), anna, identity.MethodQR)
			}
			wantErr(t, lets(inLima), identity.ErrRisk)
			if letters(t, i, "Необычный вход закрыт") == 0 {
				t.Error("the owner was not told of the sign-in that was closed")
			}
			must(t, lets(alsoInKazan))
			if letters(t, i, "Вход из новой сети") == 0 {
				t.Error("the owner was not told of the new network")
			}
			if got := verdicts(t, i, anna); !equal(got, []string{"new_network,new_country block " + inLima, "new_network notice " + alsoInKazan}) {
				t.Errorf("the journal says %q", got)
			}
		})
	}
}

// TestBlockedNetworkIsClosed: no way in opens from it, known and unknown names
// are answered alike, and each attempt is in the journal.
func TestBlockedNetworkIsClosed(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			rules := filepath.Join(t.TempDir(), "risk.yaml")
			must(t, os.WriteFile(rules, []byte("rules: []\nblock: [203.0.113.0/24]"), 0o600))
			i, _ := weighed(t, e, rules)
			anna := identitytest.Account(t, i, phone)
			b := newBrowser(t, i)
			b.address = inLima
			before := i.Hashes()
			known := b.post("/login", "name", phone, "password", identitytest.Password).shows(t, 403, "напишите в поддержку")
			if unknown := b.post("/login", "name", "nobody", "password", "x").shows(t, 403); unknown.body != known.body {
				t.Errorf("%s and %s", known.body, unknown.body)
			}
			if i.Hashes() != before {
				t.Error("a password was looked at")
			}
			b.api("POST", "/api/v1/sessions", "", `{"identifier":"`+phone+`","password":"`+identitytest.Password+`"}`).shows(t, 403)
			r := httptest.NewRequest("GET", "/", nil)
			ctx := identity.WithActor(t.Context(), identity.Actor{IP: inLima})
			wantErr(t, i.StartSession(ctx, httptest.NewRecorder(), r.WithContext(ctx), anna, "qr"), identity.ErrRisk)
			line := "network block " + inLima
			if got := verdicts(t, i, anna); !equal(got, []string{line, line, line}) {
				t.Errorf("the journal says %q of the account", got)
			}
			if got := verdicts(t, i, ""); len(got) != 4 {
				t.Errorf("the journal says %q of all", got)
			}
			b.signInFrom(i, inKazan)
		})
	}
}

func (b *browser) signInFrom(i *identity.Identity, address string) {
	b.t.Helper()
	b.address = address
	b.signIn(i, phone)
}

func TestRestrictedAndBlocked(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	anna := identitytest.Account(t, i, phone)
	chief := identitytest.Context(t, i, identitytest.Account(t, i, second), identity.Role{Name: identity.SupportChief})
	b := newBrowser(t, i)
	b.signIn(i, phone)
	if err := i.Restrict(identitytest.Context(t, i, anna), anna, "", "long enough a reason"); !errors.Is(err, identity.ErrForbidden) {
		t.Fatal(err)
	}
	if err := i.Restrict(chief, anna, identity.RestrictedTo, "short"); !errors.Is(err, identity.ErrFields) {
		t.Fatal(err)
	}
	must(t, i.Restrict(chief, anna, identity.RestrictedTo, "Подозрительные заявления"))
	b.get("/cabinet").goes(t, "/login?to=%2Fcabinet")
	clk.Advance(2 * time.Minute)
	b.signIn(i, phone)
	b.get("/cabinet/security").shows(t, 200, "Подозрительные заявления", "Возразить")
	b.post("/cabinet/security/contacts/phone", "value", newPhone).shows(t, 403, "ограничили")
	must(t, i.Restrict(chief, anna, identity.BlockedFor, "Подозрительные заявления"))
	clk.Advance(2 * time.Minute)
	b.post("/login", "name", phone, "password", identitytest.Password).shows(t, 403, "заблокирована", `href="/objection/`)
	must(t, i.Restrict(chief, anna, "", "Всё выяснили, это она"))
	clk.Advance(2 * time.Minute)
	b.signIn(i, phone)
	b.get("/cabinet/security").shows(t, 200)
}
