package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/ui"
	"okno/internal/reference"
)

const newPhone = "+79135550011"

// changes goes through the pages of a new contact.
func changes(b *browser, i *identity.Identity, kind, value string) {
	b.t.Helper()
	a := b.post("/cabinet/security/contacts/"+kind, "value", value)
	if a.status != 303 || !strings.HasPrefix(a.location, "/cabinet/security/contacts/"+kind+"/") {
		b.t.Fatalf("%d %s\n%s", a.status, a.location, a.body)
	}
	shown := value
	if kind != "email" {
		shown = ui.Whole(reference.FormatPhone(value))
	}
	b.get(a.location).shows(b.t, 200, shown)
	b.post(a.location, "code", other(sent(b.t, i, value))).shows(b.t, 422)
	b.post(a.location, "code", sent(b.t, i, value)).goes(b.t, "/cabinet/security?said=contact")
}

func TestChangeOfPhoneAndItsStop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone, withMail)
		identitytest.Account(t, i, second)
		b := newBrowser(t, i)
		b.signIn(i, phone)
		b.post("/cabinet/security/contacts/phone", "value", "x").shows(t, 422, `href="#value"`)
		b.post("/cabinet/security/contacts/phone", "value", phone).shows(t, 422)
		b.get("/cabinet/security/contacts/x").shows(t, 404)
		somebodys := b.post("/cabinet/security/contacts/phone", "value", second)
		b.post(somebodys.location, "code", "000000").shows(t, 422) // no code came, and nothing tells why
		if identitytest.SenderOf(t, i).Code(second) != "" {
			t.Error("a stranger got a code")
		}
		changes(b, i, "phone", newPhone)
		b.get("/cabinet/security").shows(t, 200, reference.FormatPhone(newPhone))
		stop := link(t, i, "Номер отвязан")
		if !strings.HasPrefix(stop, "/stop/") {
			t.Fatal(stop)
		}
		if found, err := i.FindByPhone(ctx, newPhone); err != nil || found != anna {
			t.Fatal(found, err)
		}
		clk.Advance(71 * time.Hour)
		old := newBrowser(t, i)
		old.get(stop).shows(t, 200, "Остановить смену")
		b.get("/cabinet/security").goes(t, "/login?to=%2Fcabinet%2Fsecurity") // idle long ago
		old.post(stop).shows(t, 200, "Смена остановлена")
		old.post(stop).shows(t, 404)
		if a, err := i.Account(ctx, anna); err != nil || a.Phone != phone {
			t.Fatalf("%+v %v", a, err)
		}
		if _, err := i.FindByPhone(ctx, newPhone); err == nil {
			t.Error("the new number is still a name of the account")
		}
		b.post("/login", "name", phone, "password", identitytest.Password).shows(t, 403)
	})
}

func TestAnOldContactIsLetGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		ctx := context.Background()
		identitytest.Account(t, i, phone, withMail)
		b := newBrowser(t, i)
		b.signIn(i, phone)
		changes(b, i, "phone", newPhone)
		stop := link(t, i, "Номер отвязан")
		_, err := i.Prepare(ctx, identity.NewAccount{Phone: phone})
		must(t, err)
		if _, err := i.FindByPhone(ctx, phone); err != nil {
			t.Error("the old number is free at once")
		}
		clk.Advance(73 * time.Hour)
		must(t, i.Sweep(ctx))
		b.get(stop).shows(t, 404)
		b.post(stop).shows(t, 404)
		if _, err := i.FindByPhone(ctx, phone); err == nil {
			t.Error("the old number is never let go")
		}
		if a, _ := i.FindByPhone(ctx, newPhone); a == "" {
			t.Error("the new number is no name")
		}
	})
}

func TestAChangedPhoneBeginsNoRecovery(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone, withMail)
	clk.Advance(time.Hour)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	changes(b, i, "phone", newPhone)
	clk.Advance(2 * time.Hour)
	before := sent(t, i, newPhone)
	b.post("/recover", "name", newPhone, "channel", "sms").goes(t, "/recover/code")
	if sent(t, i, newPhone) != before {
		t.Error("a code went to a number that was changed two hours ago")
	}
	clk.Advance(72 * time.Hour)
	b.post("/recover", "name", newPhone, "channel", "sms").goes(t, "/recover/code")
	b.post("/recover/code", "code", sent(t, i, newPhone)).goes(t, "/recover/code")
}

func TestSecondPhone(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	b.post("/cabinet/security/contacts/reserve", "value", phone).shows(t, 422)
	changes(b, i, "reserve", newPhone)
	if _, err := i.FindByPhone(context.Background(), newPhone); err == nil {
		t.Error("the second phone is a name to sign in by")
	}
	b.post("/recover", "name", phone, "channel", "sms").goes(t, "/recover/code")
	b.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/code")
	b.get("/recover/code").shows(t, 200, "второй телефон")
	b.post("/recover/code", "code", sent(t, i, newPhone)).goes(t, "/recover/password")
	clk.Advance(time.Minute)
	b.post("/cabinet/security/reserve/delete").goes(t, "/cabinet/security?said=contact")
	clk.Advance(time.Hour)
	b.post("/cabinet/security/reserve/delete")
}
