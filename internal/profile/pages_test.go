package profile_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/identity"
	"okno/internal/identity/identitytest"
	"okno/internal/kit/db"
	"okno/internal/kit/ui"
	"okno/internal/kit/web"
	"okno/internal/profile"
	"okno/internal/profile/profiletest"
)

func wantPage(t *testing.T, what string, a profiletest.Answer, status int, texts ...string) {
	t.Helper()
	if a.Status != status {
		t.Errorf("%s: status %d, want %d: %s", what, a.Status, status, a.Body)
	}
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			t.Errorf("%s lacks %q: %s", what, text, a.Body)
		}
	}
	// A key in brackets is a text that nobody has written.
	if strings.Contains(a.Body, "[profile.") || strings.Contains(a.Body, "[identity.") || strings.Contains(a.Body, "<no value>") {
		t.Errorf("%s: a text is missing: %s", what, a.Body)
	}
}

func wantRedirect(t *testing.T, what string, a profiletest.Answer, to string) {
	t.Helper()
	if a.Status != http.StatusSeeOther || a.Location != to {
		t.Errorf("%s: %d to %q, want %q: %s", what, a.Status, a.Location, to, a.Body)
	}
}

func typed() []string {
	return []string{"last_name", "Петрова", "first_name", "Анна", "middle_name", "Викторовна", "phone", "8 (913) 123-45-67", "email", "Anna@Example.ru"}
}

func TestRegistrationPages(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	site := w.Site(t)
	b := site.Browser(t)
	wantPage(t, "first page", b.Get("/register"), 200, `autocomplete="tel"`, "<h1")
	wantRedirect(t, "codes without a registration", b.Get("/register/codes"), "/register")
	wantPage(t, "faults", b.Post("/register", "last_name", "Петрова", "phone", "12"), 422, `value="Петрова"`, "Введите имя", `href="#phone"`)
	wantRedirect(t, "first page sent", b.Post("/register", typed()...), "/register/codes")
	wantPage(t, "codes", b.Get("/register/codes"), 200, ui.Whole("+7 913 123-45-67"), "anna@example.ru")
	wantPage(t, "back", b.Get("/register"), 200, `value="Петрова"`, `value="anna@example.ru"`)
	wantRedirect(t, "password too early", b.Get("/register/password"), "/register/codes")
	w.Drain(t)
	wantPage(t, "again at once", b.Post("/register/codes", "resend", "sms"), 422, "через 60 с")
	w.Clock.Advance(time.Minute)
	wantRedirect(t, "again", b.Post("/register/codes", "resend", "sms"), "/register/codes?sent=sms")
	wantPage(t, "sent", b.Get("/register/codes?sent=sms"), 200, "Новый код отправлен по СМС")
	wantPage(t, "strange channel", b.Get("/register/codes?sent=<script>"), 200)
	wantPage(t, "one code", b.Post("/register/codes", "sms_code", w.Post.Code(phone)), 422, "Телефон подтверждён", "Введите код из письма")
	wantRedirect(t, "both codes", b.Post("/register/codes", "email_code", w.Post.Code(email)), "/register/password")
	wantPage(t, "password", b.Get("/register/password"), 200, `data-strength="/password/strength"`, `name="terms"`, `name="personal_data"`)
	if page := b.Get("/register/password").Body; strings.Contains(page, "checked") {
		t.Error("a consent is ticked beforehand")
	}
	wantPage(t, "without consents", b.Post("/register/password", "password", password), 422, "Без принятия условий", "Без согласия")
	last := []string{"password", password, "terms", "yes", "personal_data", "yes"}
	wantRedirect(t, "finished", b.Post("/register/password", last...), "/cabinet")
	wantRedirect(t, "second click", b.Post("/register/password", last...), "/cabinet")
	wantRedirect(t, "back button", b.Get("/register/codes"), "/cabinet")
	wantPage(t, "profile", b.Get("/cabinet/profile"), 200, "Упрощённая", `data-live-ref="profile"`)
	for _, path := range []string{"/terms", "/consent"} {
		wantPage(t, path, b.Get(path), 200, "Редакция 1")
	}
	wantPage(t, "unknown version", b.Get("/terms?version=7"), 404)
}

// Two tabs: the second one changes the phone, the first one's codes are void.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	b := w.Site(t).Browser(t)
	b.Post("/register", typed()...)
	w.Drain(t)
	old := w.Post.Code(phone)
	changed := typed()
	changed[7] = "8 913 765-43-21"
	b.Post("/register", changed...)
	w.Drain(t)
	if old != w.Post.Code("+79137654321") {
		wantPage(t, "the first tab", b.Post("/register/codes", "sms_code", old, "email_code", w.Post.Code(email)), 422, ui.Whole("+7 913 765-43-21"), "почта подтверждена")
	}
	wantRedirect(t, "the second tab", b.Post("/register/codes", "sms_code", w.Post.Code("+79137654321"), "email_code", w.Post.Code(email)), "/register/password")
}

func TestProfilePages(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Enter(t, 1, profile.Person{LastName: "Петрова", FirstName: "Анна"}, "")
	b := w.Site(t).SignedIn(t, owner, "sms")
	p := profiletest.Person(1)
	wantPage(t, "person", b.Get("/cabinet/profile/edit/person"), 200, `name="birth_date-day"`, `value="Петрова"`)
	wantPage(t, "faults", b.Post("/cabinet/profile/edit/person", "version", "1", "last_name", "Петрова", "first_name", "Анна", "birth_date-day", "31", "birth_date-month", "2", "birth_date-year", "1988"),
		422, `value="31"`, `href="#birth_date-day"`, "Выберите пол")
	wantRedirect(t, "person saved", b.Post("/cabinet/profile/edit/person", "version", "1", "last_name", p.LastName, "first_name", p.FirstName, "middle_name", p.MiddleName,
		"birth_date-day", "12", "birth_date-month", "4", "birth_date-year", "1988", "sex", "female"), "/cabinet/profile/edit/passport")
	passport := []string{
		"version", "2", "series", "45 10", "number", p.Passport.Number, "issued_on-day", "20", "issued_on-month", "05", "issued_on-year", "2008",
		"issued_by", p.Passport.IssuedBy, "unit_code", "770001",
	}
	wantRedirect(t, "passport saved", b.Post("/cabinet/profile/edit/passport", passport...), "/cabinet/profile/edit/snils")
	wantRedirect(t, "saved twice", b.Post("/cabinet/profile/edit/passport", passport...), "/cabinet/profile/edit/snils")
	wantRedirect(t, "snils saved", b.Post("/cabinet/profile/edit/snils", "version", "3", "snils", p.SNILS), "/cabinet/profile?saved=1")
	wantPage(t, "waiting", b.Get("/cabinet/profile?saved=1"), 200, "Ждём ответа реестров", "МВД: проверяет", "Сохранено")
	reply(t, w, owner, profile.RegistryPassport, profile.CheckRefused, "passport.number")
	reply(t, w, owner, profile.RegistrySNILS, profile.CheckUnknown)
	said := "МВД: «Номер» отличается от того, что записано в реестре"
	wantPage(t, "fragment", b.Get("/cabinet/profile/status", "X-Fragment", "1"), 200, said, "СФР: человека с такими данными нет", "Проверить ещё раз")
	wantRedirect(t, "fragment as a page", b.Get("/cabinet/profile/status"), "/cabinet/profile")
	wantPage(t, "at the field", b.Get("/cabinet/profile/edit/passport"), 200, `href="#number"`, "отличается от того")
	wantRedirect(t, "again", b.Post("/cabinet/profile/recheck"), "/cabinet/profile")
	wantPage(t, "stale form", b.Post("/cabinet/profile/edit/snils", "version", "1", "snils", profiletest.SNILS(2)), 409, profiletest.SNILS(2), "Данные изменили в другом окне")
	wantPage(t, "address", b.Get("/cabinet/profile/edit/address"), 200)
	wantPage(t, "inn", b.Get("/cabinet/profile/edit/inn"), 200, "(необязательно)")
	wantPage(t, "no such section", b.Get("/cabinet/profile/edit/nose"), 404)
}

func TestStaleFactorKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	b := w.Site(t).SignedIn(t, owner, "sms")
	w.Clock.Advance(6 * time.Minute)
	other := profiletest.SNILS(2)
	wantPage(t, "snils", b.Post("/cabinet/profile/edit/snils", "version", "1", "snils", other), 401, other, "/reauth")
	if a := b.Get("/cabinet/profile/edit/snils"); a.Status != http.StatusSeeOther {
		t.Errorf("known data open without a fresh factor: %d", a.Status)
	}
}

func TestCheckOfOneField(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	site := w.Site(t)
	b := site.SignedIn(t, owner, "sms")
	for _, c := range []struct{ path, field, value, want string }{
		{"/register/check", "phone", "12", "Проверьте номер"},
		{"/register/check", "last_name", "Петрова", `""`},
		{"/cabinet/profile/edit/snils/check", "snils", "123-456-789 65", "Такого СНИЛС не бывает"},
		{"/cabinet/profile/edit/snils/check", "snils", "123-456-789 64", `""`},
	} {
		a := b.Post(c.path, "_field", c.field, c.field, c.value)
		if a.Status != 200 || !strings.Contains(a.Body, c.want) || !strings.Contains(a.Body, `"`+c.field+`"`) {
			t.Errorf("%s %s: %d %s", c.path, c.field, a.Status, a.Body)
		}
	}
}

func TestConsentAndDeletePages(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	b := w.Site(t).SignedIn(t, owner, "sms")
	wantPage(t, "consents", b.Get("/cabinet/profile/consents"), 200, "Согласие на обработку персональных данных", "Отозвать согласие")
	wantRedirect(t, "withdraw", b.Post("/cabinet/profile/consents", "do", "withdraw", "kind", "personal_data"), "/cabinet/profile/consents")
	wantPage(t, "withdrawn", b.Get("/cabinet/profile/consents"), 200, "Дать согласие", "отозвано")
	wantPage(t, "profile", b.Get("/cabinet/profile"), 200, "Вы отозвали согласие")
	wantPage(t, "no such consent", b.Post("/cabinet/profile/consents", "do", "withdraw", "kind", "soul"), 404)
	a := b.Get("/cabinet/profile/export")
	var all map[string]any
	if a.Status != 200 || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") || json.Unmarshal([]byte(a.Body), &all) != nil {
		t.Errorf("export: %d %v", a.Status, a.Header)
	}
	wantPage(t, "delete", b.Get("/cabinet/profile/delete"), 200, "Журнал действий")
	wantPage(t, "not sure", b.Post("/cabinet/profile/delete"), 422, "Поставьте отметку")
	wantRedirect(t, "deleted", b.Post("/cabinet/profile/delete", "sure", "yes"), "/account-deleted")
	wantPage(t, "farewell", b.Get("/account-deleted"), 200, "Учётная запись удалена")
	if a := b.Get("/cabinet/profile"); a.Status != http.StatusSeeOther {
		t.Errorf("the session lives on: %d", a.Status)
	}
}

func TestDeskPages(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner := w.Citizen(t, 1, profile.Standard)
	_, id := operator(t, w)
	w.Roles[id] = []identity.Role{{Name: identity.MFCOperator, Agency: "mfc", Office: "mfc-77-1"}}
	b := w.Site(t).SignedIn(t, id, "totp")
	wantPage(t, "desk", b.Get("/desk/mfc"), 200, "СНИЛС или телефон")
	wantPage(t, "nonsense", b.Post("/desk/mfc", "find", "Петрова"), 422, "Введите СНИЛС")
	wantPage(t, "nobody", b.Post("/desk/mfc", "find", profiletest.SNILS(9)), 422, "Никого не нашли")
	path := "/desk/mfc/people/" + owner
	wantRedirect(t, "found", b.Post("/desk/mfc", "find", profiletest.SNILS(1)), path)
	wantPage(t, "visitor", b.Get(path), 200, "Петрова Анна Викторовна", "45 10 100001", "Подтвердить личность")
	wantPage(t, "not ticked", b.Post(path, "version", "1"), 422, "Поставьте отметку")
	wantPage(t, "other version", b.Post(path, "version", "9", "seen", "yes"), 409, "изменили в другом окне")
	wantRedirect(t, "confirmed", b.Post(path, "version", "1", "seen", "yes"), path)
	wantPage(t, "done", b.Get(path), 200, "Личность подтверждена", "Подтверждённая")
	wantPage(t, "not an id", b.Get("/desk/mfc/people/1"), 404)
}

// Every route without a session, in a foreign one, and as each kind of staff.
func TestRoutesByRole(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	owner, other := w.Citizen(t, 1, profile.Standard), w.Citizen(t, 2, profile.Standard)
	staff := map[identity.RoleName]string{}
	for _, role := range []identity.RoleName{identity.Officer, identity.Administrator, identity.Auditor, identity.MFCOperator, identity.SupportOperator} {
		staff[role] = identitytest.StaffAccount(t, w.Identity, strings.ReplaceAll(string(role), "_", "-"))
		w.Roles[staff[role]] = []identity.Role{{Name: role, Agency: "mfc", Office: "mfc-77-1"}}
	}
	var routes []web.Route
	site := w.Site(t, func(rt *web.Router) { routes = rt.Routes() })
	mine := func(r web.Route) bool {
		return strings.HasPrefix(r.Path, "/cabinet/profile") || strings.HasPrefix(r.Path, "/desk/mfc") || strings.HasPrefix(r.Path, "/api/v1/profile")
	}
	try := func(b *profiletest.Browser, r web.Route) int {
		path := strings.NewReplacer("{section}", "snils", "{id}", owner, "{kind}", "terms").Replace(r.Path)
		if strings.HasPrefix(r.Path, "/api/") {
			return b.JSON(r.Method, path, "", `{"version":1}`).Status
		}
		if r.Method == http.MethodPost {
			return b.Post(path).Status
		}
		return b.Get(path).Status
	}
	n := 0
	for _, r := range routes {
		if !mine(r) {
			continue
		}
		n++
		desk := strings.HasPrefix(r.Path, "/desk")
		if got := try(site.Browser(t), r); got != 401 && got != 303 {
			t.Errorf("%s %s without a session: %d", r.Method, r.Path, got)
		}
		if got := try(site.SignedIn(t, other, "sms"), r); desk && got != 403 {
			t.Errorf("%s %s as a citizen: %d", r.Method, r.Path, got)
		}
		for role, id := range staff {
			got := try(site.SignedIn(t, id, "totp"), r)
			if allowed := desk && role == identity.MFCOperator; !allowed && got != 403 && got != 401 {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, role, got)
			}
		}
	}
	if n < 15 {
		t.Errorf("%d routes were tried", n)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	b := w.Site(t).Browser(t)
	a := b.JSON("POST", "/api/v1/registrations", "", `{"last_name":"Петрова","first_name":"Анна","phone":"89131234567","email":"Anna@Example.ru"}`)
	var state struct {
		Registration   string `json:"registration"`
		PhoneConfirmed bool   `json:"phone_confirmed"`
	}
	if must(t, json.Unmarshal([]byte(a.Body), &state)); a.Status != 201 || state.Registration == "" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	w.Drain(t)
	reg := `{"registration":"` + state.Registration + `",`
	wantPage(t, "resend", b.JSON("POST", "/api/v1/registrations/resend", "", reg+`"channel":"sms"}`), 429)
	wantPage(t, "wrong", b.JSON("POST", "/api/v1/registrations/codes", "", reg+`"sms_code":"1"}`), 422, "sms_code", "email_code")
	wantPage(t, "codes", b.JSON("POST", "/api/v1/registrations/codes", "", reg+`"sms_code":"`+w.Post.Code(phone)+`","email_code":"`+w.Post.Code(email)+`"}`), 200, `"phone_confirmed":true`)
	wantPage(t, "no consent", b.JSON("POST", "/api/v1/registrations/finish", "", reg+`"password":"`+password+`","terms":true,"personal_data":false}`), 422, "personal_data")
	wantPage(t, "finish", b.JSON("POST", "/api/v1/registrations/finish", "", reg+`"password":"`+password+`","terms":true,"personal_data":true}`), 201, "account")
	wantPage(t, "profile without a token", b.JSON("GET", "/api/v1/profile", "", ""), 401)
	owner, err := w.Identity.FindByPhone(w.Nobody(), phone)
	must(t, err)
	if c := card(t, w, owner); c.Person.LastName != "Петрова" {
		t.Errorf("%+v", c.Person)
	}
	token := bearer(t, w, b, phone, password)
	wantPage(t, "profile", b.JSON("GET", "/api/v1/profile", token, ""), 200, `"version":1`, `"level":"simplified"`)
	body := `{"version":1,"person":{"last_name":"Петрова","first_name":"Анна","birth_date":"12.04.1988","sex":"female"},
		"passport":{"series":"4510","number":"100001","issued_on":"2008-05-20","issued_by":"ОВД","unit_code":"770001"},"snils":"`
	wantPage(t, "faults", b.JSON("PUT", "/api/v1/profile", token, body+`1"}`), 422, "snils", "11 цифр")
	wantPage(t, "change", b.JSON("PUT", "/api/v1/profile", token, body+profiletest.SNILS(1)+`"}`), 200, `"version":2`, `"state":"waiting"`)
	wantPage(t, "stale", b.JSON("PUT", "/api/v1/profile", token, body+profiletest.SNILS(2)+`"}`), 409)
	wantPage(t, "checks", b.JSON("POST", "/api/v1/profile/checks", token, ""), 200)
	wantPage(t, "consents", b.JSON("GET", "/api/v1/profile/consents", token, ""), 200, `"kind":"personal_data"`)
	wantPage(t, "withdraw", b.JSON("DELETE", "/api/v1/profile/consents/terms", token, ""), 200, "withdrawn_at")
	wantPage(t, "give", b.JSON("PUT", "/api/v1/profile/consents/terms", token, ""), 200)
	wantPage(t, "export", b.JSON("GET", "/api/v1/profile/export", token, ""), 200, `"profile":{`, profiletest.SNILS(1))
}

// bearer signs in over the API.
func bearer(t *testing.T, w *profiletest.World, b *profiletest.Browser, phone, password string) string {
	t.Helper()
	w.Clock.Advance(time.Minute)
	var out struct{ Pending, Token string }
	a := b.JSON("POST", "/api/v1/sessions", "", `{"identifier":"`+phone+`","password":"`+password+`"}`)
	must(t, json.Unmarshal([]byte(a.Body), &out))
	w.Drain(t)
	a = b.JSON("POST", "/api/v1/sessions/"+out.Pending+"/factor", "", `{"code":"`+w.Post.Code(phone)+`"}`)
	must(t, json.Unmarshal([]byte(a.Body), &out))
	if out.Token == "" {
		t.Fatal(a.Body)
	}
	return out.Token
}

// Clicks at the same moment: one of them spends the code, and that it was right
// is not lost to the others.
func TestDoubleClickOnCodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *profiletest.World) {
		token := begin(t, w, applicant())
		codes := profile.Codes{SMS: w.Post.Code(phone), Email: w.Post.Code(email)}
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() { _, _ = w.Profile.CheckCodes(w.Nobody(), token, codes) })
		}
		wait.Wait()
		if r, err := w.Profile.CheckCodes(w.Nobody(), token, codes); err != nil || !r.Confirmed() {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// Every page in English, without a Russian word of the portal's own.
func TestEnglish(t *testing.T) {
	t.Parallel()
	w := world(t, db.SQLite)
	latin := profiletest.Person(1)
	latin.LastName, latin.FirstName, latin.MiddleName, latin.Passport.IssuedBy, latin.Address = "Petrova", "Anna", "", "OVD", profile.Address{}
	owner := w.Enter(t, 1, latin, profile.Standard)
	fresh := w.Enter(t, 2, profile.Person{LastName: "Petrova", FirstName: "Anna"}, "")
	_, id := operator(t, w)
	w.Roles[id] = []identity.Role{{Name: identity.MFCOperator, Agency: "mfc", Office: "mfc-77-1"}}
	site := w.Site(t)
	for _, c := range []struct {
		b     *profiletest.Browser
		paths []string
	}{
		{site.Browser(t), []string{"/register", "/terms", "/consent", "/account-deleted"}},
		{site.SignedIn(t, owner, "sms"), []string{
			"/cabinet/profile", "/cabinet/profile/consents", "/cabinet/profile/delete", "/cabinet/profile/edit/person", "/cabinet/profile/edit/passport",
			"/cabinet/profile/edit/snils", "/cabinet/profile/edit/inn", "/cabinet/profile/edit/address",
		}},
		{site.SignedIn(t, fresh, "sms"), []string{"/cabinet/profile"}},
		{site.SignedIn(t, id, "totp"), []string{"/desk/mfc", "/desk/mfc/people/" + owner}},
	} {
		for _, path := range c.paths {
			a := c.b.Get(path, "Accept-Language", "en")
			wantPage(t, path, a, 200)
			if russian := regexp.MustCompile(`[а-яё]{3,}`).FindString(a.Body); russian != "" {
				t.Errorf("%s says %q", path, russian)
			}
		}
	}
}
