package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
)

const officer = "off officer:mvd"

func queued(number string, days int, change func(*cases.QueueRow)) cases.QueueRow {
	r := cases.QueueRow{
		Number: number, Title: forms.Text{RU: "Загранпаспорт"}, Status: cases.Accepted, Version: 5, SubmittedAt: db.At(testkit.Start),
		Due: cases.Due{At: 1, Date: "2026-11-20"}, Left: cases.Left{WorkingDays: days, Overdue: days < 0, Soon: days >= 0 && days <= 2}, Initials: "П. А. И.",
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestQueue(t *testing.T) {
	t.Parallel()
	b := &below{next: "7.x", rows: []cases.QueueRow{
		queued("1111-1111-1111", -3, nil),
		queued("2222-2222-2222", 0, func(r *cases.QueueRow) { r.Status, r.AssignedTo, r.Mine = cases.InWork, "off", true }),
		queued("3333-3333-3333", 2, func(r *cases.QueueRow) { r.Status, r.AssignedTo = cases.InWork, "other" }),
		queued("4444-4444-4444", 9, func(r *cases.QueueRow) {
			r.Status, r.AssignedTo, r.Left.Paused = cases.Waiting, "other", true
		}),
		queued("6666-6666-6666", 9, func(r *cases.QueueRow) {
			r.Status, r.Stage, r.AssignedTo, r.Left.Paused = cases.Waiting, cases.Suspended, "other", true
		}),
		queued("5555-5555-5555", 9, func(r *cases.QueueRow) { r.Due = cases.Due{} }),
	}}
	call := site(t, room(t, b))
	w := call(officer, "/desk?tab=overdue&status=in_work&service=passport&after=5.y", nil)
	body := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(body, "[desk.") || strings.Count(body, "<h1") != 1 {
		t.Fatalf("%d %s", w.Code, body)
	}
	inOrder(t, body, "agency mvd", "Взять следующее", "1000+", "Мои", "3",
		"1111-1111-1111", "П. А. И.", "16.11.2026", "20.11.2026", "Просрочено на 3 рабочих дня", "Взять заявление 1111-1111-1111",
		"2222-2222-2222", "Сегодня", "У вас", "3333-3333-3333", "2 рабочих дня", "login-other",
		"4444-4444-4444", "ждёт заявителя", "WAITING", "login-other", "6666-6666-6666", "срок не идёт", "5555-5555-5555", "без срока", "after=7.x")
	if strings.Contains(body, "+7999") || strings.Contains(body, `value="tax"`) {
		t.Error("a phone of staff, or a service of another agency")
	}
	want := cases.QueueFilter{Due: cases.DueOverdue, Status: []cases.Status{cases.InWork}, Service: "passport", After: "5.y", Limit: pageSize}
	if diff := cmp.Diff(want, b.filters[0]); diff != "" {
		t.Error(diff)
	}
	if b.opened != 1 {
		t.Errorf("%d accounts opened for one colleague", b.opened)
	}
	for tab, want := range map[string]cases.QueueFilter{
		"": {}, "mine": {Assigned: cases.ByMe}, "free": {Assigned: cases.ByNobody}, "closed": {Closed: true, Order: cases.ByNewest},
	} {
		want.Limit = pageSize
		if diff := cmp.Diff(want, choice{Tab: tab}.filter()); diff != "" {
			t.Errorf("%s: %s", tab, diff)
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

func TestSearchByNumber(t *testing.T) {
	t.Parallel()
	call := site(t, room(t, &below{}))
	if w := call(officer, "/desk?q=1234", nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#search"`) || !strings.Contains(w.Body.String(), `value="1234"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	number := id.Number()
	if w := call(officer, "/desk?q="+strings.ReplaceAll(number, "-", "+"), nil); w.Header().Get("Location") != "/desk/applications/"+number {
		t.Errorf("%s leads to %q", number, w.Header().Get("Location"))
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	b := &below{rows: []cases.QueueRow{queued("1111-1111-1111", 1, nil), queued("2222-2222-2222", 2, nil)}, busy: map[string]error{"1111-1111-1111": cases.ErrTaken}}
	call := site(t, room(t, b))
	w := call(officer, "/desk/queue/take", url.Values{"key": {"k1"}})
	if w.Header().Get("Location") != "/desk/applications/2222-2222-2222" || b.taken[1].Version != 5 || b.taken[1].Key != "k1" {
		t.Errorf("%d %s %+v", w.Code, w.Header(), b.taken)
	}
	if w := call(officer, "/desk/queue/take", url.Values{"number": {"1111-1111-1111"}}); w.Code != http.StatusConflict {
		t.Errorf("taken from a colleague: %d", w.Code)
	}
	b.rows = nil
	if w := call(officer, "/desk/queue/take", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("nothing to take: %d", w.Code)
	}
}

func TestHomeByRole(t *testing.T) {
	t.Parallel()
	call := site(t, room(t, &below{}))
	for who, want := range map[string]string{
		"a mfc_operator:mfc": "/desk/mfc", "a support_chief": "/desk/tickets", "a administrator": "/desk/system", "a auditor": "/desk/journal",
	} {
		if w := call(who, "/desk", nil); w.Header().Get("Location") != want {
			t.Errorf("%s is led to %q", who, w.Header().Get("Location"))
		}
	}
	for _, who := range []string{officer, "a head:mvd", "a integrator"} {
		if w := call(who, "/desk", nil); w.Code != http.StatusOK {
			t.Errorf("%s: %d", who, w.Code)
		}
	}
}

func TestGuards(t *testing.T) {
	t.Parallel()
	call := site(t, room(t, &below{}))
	in := map[string][]string{
		"/desk/queue/fragment": {"officer:mvd", "head:mvd"}, "/desk/system": {"administrator"},
		"/desk/journal": {"auditor"}, "/desk/journal/export": {"auditor"},
	}
	roles := []string{
		"officer:mvd", "head:mvd", "mfc_operator:mfc", "support_operator", "support_specialist", "support_chief", "administrator", "auditor", "integrator",
	}
	for path, allowed := range in {
		if w := call("", path, nil); w.Code != http.StatusSeeOther {
			t.Errorf("%s without a session: %d", path, w.Code)
		}
		if w := call("anna", path, nil); w.Code != http.StatusForbidden {
			t.Errorf("%s as a citizen: %d", path, w.Code)
		}
		for _, role := range roles {
			want := http.StatusForbidden
			if strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+role+" ") {
				want = http.StatusOK
			}
			if w := call("x "+role, path, nil); w.Code != want {
				t.Errorf("%s as %s: %d, want %d", path, role, w.Code, want)
			}
		}
	}
	for _, path := range []string{"/desk/queue/take", "/desk/queue/bulk", "/desk/search", "/desk/filters", "/desk/filters/x/delete", "/desk/system/jobs/7/retry"} {
		for who, want := range map[string]int{"": http.StatusUnauthorized, "anna": http.StatusForbidden, "x auditor": http.StatusForbidden} {
			if w := call(who, path, url.Values{}); w.Code != want {
				t.Errorf("POST %s as %q: %d", path, who, w.Code)
			}
		}
	}
	if w := call("anna", "/desk", nil); w.Code != http.StatusForbidden {
		t.Errorf("the desk as a citizen: %d", w.Code)
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()
	b := &below{}
	up := Party{Name: "smtp", Check: func(context.Context) error { return nil }}
	down := Party{Name: "smpp", Check: func(context.Context) error { return errors.New("connection refused\nand more") }}
	call := site(t, room(t, b, up, down))
	body := call("adm administrator", "/desk/system?retried=1", nil).Body.String()
	inOrder(t, body, "заново", "Остановлены", "2", "Ждут", "7", "Почта", "Отвечает", "СМС", "Не отвечает", "connection refused", "notify.deliver", "refused",
		"tax/service.yaml:3:1", "passport", "agency mvd", "3", "login-off", "Весь портал", "Сотрудник ведомства, Руководитель", "login-offmvd", "agency mvd")
	for _, secret := range []string{"[desk.", "+7999", "and more", "by the other side"} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if w := call("adm administrator", "/desk/system/jobs/77/retry", url.Values{}); w.Code != http.StatusSeeOther || len(b.retried) != 1 || b.looks[0].Object != "job:77" {
		t.Errorf("%d %v %+v", w.Code, b.retried, b.looks)
	}
	if w := call("adm administrator", "/desk/system/jobs/x/retry", url.Values{}); w.Code != http.StatusNotFound {
		t.Errorf("no number: %d", w.Code)
	}
	for _, who := range []string{"", "anna", "u auditor", officer} {
		_, err := room(t, b).system(as(who))
		if errs.KindOf(err) != errs.Forbidden || errs.KindOf(room(t, b).retry(as(who), 1)) != errs.Forbidden {
			t.Errorf("%q sees the system: %v", who, err)
		}
	}
}

func TestPartyThatHangsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hangs := Party{Name: "slow", Check: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		start := time.Now()
		states := room(t, &below{}, hangs, hangs).check(t.Context())
		if time.Since(start) > checkTime || states[0].Fault == "" || states[1].Fault == "" {
			t.Errorf("%+v after %s", states, time.Since(start))
		}
	})
}

func TestTopics(t *testing.T) {
	t.Parallel()
	for who, want := range map[string][]string{
		"o officer:mvd head:fns officer:fns": {"o", "agency:mvd", "agency:fns"}, "s support_operator": {"s", "support"}, "a auditor": {"a"},
	} {
		if diff := cmp.Diff(want, Topics(actorOf(who))); diff != "" {
			t.Error(diff)
		}
	}
}
