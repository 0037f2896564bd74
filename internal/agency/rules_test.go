package agency

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

func TestPick(t *testing.T) {
	t.Parallel()
	r := Rules{
		Workers: []Worker{
			{Account: "a", Capacity: 10, GivenAt: 5},
			{Account: "b", Capacity: 2, GivenAt: 1},
			{Account: "c", Capacity: 5, Services: []string{"x"}},
			{Account: "away", Capacity: 9},
			{Account: "none"},
		},
		Leaves: []Leave{{Account: "away", Substitute: "a", From: "2026-01-01", To: "2026-01-10"}},
	}
	for _, c := range []struct {
		method  Method
		service string
		load    map[string]int
		want    []string
	}{
		{Turns, "y", nil, []string{"b", "a"}},
		{Turns, "x", nil, []string{"c", "b", "a"}},
		{Turns, "y", map[string]int{"b": 2}, []string{"a"}},
		{Least, "y", map[string]int{"a": 4, "b": 1}, []string{"a", "b"}},
		{Least, "y", map[string]int{"a": 6, "b": 1}, []string{"b", "a"}},
	} {
		r.Method = c.method
		if got := r.Pick(c.service, c.load, "2026-01-05"); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if got := r.StandsFor("a", "2026-01-10"); !slices.Equal(got, []string{"away"}) || r.StandsFor("a", "2026-01-11") != nil {
		t.Errorf("stands for %v", got)
	}
}

func TestTemplateFill(t *testing.T) {
	t.Parallel()
	x := Template{Body: "№ {number}, {service} {number}"}
	if got := x.Fill(map[string]string{"number": "1", "service": "Паспорт"}); got != "№ 1, Паспорт 1" || x.Unknown() != "" {
		t.Error(got)
	}
	for _, body := range []string{"{nobody}", "{", "a {number} {x"} {
		if (Template{Body: body}).Unknown() == "" && body != "{" {
			t.Errorf("%s is taken", body)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("№ {number}")
	f.Add("{{}{")
	f.Fuzz(func(t *testing.T, body string) {
		x := Template{Body: body}
		if x.Unknown() == "" && strings.Contains(x.Fill(map[string]string{}), "{number}") {
			t.Error("a place was left")
		}
	})
}

func TestRulesOfAnAgency(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	testkit.Each(t, testkit.Of(Migrations(), audit.Migrations(), secret.Migrations()), clk, func(t *testing.T, d *db.DB) {
		r := room(t, d)
		system := identity.AsSystem(context.Background())
		for _, m := range []Member{{Account: "head", Agency: "mvd", Role: identity.Head}, {Account: "off", Agency: "mvd", Role: identity.Officer}, {Account: "off2", Agency: "mvd", Role: identity.Officer}} {
			must(t, d.Write(system, func(ctx context.Context, tx *db.Tx) error { return r.AddStaff(ctx, tx, m) }))
		}
		head := as("head", identity.Head)
		must(t, r.SetRules(head, "mvd", Least, "head"))
		must(t, r.SetWorker(head, "mvd", Worker{Account: "off", Capacity: 7, Services: []string{"a", "b"}}))
		today := r.Today("mvd")
		day, err := time.Parse(time.DateOnly, string(today)) // the agency's day, not the machine's
		must(t, err)
		tomorrow := db.DateOf(day.AddDate(0, 0, 1))
		must(t, r.AddLeave(head, "mvd", Leave{Account: "off", Substitute: "off2", From: today, To: tomorrow}))
		must(t, r.Declare(as("off", identity.Officer), "mvd", "off", "112-233-445 95", "relative"))
		must(t, r.SaveTemplate(head, "mvd", Template{Outcome: ForRefuse, Title: "Нет сведений", Body: "По делу {number} сведений нет"}))
		rules, err := r.Rules(head, "mvd")
		must(t, err)
		if rules.Method != Least || rules.Superior != "head" || rules.Worker("off").Capacity != 7 || !rules.Away("off", today) ||
			len(rules.Indexes("off")) != 1 || len(rules.TemplatesFor("any", ForRefuse)) != 1 {
			t.Errorf("%+v", rules)
		}
		refused := map[string]error{
			"an officer sets rules":      r.SetRules(as("off", identity.Officer), "mvd", Turns, ""),
			"another agency's head":      r.SetRules(as("x", identity.Auditor), "mvd", Turns, ""),
			"an officer frees itself":    r.Withdraw(as("off", identity.Officer), "mvd", rules.Interests[0].ID),
			"declared for a colleague":   r.Declare(as("off", identity.Officer), "mvd", "off2", "112-233-445 95", "other"),
			"an officer writes template": r.SaveTemplate(as("off", identity.Officer), "mvd", Template{}),
		}
		for what, err := range refused {
			if !errors.Is(err, identity.ErrForbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
		wrong := map[string]error{
			"method":     r.SetRules(head, "mvd", "lottery", ""),
			"superior":   r.SetRules(head, "mvd", Turns, "stranger"),
			"substitute": r.AddLeave(head, "mvd", Leave{Account: "off", Substitute: "off", From: today, To: today}),
			"order":      r.AddLeave(head, "mvd", Leave{Account: "off", From: tomorrow, To: today}),
			"place":      r.SaveTemplate(head, "mvd", Template{Outcome: ForAsk, Title: "x", Body: "{snils}"}),
			"snils":      r.Declare(head, "mvd", "off", "1", "relative"),
		}
		for what, err := range wrong {
			if !errors.Is(err, ErrFields) {
				t.Errorf("%s: %v", what, err)
			}
		}
		must(t, r.EndLeave(head, "mvd", rules.Leaves[0].ID))
		must(t, r.Withdraw(head, "mvd", rules.Interests[0].ID))
		must(t, r.DeleteTemplate(head, "mvd", rules.Templates[0].ID))
		lines, err := r.audit.Find(head, audit.Filter{Actor: "head", Limit: 50})
		must(t, err)
		if len(lines) != 7 {
			t.Errorf("%d lines in the journal", len(lines))
		}
	})
}

func as(account string, role identity.RoleName) context.Context {
	return identity.WithActor(context.Background(), identity.Actor{ID: account, Roles: []identity.Role{{Name: role, Agency: "mvd"}}})
}

func TestPagesByRole(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, db.SQLite, testkit.Of(Migrations(), audit.Migrations(), secret.Migrations()), clock.NewFake(testkit.Start))
	r := room(t, d)
	must(t, d.Write(identity.AsSystem(context.Background()), func(ctx context.Context, tx *db.Tx) error {
		return r.AddStaff(ctx, tx, Member{Account: "x", Agency: "mvd", Role: identity.Head})
	}))
	call := site(t, r)
	for role, want := range map[string]int{"head": 200, "officer": 403, "auditor": 403, "administrator": 403, "": 403} {
		if w := call(role, "/desk/agency", nil); w.Code != want || strings.Contains(w.Body.String(), "[agency.") {
			t.Errorf("%s: %d %s", role, w.Code, w.Body)
		}
	}
	for role, want := range map[string]int{"head": 200, "officer": 200, "auditor": 403} {
		if w := call(role, "/desk/interests", nil); w.Code != want || strings.Contains(w.Body.String(), "[agency.") {
			t.Errorf("declaring as %s: %d", role, w.Code)
		}
	}
	w := call("head", "/desk/agency/templates", url.Values{"agency": {"mvd"}, "title": {"Т"}, "outcome": {"ask"}, "body": {"{snils}"}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#template-body"`) || !strings.Contains(w.Body.String(), "{snils}") {
		t.Errorf("%d", w.Code)
	}
	if w := call("head", "/desk/agency/rules", url.Values{"agency": {"fns"}, "method": {"least"}}); w.Code != http.StatusForbidden {
		t.Errorf("another agency: %d", w.Code)
	}
	if w := call("head", "/desk/agency/rules", url.Values{"agency": {"mvd"}, "method": {"least"}}); w.Code != http.StatusSeeOther {
		t.Errorf("saved: %d", w.Code)
	}
}

func site(t *testing.T, r *Room) func(role, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	texts, err := i18n.New(web.Locale(), identity.Locale(), Locale())
	must(t, err)
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: clock.NewFake(testkit.Start), Texts: texts}
	e.SetFrame(func(_ *http.Request, p web.Page) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			if p.Body == nil {
				return nil
			}
			return p.Body.Render(ctx, w)
		})
	}, func(_ *http.Request, f web.Fault) web.Page { return web.Page{Title: f.Key, Status: f.Status} })
	e.Before(func(ctx context.Context, req *http.Request) (context.Context, error) {
		a := identity.Actor{ID: "x"}
		if role := req.Header.Get("X-Role"); role != "" {
			a.Roles = []identity.Role{{Name: identity.RoleName(role), Agency: "mvd"}}
		}
		return identity.WithActor(ctx, a), nil
	})
	rt := web.NewRouter(e)
	r.Mount(rt)
	h := e.Handler(rt)
	return func(role, path string, form url.Values) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodGet, path, nil)
		if form != nil {
			req = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		req.Header.Set("X-Role", role)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w
	}
}
