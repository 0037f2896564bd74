package identity_test

import (
	"errors"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
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
	b.post("/login", "name", phone, "password", identitytest.Password).shows(t, 403, "заблокирована")
	must(t, i.Restrict(chief, anna, "", "Всё выяснили, это она"))
	clk.Advance(2 * time.Minute)
	b.signIn(i, phone)
	b.get("/cabinet/security").shows(t, 200)
}
