package profile_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

// changes are all sections of a person as they are typed.
func changes(p profile.Person, version int64) []profile.Change {
	return []profile.Change{
		{Section: profile.SectionPerson, Version: version, Values: profile.Values{
			"last_name": p.LastName, "first_name": p.FirstName, "middle_name": p.MiddleName, "birth_date": p.BirthDate, "sex": p.Sex,
		}},
		{Section: profile.SectionPassport, Version: version, Values: profile.Values{
			"series": p.Passport.Series, "number": p.Passport.Number, "issued_on": p.Passport.IssuedOn, "issued_by": p.Passport.IssuedBy, "unit_code": p.Passport.UnitCode,
		}},
		{Section: profile.SectionSNILS, Version: version, Values: profile.Values{"snils": p.SNILS}},
	}
}

// filled is a citizen who has typed everything and waits for the registries.
func filled(t *testing.T, w *profiletest.World, n int) (owner string, c profile.Card) {
	t.Helper()
	owner = w.Enter(t, n, profile.Person{LastName: "Петрова", FirstName: "Анна"}, "")
	ctx := w.As(t, owner)
	must(t, w.Profile.Save(ctx, owner, changes(profiletest.Person(n), 1)...))
	return owner, card(t, w, owner)
}

func card(t *testing.T, w *profiletest.World, owner string) profile.Card {
	t.Helper()
	c, err := w.Profile.Card(w.As(t, owner), owner)
	must(t, err)
	return c
}

// reply records a registry's answer to the citizen's last check.
func reply(t *testing.T, w *profiletest.World, owner string, r profile.Registry, result profile.CheckState, differs ...string) {
	t.Helper()
	for _, c := range card(t, w, owner).Checks {
		if c.Registry != r {
			continue
		}
		q, err := w.Profile.Question(w.System(), owner, c.ID)
		must(t, err)
		must(t, w.DB.Write(w.System(), func(ctx context.Context, tx *db.Tx) error {
			return w.Profile.Record(ctx, tx, q.Answer(r, result, differs))
		}))
	}
}

func TestRegistriesRaiseTheLevel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		var asked []event.Event
		w.Bus.On("profile.check_asked", "test.asked", func(_ context.Context, e event.Event) error {
			asked = append(asked, e)
			return nil
		})
		owner, c := filled(t, w, 1)
		w.Drain(t)
		if len(asked) != 1 || asked[0].Owner != owner || c.Level != profile.Simplified || len(c.Checks) != 2 {
			t.Fatalf("asked %+v, card %+v", asked, c)
		}
		q, err := w.Profile.Question(w.System(), owner, asked[0].ID)
		must(t, err)
		if diff := cmp.Diff(c.Person, q.Person); diff != "" || !q.Asks(profile.RegistryPassport) || q.Asks(profile.RegistryINN) {
			t.Errorf("%s %v", diff, q.Registries)
		}
		reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
		if got := card(t, w, owner).Level; got != profile.Simplified {
			t.Errorf("after one answer: %s", got)
		}
		reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
		reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
		w.Drain(t)
		if got, err := w.Profile.Level(w.System(), owner); got != profile.Standard || err != nil {
			t.Errorf("after both: %s, %v", got, err)
		}
		notices, err := w.Notify.Notices(w.As(t, owner), owner, 10)
		must(t, err)
		if len(notices) != 1 || notices[0].Subject != "Данные подтверждены" || len(w.Post.To("anna1@example.ru")) != 1 {
			t.Errorf("notices %+v", notices)
		}
	})
}

func TestRefusalNamesTheField(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, _ := filled(t, w, 1)
	reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
	reply(t, w, owner, profile.RegistryPassport, profile.CheckRefused, "passport.number", "evil")
	w.Drain(t)
	c := card(t, w, owner)
	if c.Level != profile.Simplified || c.Checks[0].State != profile.CheckRefused || cmp.Diff([]string{"number"}, c.Checks[0].Differs) != "" {
		t.Fatalf("%+v", c.Checks)
	}
	fixed := changes(profiletest.Person(7), c.Version)[1]
	must(t, w.Profile.Save(w.As(t, owner), owner, fixed))
	if checks := card(t, w, owner).Checks; checks[0].State != profile.CheckWaiting || checks[1].State != profile.CheckConfirmed {
		t.Fatalf("asked again: %+v", checks)
	}
	reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
	if got := card(t, w, owner).Level; got != profile.Standard {
		t.Errorf("level %s", got)
	}
}

// An answer about data that were changed meanwhile counts for nothing.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, c := filled(t, w, 1)
	old, err := w.Profile.Question(w.System(), owner, c.Checks[0].ID)
	must(t, err)
	must(t, w.Profile.Save(w.As(t, owner), owner, changes(profiletest.Person(2), c.Version)...))
	for _, r := range old.Registries {
		must(t, w.DB.Write(w.System(), func(ctx context.Context, tx *db.Tx) error {
			return w.Profile.Record(ctx, tx, old.Answer(r, profile.CheckConfirmed, nil))
		}))
	}
	if got := card(t, w, owner); got.Level != profile.Simplified || got.Checks[0].State != profile.CheckWaiting {
		t.Errorf("%+v", got)
	}
	if q, err := w.Profile.Question(w.System(), owner, c.Checks[0].ID); err != nil || len(q.Registries) != 0 {
		t.Errorf("the old question: %+v, %v", q, err)
	}
}

func TestSNILSOfAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		w.Citizen(t, 1, profile.Standard)
		p := profiletest.Person(2)
		p.SNILS = profiletest.SNILS(1)
		owner := w.Enter(t, 2, p, "")
		reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
		reply(t, w, owner, profile.RegistryINN, profile.CheckConfirmed)
		reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
		c := card(t, w, owner)
		if c.Level != profile.Simplified || c.Checks[2].State != profile.CheckTaken {
			t.Errorf("%s, %+v", c.Level, c.Checks)
		}
	})
}

func TestStaleForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		owner, c := filled(t, w, 1)
		ctx := w.As(t, owner)
		one := changes(profiletest.Person(2), c.Version)[2]
		must(t, w.Profile.Save(ctx, owner, one))
		must(t, w.Profile.Save(ctx, owner, one)) // a double click is no change
		other := changes(profiletest.Person(3), c.Version)[2]
		if err := w.Profile.Save(ctx, owner, other); !errors.Is(err, profile.ErrConflict) {
			t.Errorf("a stale form: %v", err)
		}
		if got := card(t, w, owner); got.Version != c.Version+1 || got.Person.SNILS != profiletest.SNILS(2) {
			t.Errorf("%+v", got)
		}
		notices, err := w.Notify.Notices(ctx, owner, 10)
		must(t, err)
		if len(notices) != 1 || notices[0].Subject != "Личные данные изменены" {
			t.Errorf("told of the replaced number: %+v", notices)
		}
	})
}

func TestSensitiveChangeNeedsFreshFactor(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, c := filled(t, w, 1)
	actor := identity.ActorOf(w.As(t, owner))
	actor.Fresh = false
	stale := identity.WithActor(w.As(t, owner), actor)
	if err := w.Profile.Save(stale, owner, changes(profiletest.Person(2), c.Version)[2]); !errors.Is(err, identity.ErrFresh) {
		t.Errorf("known data: %v", err)
	}
	address := profile.Change{Section: profile.SectionAddress, Version: c.Version, Values: profile.Values{"region": "Тверь", "city": "Тверь", "house": "1"}}
	must(t, w.Profile.Save(stale, owner, address))
	if err := w.Profile.Delete(stale, owner); !errors.Is(err, identity.ErrFresh) {
		t.Errorf("deletion: %v", err)
	}
}

// Everything of another person is not there, whoever asks.
func TestForeign(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	other := w.Citizen(t, 2, profile.Standard)
	asks := map[string]context.Context{
		"nobody": w.Nobody(), "another": w.As(t, other),
		"officer":       w.As(t, other, identity.Role{Name: identity.Officer, Agency: "mvd"}),
		"administrator": w.As(t, other, identity.Role{Name: identity.Administrator}),
	}
	for who, ctx := range asks {
		for what, f := range map[string]func() error{
			"card":     func() error { _, err := w.Profile.Card(ctx, owner); return err },
			"person":   func() error { _, err := w.Profile.Person(ctx, owner); return err },
			"name":     func() error { _, err := w.Profile.Name(ctx, owner); return err },
			"facts":    func() error { _, err := w.Profile.Facts(ctx, owner); return err },
			"consents": func() error { _, err := w.Profile.Consents(ctx, owner); return err },
			"export":   func() error { _, err := w.Profile.ExportAll(ctx, owner); return err },
			"kept":     func() error { _, err := w.Profile.Kept(ctx, owner); return err },
			"save":     func() error { return w.Profile.Save(ctx, owner, changes(profiletest.Person(3), 1)...) },
			"recheck":  func() error { return w.Profile.Recheck(ctx, owner) },
			"delete":   func() error { return w.Profile.Delete(ctx, owner) },
			"withdraw": func() error { return w.Profile.WithdrawConsent(ctx, owner, profile.ConsentTerms) },
			"give":     func() error { return w.Profile.GiveConsent(ctx, owner, profile.ConsentTerms) },
		} {
			if err := f(); !errs.IsKind(err, errs.NotFound) {
				t.Errorf("%s, %s: %v", who, what, err)
			}
		}
		for what, f := range map[string]func() error{
			"find":     func() error { _, err := w.Profile.Find(ctx, profiletest.SNILS(1)); return err },
			"look":     func() error { _, err := w.Profile.Look(ctx, owner); return err },
			"confirm":  func() error { return w.Profile.ConfirmAtOffice(ctx, owner, 1) },
			"question": func() error { _, err := w.Profile.Question(ctx, owner, "x"); return err },
			"enter":    func() error { _, err := w.Profile.Enter(ctx, profile.NewPerson{}); return err },
			"record": func() error {
				return w.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					return w.Profile.Record(ctx, tx, profile.Answer{Owner: owner})
				})
			},
		} {
			if err := f(); !errs.IsKind(err, errs.Forbidden) {
				t.Errorf("%s, %s: %v", who, what, err)
			}
		}
	}
	if _, err := w.Profile.Initials(w.As(t, other), owner); !errs.IsKind(err, errs.Forbidden) {
		t.Errorf("initials for a citizen: %v", err)
	}
	got, err := w.Profile.Initials(asks["officer"], owner, other, "nobody")
	must(t, err)
	if diff := cmp.Diff(map[string]string{owner: "П.\u00a0А.\u00a0В.", other: "П.\u00a0А.\u00a0В."}, got); diff != "" {
		t.Error(diff)
	}
}

func operator(t *testing.T, w *profiletest.World) (context.Context, string) {
	t.Helper()
	id := identitytest.StaffAccount(t, w.Identity, "operator")
	return w.As(t, id, identity.Role{Name: identity.MFCOperator, Agency: "mfc", Office: "mfc-77-1"}), id
}

func TestOffice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		owner, c := filled(t, w, 1)
		ctx, _ := operator(t, w)
		for _, typed := range []string{profiletest.SNILS(1), "112-233-001 " + profiletest.SNILS(1)[9:], profiletest.Phone(1)} {
			if found, err := w.Profile.Find(ctx, typed); err != nil || cmp.Diff([]string{owner}, found) != "" {
				t.Errorf("find %q: %v, %v", typed, found, err)
			}
		}
		if _, err := w.Profile.Find(ctx, "Петрова"); !errors.Is(err, profile.ErrSearch) {
			t.Errorf("find by name: %v", err)
		}
		if _, err := w.Profile.Find(ctx, profiletest.Phone(9)); !errors.Is(err, profile.ErrNoProfile) {
			t.Errorf("find nobody: %v", err)
		}
		v, err := w.Profile.Look(ctx, owner)
		must(t, err)
		if v.Phone != profiletest.Phone(1) || v.Person.SNILS != profiletest.SNILS(1) {
			t.Errorf("%+v", v)
		}
		if err := w.Profile.ConfirmAtOffice(ctx, owner, c.Version); !errors.Is(err, profile.ErrNotChecked) {
			t.Errorf("before the registries: %v", err)
		}
		reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
		reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
		if err := w.Profile.ConfirmAtOffice(ctx, owner, c.Version-1); !errors.Is(err, profile.ErrConflict) {
			t.Errorf("other data than seen: %v", err)
		}
		must(t, w.Profile.ConfirmAtOffice(ctx, owner, c.Version))
		must(t, w.Profile.ConfirmAtOffice(ctx, owner, c.Version))
		if got := card(t, w, owner); got.Level != profile.Confirmed || got.OfficeAt == 0 {
			t.Errorf("%+v", got)
		}
		for act, want := range map[string]int{"profile.looked": 1, "profile.confirmed_at_office": 1} {
			lines, err := w.Audit.Find(ctx, audit.Filter{Owner: owner, Act: act})
			must(t, err)
			if len(lines) != want || lines[0].Role != "mfc_operator" {
				t.Errorf("%s: %+v", act, lines)
			}
		}
	})
}

// A new passport keeps what the office has seen; another name does not.
func TestWhatTheOfficeSawHolds(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Confirmed)
	ctx := w.As(t, owner)
	must(t, w.Profile.Save(ctx, owner, changes(profiletest.Person(5), 1)[1]))
	if got := card(t, w, owner).Level; got != profile.Simplified {
		t.Errorf("while the new passport is checked: %s", got)
	}
	reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
	if got := card(t, w, owner).Level; got != profile.Confirmed {
		t.Errorf("with the new passport: %s", got)
	}
	married := profiletest.Person(5)
	married.LastName = "Иванова"
	must(t, w.Profile.Save(ctx, owner, changes(married, 2)[0]))
	for _, r := range []profile.Registry{profile.RegistryPassport, profile.RegistrySNILS, profile.RegistryINN} {
		reply(t, w, owner, r, profile.CheckConfirmed)
	}
	if got := card(t, w, owner).Level; got != profile.Standard {
		t.Errorf("with another name: %s", got)
	}
}

func TestNobodyConfirmsThemself(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	self := w.As(t, owner, identity.Role{Name: identity.MFCOperator, Office: "mfc-77-1"})
	if err := w.Profile.ConfirmAtOffice(self, owner, 1); !errors.Is(err, profile.ErrOwnCheck) {
		t.Error(err)
	}
}

func TestConsents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		owner := w.Citizen(t, 1, profile.Standard)
		ctx := w.As(t, owner)
		must(t, w.Profile.WithdrawConsent(ctx, owner, profile.ConsentPersonalData))
		c := card(t, w, owner)
		if c.Consented || c.Level != profile.Simplified {
			t.Errorf("withdrawn: %+v", c)
		}
		f, err := w.Profile.Facts(ctx, owner)
		must(t, err)
		if len(f.Known) != 2 || f.Level != "simplified" {
			t.Errorf("facts without consent: %v", f.Known)
		}
		if err := w.Profile.Save(ctx, owner, changes(profiletest.Person(2), 1)...); !errors.Is(err, profile.ErrNoConsent) {
			t.Errorf("save: %v", err)
		}
		must(t, w.Profile.GiveConsent(ctx, owner, profile.ConsentPersonalData))
		must(t, w.Profile.GiveConsent(ctx, owner, profile.ConsentPersonalData))
		if c := card(t, w, owner); !c.Consented || c.Level != profile.Standard {
			t.Errorf("given again: %+v", c)
		}
		all, err := w.Profile.Consents(ctx, owner)
		must(t, err)
		if len(all) != 3 {
			t.Errorf("%d consents, want three with the withdrawn one", len(all))
		}
	})
}

func TestFacts(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	f, err := w.Profile.Facts(w.As(t, owner), owner)
	must(t, err)
	if f.Level != "standard" || f.Audience != "citizen" {
		t.Errorf("%s %s", f.Level, f.Audience)
	}
	for path, want := range map[string]struct {
		value  any
		origin string
	}{
		"profile.last_name": {"Петрова", "профиль, подтверждено МВД"},
		"profile.snils":     {profiletest.SNILS(1), "профиль, подтверждено СФР"},
		"profile.inn":       {"500100732259", "профиль, подтверждено ФНС"},
		"profile.phone":     {profiletest.Phone(1), "профиль, подтверждено кодом"},
		"profile.person": {map[string]any{
			"last_name": "Петрова", "first_name": "Анна", "middle_name": "Викторовна", "birth_date": "1988-04-12",
		}, "профиль, подтверждено МВД"},
		"profile.address": {map[string]any{
			"region": "Москва", "city": "Москва", "street": "ул. Образцовая", "house": "1", "flat": "5", "index": "101000",
		}, "профиль"},
	} {
		got := f.Known[path]
		if diff := cmp.Diff(want.value, got.Value); diff != "" || got.Origin.RU != want.origin || got.AsOf == "" {
			t.Errorf("%s: %s %+v", path, diff, got)
		}
	}
}

func TestRecheck(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, _ := filled(t, w, 1)
	ctx := w.As(t, owner)
	for range 5 {
		reply(t, w, owner, profile.RegistrySNILS, profile.CheckUnknown)
		must(t, w.Profile.Recheck(ctx, owner))
	}
	reply(t, w, owner, profile.RegistrySNILS, profile.CheckUnknown)
	if err := w.Profile.Recheck(ctx, owner); !errs.IsKind(err, errs.TooMany) {
		t.Errorf("the sixth time: %v", err)
	}
	w.Clock.Advance(25 * time.Hour)
	must(t, w.Profile.Recheck(ctx, owner))
}

// A registry that never answers is asked anew after a day.
func TestSilentRegistry(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, c := filled(t, w, 1)
	ctx := w.As(t, owner)
	must(t, w.Profile.Recheck(ctx, owner))
	if got := card(t, w, owner); got.Stuck || got.Checks[0].ID != c.Checks[0].ID {
		t.Errorf("at once: %+v", got)
	}
	w.Clock.Advance(25 * time.Hour)
	must(t, w.Profile.Recheck(ctx, owner))
	if got := card(t, w, owner); got.Stuck || got.Checks[0].ID == c.Checks[0].ID {
		t.Errorf("after a day: %+v", got)
	}
}

func TestExportAndDelete(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		token := begin(t, w, applicant())
		confirm(t, w, token)
		owner, err := w.Profile.FinishRegistration(w.Nobody(), token, finish())
		must(t, err)
		ctx := w.As(t, owner)
		p := profiletest.Person(1)
		p.LastName = "Константинопольская"
		must(t, w.Profile.Save(ctx, owner, changes(p, 1)...))
		reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
		reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
		w.Drain(t)
		planted := []string{"Константинопольская", p.SNILS, p.Passport.Number, p.Passport.IssuedBy, phone, email, "203.0.113.9"}
		raw, err := w.Profile.ExportAll(ctx, owner)
		must(t, err)
		for _, v := range planted {
			if !strings.Contains(string(raw), v) {
				t.Errorf("the export lacks %q", v)
			}
		}
		kept, err := w.Profile.Kept(ctx, owner)
		must(t, err)
		if len(kept) != 1 {
			t.Errorf("kept: %v", kept)
		}
		must(t, w.Profile.Delete(ctx, owner))
		w.Drain(t)
		letters := w.Post.To(email)
		if letters[len(letters)-1].Subject != "Учётная запись удалена" {
			t.Errorf("last letter: %q", letters[len(letters)-1].Subject)
		}
		searchDatabase(t, w.DB, planted)
		for _, table := range []string{"profile_states", "profile_persons", "profile_checks", "profile_consents", "profile_finds", "profile_snils", "profile_registrations", "notify_notices"} {
			if n := count(t, w, table); n != 0 {
				t.Errorf("%d rows left in %s", n, table)
			}
		}
		if _, err := w.Profile.Card(ctx, owner); !errs.IsKind(err, errs.NotFound) {
			t.Errorf("card: %v", err)
		}
		if _, err := w.Identity.FindByPhone(ctx, phone); !errs.IsKind(err, errs.NotFound) {
			t.Errorf("the phone still leads to somebody: %v", err)
		}
		w.Clock.Advance(73 * time.Hour)
		w.Drain(t)
		if n := count(t, w, "notify_letters"); n != 0 {
			t.Errorf("%d letters left", n)
		}
	})
}

func TestStaffIsNotDeleted(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	ctx := w.As(t, owner, identity.Role{Name: identity.Auditor})
	if err := w.Profile.Delete(ctx, owner); !errors.Is(err, profile.ErrStaffAccount) {
		t.Error(err)
	}
}
