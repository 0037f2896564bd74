package profile_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

func childValues() profile.Values {
	return profile.Values{
		"last_name": "Петров", "first_name": "Миша", "middle_name": "Игоревич", "birth_date": "21.6.2014", "sex": "male", "certificate": "i-мю 123456",
	}
}

// asks collects the questions about holdings that are announced.
func asks(w *profiletest.World) *[]event.Event {
	var asked []event.Event
	w.Bus.On("profile.holdings_asked", "test.holdings", func(_ context.Context, e event.Event) error {
		asked = append(asked, e)
		return nil
	})
	return &asked
}

func holdings(t *testing.T, w *profiletest.World, owner string) profile.Holdings {
	t.Helper()
	h, err := w.Profile.Holdings(w.As(t, owner), owner)
	must(t, err)
	return h
}

func registered(kind profile.HoldingKind, values profile.Values, more ...string) profile.RegisteredHolding {
	v := profile.Values{}
	for f, x := range values {
		v[f] = x
	}
	for i := 0; i+1 < len(more); i += 2 {
		v[more[i]] = more[i+1]
	}
	return profile.RegisteredHolding{Kind: kind, Values: v}
}

func recordHoldings(t *testing.T, w *profiletest.World, owner, check string, result profile.CheckState, list ...profile.RegisteredHolding) {
	t.Helper()
	must(t, w.Profile.RecordHoldings(w.System(), profile.HoldingsAnswer{
		Owner: owner, Check: check, Registry: profile.RegistryFamily, Result: result, List: list,
	}))
}

func TestHoldingIsKeptAndChecked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		asked := asks(w)
		owner := w.Citizen(t, 1, profile.Standard)
		ctx := w.As(t, owner)
		id, err := w.Profile.AddHolding(ctx, owner, profile.HoldingChild, childValues())
		must(t, err)
		w.Drain(t)
		if len(*asked) != 1 || (*asked)[0].Refs["registry"] != "family" {
			t.Fatalf("asked %+v", *asked)
		}
		h, err := w.Profile.Holding(ctx, owner, id)
		must(t, err)
		want := profile.Values{
			"last_name": "Петров", "first_name": "Миша", "middle_name": "Игоревич", "birth_date": "2014-06-21", "sex": "male", "certificate": "I-МЮ 123456",
		}
		if diff := cmp.Diff(want, h.Values); diff != "" || h.State != profile.CheckWaiting {
			t.Fatalf("%s %s", h.State, diff)
		}
		q, err := w.Profile.HoldingsQuestion(w.System(), owner, (*asked)[0].ID, profile.RegistryFamily)
		must(t, err)
		if !q.Open || q.Person.SNILS != profiletest.SNILS(1) {
			t.Errorf("%+v", q)
		}
		recordHoldings(t, w, owner, "other", profile.CheckConfirmed)
		if h = holdings(t, w, owner).List[0]; h.State != profile.CheckWaiting {
			t.Errorf("a foreign answer counts: %s", h.State)
		}
		recordHoldings(t, w, owner, (*asked)[0].ID, profile.CheckConfirmed, registered(profile.HoldingChild, want, "first_name", "Михаил"))
		if h = holdings(t, w, owner).List[0]; h.State != profile.CheckRefused || cmp.Diff([]string{"first_name"}, h.Differs) != "" {
			t.Errorf("%+v", h)
		}
		want["first_name"] = "Михаил"
		must(t, w.Profile.ChangeHolding(ctx, owner, id, h.Version, want))
		must(t, w.Profile.ChangeHolding(ctx, owner, id, h.Version, want)) // sent twice
		w.Drain(t)
		recordHoldings(t, w, owner, (*asked)[1].ID, profile.CheckConfirmed, registered(profile.HoldingChild, want, "snils", profiletest.SNILS(7)))
		if h = holdings(t, w, owner).List[0]; h.State != profile.CheckConfirmed || h.Values["snils"] != profiletest.SNILS(7) {
			t.Errorf("%+v", h)
		}
		facts, err := w.Profile.Facts(ctx, owner)
		must(t, err)
		k := facts.Known["profile.children"]
		if len(k.Each) != 1 || k.Each[0].Origin.RU != "профиль, подтверждено ЗАГС" || k.Each[0].Correct != "/cabinet/profile/holdings/"+id {
			t.Errorf("%+v", k)
		}
		must(t, w.Profile.RemoveHolding(ctx, owner, id))
		if list := holdings(t, w, owner).List; len(list) != 0 {
			t.Errorf("removed: %+v", list)
		}
	})
}

// What a registry knows is added when the owner asks for it; lines that make no
// sense are passed over.
func TestHoldingsAreFound(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	asked := asks(w)
	owner := w.Citizen(t, 1, profile.Standard)
	ctx := w.As(t, owner)
	_, err := w.Profile.AddHolding(ctx, owner, profile.HoldingChild, childValues())
	must(t, err)
	must(t, w.Profile.FindHoldings(ctx, owner, profile.RegistryFamily))
	must(t, w.Profile.FindHoldings(ctx, owner, profile.RegistryFamily)) // while it waits
	w.Drain(t)
	last := (*asked)[len(*asked)-1].ID
	spouse := profile.Values{"last_name": "Петров", "first_name": "Игорь", "birth_date": "1986-09-03"}
	recordHoldings(t, w, owner, last, profile.CheckConfirmed,
		registered(profile.HoldingChild, childValues()), registered(profile.HoldingChild, childValues(), "certificate", "II-МЮ 654321", "first_name", "Вера", "sex", "female"),
		registered(profile.HoldingSpouse, spouse), registered(profile.HoldingSpouse, spouse, "first_name", "Пётр"),
		registered(profile.HoldingChild, profile.Values{"last_name": "<script>"}),
	)
	recordHoldings(t, w, owner, last, profile.CheckConfirmed, registered(profile.HoldingChild, childValues(), "first_name", "Другой", "certificate", "I-МЮ 000001"))
	h := holdings(t, w, owner)
	if len(*asked) != 2 || len(h.Of(profile.HoldingChild)) != 2 || len(h.Of(profile.HoldingSpouse)) != 1 || h.Checks[0].Added != 2 {
		t.Errorf("asked %d, %+v, %+v", len(*asked), h.List, h.Checks)
	}
	for _, one := range h.List {
		if one.State != profile.CheckConfirmed {
			t.Errorf("%s is %s", one.Title(), one.State)
		}
	}
	for range 10 {
		err = w.Profile.FindHoldings(ctx, owner, profile.RegistryVehicles)
		must(t, w.Profile.RecordHoldings(w.System(), profile.HoldingsAnswer{
			Owner: owner, Check: checkIDOf(t, w, owner, profile.RegistryVehicles), Registry: profile.RegistryVehicles, Result: profile.CheckUnknown,
		}))
	}
	must(t, err)
	if err = w.Profile.FindHoldings(ctx, owner, profile.RegistryVehicles); !errs.IsKind(err, errs.TooMany) {
		t.Errorf("the eleventh time: %v", err)
	}
}

func checkIDOf(t *testing.T, w *profiletest.World, owner string, r profile.Registry) string {
	t.Helper()
	for _, c := range holdings(t, w, owner).Checks {
		if c.Registry == r {
			return c.ID
		}
	}
	return ""
}

// Registries are asked for those who are proven: what was put down before is
// asked about then.
func TestHoldingsWaitForTheLevel(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	asked := asks(w)
	owner, _ := filled(t, w, 1)
	ctx := w.As(t, owner)
	_, err := w.Profile.AddHolding(ctx, owner, profile.HoldingVehicle, profile.Values{"vin": "XTZ00000000123456", "plate": "a123bc77"})
	must(t, err)
	if err := w.Profile.FindHoldings(ctx, owner, profile.RegistryVehicles); !errors.Is(err, profile.ErrNotStandard) {
		t.Errorf("found without a level: %v", err)
	}
	w.Drain(t)
	if h := holdings(t, w, owner).List[0]; len(*asked) != 0 || h.State != profile.CheckNone || h.Values["plate"] != "А123ВС77" {
		t.Fatalf("asked %d: %+v", len(*asked), h)
	}
	reply(t, w, owner, profile.RegistryPassport, profile.CheckConfirmed)
	reply(t, w, owner, profile.RegistrySNILS, profile.CheckConfirmed)
	w.Drain(t)
	if h := holdings(t, w, owner).List[0]; len(*asked) != 1 || h.State != profile.CheckWaiting {
		t.Errorf("asked %d: %+v", len(*asked), h)
	}
}

func TestHoldingFaults(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	ctx := w.As(t, owner)
	for name, c := range map[string]struct {
		kind  profile.HoldingKind
		in    profile.Values
		field string
	}{
		"child without a name":  {profile.HoldingChild, profile.Values{"birth_date": "1.1.2015", "sex": "male"}, "last_name"},
		"child not born yet":    {profile.HoldingChild, profile.Values{"last_name": "П", "first_name": "М", "birth_date": "1.1.2126", "sex": "male"}, "birth_date"},
		"child without a sex":   {profile.HoldingChild, profile.Values{"last_name": "П", "first_name": "М", "birth_date": "1.1.2015"}, "sex"},
		"certificate":           {profile.HoldingChild, profile.Values{"last_name": "П", "first_name": "М", "birth_date": "1.1.2015", "sex": "male", "certificate": "12"}, "certificate"},
		"spouse of long ago":    {profile.HoldingSpouse, profile.Values{"last_name": "П", "first_name": "М", "birth_date": "1.1.1815"}, "birth_date"},
		"vehicle without a VIN": {profile.HoldingVehicle, profile.Values{"plate": "А123ВС77"}, "vin"},
		"plate":                 {profile.HoldingVehicle, profile.Values{"vin": "XTZ00000000123456", "plate": "Ж"}, "plate"},
		"property":              {profile.HoldingProperty, profile.Values{"cadastral": "77"}, "cadastral"},
		"long address":          {profile.HoldingProperty, profile.Values{"cadastral": "77:01:0001001:1024", "address": strings.Repeat("а", 301)}, "address"},
	} {
		_, err := w.Profile.AddHolding(ctx, owner, c.kind, c.in)
		e, ok := errs.As(err)
		if !ok || e.Kind != errs.Invalid || len(e.Fields) == 0 || e.Fields[0].Name != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Profile.AddHolding(ctx, owner, "castle", profile.Values{}); !errors.Is(err, profile.ErrNoHolding) {
		t.Errorf("a castle: %v", err)
	}
	_, err := w.Profile.AddHolding(ctx, owner, profile.HoldingChild, childValues())
	must(t, err)
	if _, err = w.Profile.AddHolding(ctx, owner, profile.HoldingChild, childValues()); !errors.Is(err, profile.ErrHeld) {
		t.Errorf("twice: %v", err)
	}
	_, err = w.Profile.AddHolding(ctx, owner, profile.HoldingSpouse, profile.Values{"last_name": "П", "first_name": "М", "birth_date": "1.1.1985"})
	must(t, err)
	if _, err = w.Profile.AddHolding(ctx, owner, profile.HoldingSpouse, profile.Values{"last_name": "С", "first_name": "А", "birth_date": "1.1.1985"}); !errs.IsKind(err, errs.Conflict) {
		t.Errorf("a second spouse: %v", err)
	}
}

// Another's is not there; a stale factor and a withdrawn consent change nothing.
func TestHoldingRights(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, other := w.Citizen(t, 1, profile.Standard), w.Citizen(t, 2, profile.Standard)
	ctx := w.As(t, owner)
	id, err := w.Profile.AddHolding(ctx, owner, profile.HoldingChild, childValues())
	must(t, err)
	for name, err := range map[string]error{
		"read":   second(w.Profile.Holding(w.As(t, other), other, id)),
		"change": w.Profile.ChangeHolding(w.As(t, other), other, id, 1, childValues()),
		"remove": w.Profile.RemoveHolding(w.As(t, other), other, id),
	} {
		if !errors.Is(err, profile.ErrNoHolding) {
			t.Errorf("%s by a stranger: %v", name, err)
		}
	}
	if _, err := w.Profile.Holdings(w.As(t, other), owner); !errors.Is(err, profile.ErrNoProfile) {
		t.Errorf("a stranger looks: %v", err)
	}
	if _, err := w.Profile.Holdings(w.Nobody(), owner); !errors.Is(err, profile.ErrNoProfile) {
		t.Errorf("nobody looks: %v", err)
	}
	if _, err := w.Profile.HoldingsQuestion(ctx, owner, "x", profile.RegistryFamily); !errors.Is(err, identity.ErrForbidden) {
		t.Errorf("a citizen asks as the portal: %v", err)
	}
	site := w.Site(t)
	b := site.SignedIn(t, owner, "sms")
	w.Clock.Advance(6 * time.Minute)
	page := "/cabinet/profile/holdings/" + id
	for _, at := range []string{page, page + "/remove"} {
		if a := b.Get(at); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location, "/login?to=") {
			t.Errorf("%s opens without a fresh factor: %d %s", at, a.Status, a.Location)
		}
	}
	wantPage(t, "changed", b.Post(page, "version", "1", "last_name", "Иванов", "first_name", "Миша", "birth_date-day", "1", "birth_date-month", "1",
		"birth_date-year", "2015", "sex", "male"), 401, "/reauth", "Иванов")
	if h := holdings(t, w, owner).List[0]; h.Values["last_name"] != "Петров" {
		t.Errorf("changed: %+v", h)
	}
	must(t, w.Profile.WithdrawConsent(w.As(t, owner), owner, profile.ConsentPersonalData))
	if _, err := w.Profile.AddHolding(w.As(t, owner), owner, profile.HoldingChild, childValues()); !errors.Is(err, profile.ErrNoConsent) {
		t.Errorf("without consent: %v", err)
	}
	facts, err := w.Profile.Facts(w.As(t, owner), owner)
	must(t, err)
	if _, known := facts.Known["profile.children"]; known {
		t.Error("facts without consent")
	}
}

func second[T any](_ T, err error) error { return err }

func TestHoldingPages(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	site := w.Site(t)
	if a := site.Browser(t).Get("/cabinet/profile/family"); a.Status != http.StatusSeeOther {
		t.Errorf("without a session: %d", a.Status)
	}
	b := site.SignedIn(t, owner, "sms")
	wantPage(t, "profile", b.Get("/cabinet/profile"), 200, `href="/cabinet/profile/family"`, "Транспорт", "Недвижимость")
	wantPage(t, "nobody", b.Get("/cabinet/profile/family"), 200, "никого нет", "Добавить ребёнка", "Найти в реестре: ЗАГС", `data-live-src="/cabinet/profile/family/status"`)
	wantPage(t, "form", b.Get("/cabinet/profile/add/child"), 200, `name="birth_date-day"`, `name="certificate"`, `data-check="/cabinet/profile/add/child/check"`)
	wantPage(t, "no such kind", b.Get("/cabinet/profile/add/castle"), 404)
	wantPage(t, "no such holding", b.Get("/cabinet/profile/holdings/nothing"), 404)
	child := []string{
		"last_name", "Петров", "first_name", "Миша", "birth_date-day", "21", "birth_date-month", "6", "birth_date-year", "2014", "sex", "male",
		"snils", profiletest.SNILS(5), "certificate", "I-МЮ 123456",
	}
	wantPage(t, "faults", b.Post("/cabinet/profile/add/child", child[4:]...), 422, `href="#last_name"`, "как в документе", `value="21"`)
	wantRedirect(t, "added", b.Post("/cabinet/profile/add/child", child...), "/cabinet/profile/family?saved=1")
	wantPage(t, "added twice", b.Post("/cabinet/profile/add/child", child...), 422, "уже есть в профиле")
	wantPage(t, "list", b.Get("/cabinet/profile/family?saved=1"), 200, "Ребёнок: Петров Миша", "июня 2014", "ЗАГС: проверяет", "Сохранено")
	id := holdings(t, w, owner).List[0].ID
	page := "/cabinet/profile/holdings/" + id
	wantPage(t, "edit", b.Get(page), 200, `value="2014"`, `value="I-МЮ 123456"`)
	wantRedirect(t, "found", b.Post("/cabinet/profile/family/find"), "/cabinet/profile/family")
	recordHoldings(t, w, owner, checkIDOf(t, w, owner, profile.RegistryFamily), profile.CheckConfirmed,
		registered(profile.HoldingChild, profile.Values{"last_name": "Петров", "first_name": "Миша", "birth_date": "2014-06-22", "sex": "male", "certificate": "I-МЮ 123456"}))
	wantPage(t, "fragment", b.Get("/cabinet/profile/family/status", "X-Fragment", "1"), 200, "ЗАГС: есть отличия", "«Дата рождения» отличается")
	wantRedirect(t, "fragment as a page", b.Get("/cabinet/profile/family/status"), "/cabinet/profile/family")
	wantPage(t, "edit again", b.Get(page), 200, `href="#birth_date-day"`)
	wantPage(t, "stale", b.Post(page, append([]string{"version", "7"}, append(child[2:], "last_name", "Иванов")...)...), 409, "Данные изменили в другом окне", "Петров")
	wantPage(t, "check", b.Post(page+"/check", "_field", "certificate", "certificate", "1"), 200, "certificate")
	wantPage(t, "remove", b.Get(page+"/remove"), 200, "Петров Миша", "Убрать")
	wantRedirect(t, "removed", b.Post(page+"/remove"), "/cabinet/profile/family?saved=1")
	wantPage(t, "gone", b.Get(page), 404)
	wantPage(t, "vehicles", b.Get("/cabinet/profile/vehicles"), 200, "Найти в реестре: ГИБДД")
	wantPage(t, "property", b.Get("/cabinet/profile/property"), 200, "Найти в реестре: Росреестр")
}

func TestHoldingsLeave(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	_, err := w.Profile.AddHolding(w.As(t, owner), owner, profile.HoldingChild, childValues())
	must(t, err)
	raw, err := w.Profile.ExportAll(w.As(t, owner), owner)
	must(t, err)
	var out struct {
		Profile struct {
			Holdings []struct{ Values map[string]string }
		}
	}
	must(t, json.Unmarshal(raw, &out))
	if len(out.Profile.Holdings) != 1 || out.Profile.Holdings[0].Values["certificate"] != "I-МЮ 123456" {
		t.Errorf("%s", raw)
	}
	must(t, w.Profile.Delete(w.As(t, owner), owner))
	for _, table := range []string{"profile_holdings", "profile_holding_checks"} {
		var n int
		must(t, w.DB.Reader().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM "+table).Scan(&n))
		if n != 0 {
			t.Errorf("%d rows of %s are left", n, table)
		}
	}
}

func TestHoldingsAPI(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	b := w.Site(t).Browser(t)
	token := bearer(t, w, b, profiletest.Phone(1), identitytest.Password)
	body := `{"kind":"vehicle","values":{"vin":"XTZ00000000123456","plate":"А123ВС77","make":"Lada"}}`
	if a := b.JSON("POST", "/api/v1/profile/holdings", "", body); a.Status != http.StatusUnauthorized {
		t.Errorf("without a token: %d", a.Status)
	}
	a := b.JSON("POST", "/api/v1/profile/holdings", token, body)
	if a.Status != http.StatusCreated || !strings.Contains(a.Body, `"state":"waiting"`) {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	id := holdings(t, w, owner).List[0].ID
	a = b.JSON("PUT", "/api/v1/profile/holdings/"+id, token, `{"version":1,"values":{"vin":"XTZ00000000123457"}}`)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "XTZ00000000123457") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a = b.JSON("POST", "/api/v1/profile/holdings/find/property", token, `{}`); a.Status != http.StatusOK {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a = b.JSON("DELETE", "/api/v1/profile/holdings/"+id, token, ``); a.Status != http.StatusOK || strings.Contains(a.Body, id) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a = b.JSON("DELETE", "/api/v1/profile/holdings/"+id, token, ``); a.Status != http.StatusNotFound {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}
