package cabinet

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/notify"
	"okno/internal/profile"
)

func TestHomeTellsWhatToDoFirst(t *testing.T) {
	t.Parallel()
	b := &below{
		level: profile.Standard,
		cases: []cases.Row{row("01", cases.InWork), row("02", cases.Waiting), row("03", cases.Approved), row("04", cases.Refused)},
		drafts: []draft.Row{{
			ID: "d1", Title: forms.Text{RU: "Черновик услуги"}, StepTitle: forms.Text{RU: "Доходы"}, UpdatedAt: db.At(testkit.Start),
		}},
		notices: []notify.Notice{{ID: "n1", Subject: "Старое", Read: true, At: db.At(testkit.Start)}, {ID: "n2", Subject: "Свежее", At: db.At(testkit.Start.Add(-24 * time.Hour))}},
	}
	call := site(t, b)
	w := call("anna", "/cabinet", nil)
	body := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(body, "[cabinet.") || strings.Count(body, "<h1") != 1 {
		t.Fatalf("%d %s", w.Code, body)
	}
	inOrder(t, body, "Здравствуйте, Анна", "Ведомство ждёт вашего ответа", "Результат готов", "Подтвердите личность", "Черновик услуги", "«Доходы»",
		"Активные", "1234-5678-9001", "осталось 4 рабочих дня", "Завершённые", "1234-5678-9004", "Популярные", "Свежее", "Вчера в", "Старое")
	if b.asked != 5 {
		t.Errorf("%d questions to the rooms below", b.asked)
	}
	if len(body) > 12<<10 {
		t.Errorf("%d bytes without the frame", len(body))
	}
	for _, who := range b.whose {
		if who != "anna" {
			t.Errorf("asked for %q", who)
		}
	}
}

func inOrder(t *testing.T, body string, parts ...string) {
	t.Helper()
	at := 0
	for _, p := range parts {
		i := strings.Index(body[at:], p)
		if i < 0 {
			t.Fatalf("%q is not where it should be", p)
		}
		at += i
	}
}

func TestHomeOfABeginner(t *testing.T) {
	t.Parallel()
	body := site(t, &below{level: profile.Simplified})("anna", "/cabinet", nil).Body.String()
	inOrder(t, body, "Заполните личные данные", "Заявлений пока нет", "Уведомлений нет")
	halted := row("02", cases.Waiting)
	halted.Stage, halted.Left.Paused = cases.Suspended, true // by the agency: nothing is asked of the person
	calm := site(t, &below{level: profile.Confirmed, cases: []cases.Row{row("01", cases.InWork), halted}})("anna", "/cabinet", nil).Body.String()
	inOrder(t, calm, "ничего не требуется", "Активные")
	halted.Stage = cases.Payment
	pays := site(t, &below{level: profile.Confirmed, cases: []cases.Row{halted}})("anna", "/cabinet", nil).Body.String()
	inOrder(t, pays, "Нужна оплата", "ждёт оплаты", "Открыть заявление", "Ждём оплату")
}

func TestHomeOfSomebodyWithVeryManyApplications(t *testing.T) {
	t.Parallel()
	b := &below{level: profile.Confirmed}
	for i := range 50 {
		b.cases = append(b.cases, row(strconv.Itoa(10+i), cases.InWork))
	}
	body := site(t, b)("anna", "/cabinet", nil).Body.String()
	if n := strings.Count(body, "1234-5678-90"); n != 2*homeActive || !strings.Contains(body, "group=active") || len(b.filters) != 2 {
		t.Errorf("%d numbers, %d questions", n, len(b.filters))
	}
}

func TestDeadlineInWords(t *testing.T) {
	t.Parallel()
	b := &below{}
	call := site(t, b)
	for want, change := range map[string]func(*cases.Row){
		"осталось 4 рабочих дня":       func(*cases.Row) {},
		"остался 1 рабочий день":       func(r *cases.Row) { r.Left.WorkingDays = 1 },
		"Решение сегодня":              func(r *cases.Row) { r.Left.WorkingDays = 0 },
		"срок истёк 20":                func(r *cases.Row) { r.Left.Overdue = true },
		"Ждём вас":                     func(r *cases.Row) { r.Status, r.Left.Paused = cases.Waiting, true },
		"приостановило рассмотрение":   func(r *cases.Row) { r.Status, r.Stage, r.Left.Paused = cases.Waiting, cases.Suspended, true },
		"подано 16":                    func(r *cases.Row) { r.Due = cases.Due{} },
		`okno-status--done">COMPLETED`: func(r *cases.Row) { r.Status = cases.Completed },
	} {
		r := row("01", cases.InWork)
		change(&r)
		b.cases = []cases.Row{r}
		if body := call("anna", "/cabinet/applications", nil).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestApplicationsAreNarrowed(t *testing.T) {
	t.Parallel()
	b := &below{drafts: []draft.Row{{ID: "d1", Title: forms.Text{RU: "Мой черновик"}}}}
	for i := range pageSize + 1 {
		b.cases = append(b.cases, row(strconv.Itoa(10+i), cases.InWork))
	}
	call := site(t, b)
	body := call("anna", "/cabinet/applications", nil).Body.String()
	inOrder(t, body, "Мой черновик", "1234-5678-9010", "after=7.x")
	body = call("anna", "/cabinet/applications?group=finished&status=refused&service=passport&period=year&after=9.y", nil).Body.String()
	if strings.Contains(body, "Мой черновик") || !strings.Contains(body, "<details class=\"govuk-details\" open") {
		t.Error("a narrowed list shows drafts, or hides how it is narrowed")
	}
	want := cases.ListFilter{Group: cases.Finished, Status: []cases.Status{cases.Refused}, Service: "passport", From: "2025-11-16", After: "9.y", Limit: pageSize}
	if diff := cmp.Diff(want, b.filters[1]); diff != "" {
		t.Error(diff)
	}
	body = call("anna", "/cabinet/applications?group=drafts", nil).Body.String()
	if !strings.Contains(body, "Мой черновик") || len(b.filters) != 2 {
		t.Error("drafts alone")
	}
	b.cases, b.drafts = nil, nil
	for path, want := range map[string]string{"?status=refused": "Таких заявлений нет", "?group=drafts": "Черновиков нет", "": "Заявлений пока нет"} {
		if !strings.Contains(call("anna", "/cabinet/applications"+path, nil).Body.String(), want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	b := &below{notices: []notify.Notice{
		{ID: "n1", Subject: "Прочитано", Read: true, Text: "а"},
		{ID: "n2", Subject: "Новость", Text: "строка\n\nвторая", Link: "/cabinet/documents"},
		{ID: "n3", Subject: "Без ссылки", Text: "сам текст", Kind: "security"},
		{ID: "n4", Subject: "Чужая ссылка", Link: "https://evil.example/"},
	}}
	call := site(t, b)
	inOrder(t, call("anna", "/cabinet/notices", nil).Body.String(), "Отметить все", "Новость", "строка", "вторая", "Без ссылки", "Прочитано")
	for path, want := range map[string]string{"n2": "/cabinet/documents", "n4": "/cabinet/notices"} {
		if w := call("anna", "/cabinet/notices/"+path, nil); w.Header().Get("Location") != want {
			t.Errorf("%s leads to %q", path, w.Header().Get("Location"))
		}
	}
	if w := call("anna", "/cabinet/notices/n3", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "сам текст") {
		t.Errorf("%d", w.Code)
	}
	if w := call("anna", "/cabinet/notices/other", nil); w.Code != http.StatusNotFound {
		t.Errorf("a notice that is not there: %d", w.Code)
	}
	b.read = nil
	call("anna", "/cabinet/notices/read", url.Values{"id": {"n2"}})
	call("anna", "/cabinet/notices/read", url.Values{})
	if diff := cmp.Diff([]string{"n2", ""}, b.read); diff != "" {
		t.Error(diff)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := &below{}
	call := site(t, b)
	if body := call("anna", "/cabinet/settings?saved=1", nil).Body.String(); !strings.Contains(body, "Настройки сохранены") || !strings.Contains(body, `value="ru" checked`) {
		t.Error(body)
	}
	w := call("anna", "/cabinet/settings", url.Values{"lang": {"en"}, "view": {"contrast"}})
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || to.Path != "/prefs" || to.Query().Get("lang") != "en" || to.Query().Get("contrast") != "high" || to.Query().Get("type") != "off" || b.lang != "en" {
		t.Errorf("%v %v", to, b.lang)
	}
	call("anna", "/cabinet/settings", url.Values{"lang": {"xx"}})
	if b.lang != "ru" {
		t.Errorf("an unknown language became %q", b.lang)
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	call := site(t, &below{})
	for _, path := range []string{
		"/cabinet", "/cabinet/home/fragment", "/cabinet/applications", "/cabinet/notices", "/cabinet/notices/fragment", "/cabinet/notices/n1", "/cabinet/settings",
	} {
		if w := call("", path, nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login?to=") {
			t.Errorf("%s without a session: %d", path, w.Code)
		}
		for _, role := range []string{"officer", "head", "mfc_operator", "support_operator", "administrator", "auditor", "integrator"} {
			if w := call("x "+role, path, nil); w.Code != http.StatusForbidden {
				t.Errorf("%s as %s: %d", path, role, w.Code)
			}
		}
	}
	for _, path := range []string{"/cabinet/notices/read", "/cabinet/settings", "/cabinet/recommendations/hide"} {
		if w := call("", path, url.Values{}); w.Code != http.StatusUnauthorized {
			t.Errorf("POST %s without a session: %d", path, w.Code)
		}
		if w := call("x administrator", path, url.Values{}); w.Code != http.StatusForbidden {
			t.Errorf("POST %s as administrator: %d", path, w.Code)
		}
	}
}

func TestBrokenRoomsGiveAnErrorPage(t *testing.T) {
	t.Parallel()
	call := site(t, &below{broken: true})
	for _, path := range []string{"/cabinet", "/cabinet/home/fragment", "/cabinet/applications", "/cabinet/notices", "/cabinet/notices/fragment"} {
		if w := call("anna", path, nil); w.Code < 500 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	b := &below{notices: []notify.Notice{{ID: "n1", Subject: "Новость", Kind: "status", At: db.At(testkit.Start)}, {ID: "n2"}}}
	call := site(t, b)
	w := call("anna", "/api/v1/notices?limit=1", nil)
	if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, `"subject":"Новость"`) || strings.Contains(body, "n2") {
		t.Errorf("%d %s", w.Code, body)
	}
	for who, want := range map[string]int{"": http.StatusUnauthorized, "x officer": http.StatusForbidden} {
		for _, path := range []string{"/api/v1/notices", "/api/v1/recommendations"} {
			if w := call(who, path, nil); w.Code != want {
				t.Errorf("%s as %q: %d", path, who, w.Code)
			}
		}
	}
}
