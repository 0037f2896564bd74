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

// TestStopTakesBackWhatFollowed: who has taken an account over and changed the phone
// twice holds the link that stops the second change. It is of no use once the
// owner's phone has stopped the first.
func TestStopTakesBackWhatFollowed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, clk ticking) {
		const thiefs, theirs = "+79135550012", "+79135550013"
		ctx := context.Background()
		anna := identitytest.Account(t, i, phone, withMail)
		thief := newBrowser(t, i)
		thief.signIn(i, phone)
		changes(thief, i, "phone", thiefs)
		stop := link(t, i, "Номер отвязан")
		clk.Advance(time.Minute)
		changes(thief, i, "phone", theirs)
		later := link(t, i, "Номер отвязан")
		if later == stop {
			t.Fatal("one link stops both changes")
		}
		owner := newBrowser(t, i)
		owner.post(stop).shows(t, 200, "Смена остановлена")
		thief.get(later).shows(t, 404)
		thief.post(later).shows(t, 404)
		if a, err := i.Account(ctx, anna); err != nil || a.Phone != phone {
			t.Fatalf("%+v %v", a, err)
		}
		for _, number := range []string{thiefs, theirs} {
			if found, err := i.FindByPhone(ctx, number); err == nil {
				t.Errorf("%s is still a name of %s", number, found)
			}
		}
		if found, err := i.FindByPhone(ctx, phone); err != nil || found != anna {
			t.Error("the owner's phone is no name", found, err)
		}
		clk.Advance(80 * time.Hour)
		must(t, i.Sweep(ctx))
		if found, err := i.FindByPhone(ctx, phone); err != nil || found != anna {
			t.Error("the owner's phone was let go", found, err)
		}
	})
}

// TestTwoChangesFromOneContact: of two changes that were begun at the same phone the
// second comes to nothing; else the first one's number would stay a name.
func TestTwoChangesFromOneContact(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, i *identity.Identity, _ ticking) {
		identitytest.Account(t, i, phone, withMail)
		b := newBrowser(t, i)
		b.signIn(i, phone)
		second := b.post("/cabinet/security/contacts/phone", "value", "+79135550012").location
		changes(b, i, "phone", newPhone)
		b.post(second, "code", sent(t, i, "+79135550012")).shows(t, 404)
		if found, err := i.FindByPhone(context.Background(), "+79135550012"); err == nil {
			t.Error("a name of", found)
		}
	})
}

// TestChangesToOthersContactsAreLimitedAlike: how many codes one may ask for does not
// tell whose contact it is.
func TestChangesToOthersContactsAreLimitedAlike(t *testing.T) {
	t.Parallel()
	i, clk := lite(t)
	identitytest.Account(t, i, phone)
	identitytest.Account(t, i, second)
	b := newBrowser(t, i)
	b.signIn(i, phone)
	refused := func(value string) (n int) {
		for range 15 {
			if b.post("/cabinet/security/contacts/phone", "value", value).status == 429 {
				n++
			}
		}
		return n
	}
	free := refused(newPhone)
	clk.Advance(2 * time.Hour)
	b = newBrowser(t, i)
	b.signIn(i, phone)
	if taken := refused(second); taken != free || free == 0 {
		t.Errorf("%d refused to somebody's phone, %d to nobody's", taken, free)
	}
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
	stop := link(t, i, "Номер отвязан")
	owner := newBrowser(t, i)
	owner.get(stop).shows(t, 200, "не второй телефон")
	owner.post(stop).shows(t, 200, "Смена остановлена")
	owner.post("/recover", "name", phone, "channel", "sms").goes(t, "/recover/code")
	owner.post("/recover/code", "code", sent(t, i, phone)).goes(t, "/recover/code")
	owner.get("/recover/code").shows(t, 200, "второй телефон") // it is back
	clk.Advance(time.Hour)
	b.post("/cabinet/security/reserve/delete")
}
