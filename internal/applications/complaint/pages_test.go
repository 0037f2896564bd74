package complaint

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

// site is the pages and the API in a plain frame; the actor is chosen by a header.
type site struct {
	b    *bundle
	edge *web.Edge
	rt   *web.Router
}

func newSite(t *testing.T) *site {
	t.Helper()
	b := setup(t, testkit.Open(t, db.SQLite, schema(), nil))
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: b.clock, Texts: b.texts, Proxies: []netip.Prefix{}}
	e.SetFrame(func(_ *http.Request, p web.Page) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return p.Body.Render(ctx, w)
		})
	}, func(_ *http.Request, f web.Fault) web.Page {
		return web.Page{Title: f.Key, Status: f.Status, Body: templ.Raw("<h1>" + f.Key + "</h1>")}
	})
	actors := map[string]context.Context{
		"anna": b.citizen(), "boris": b.as("boris"), "officer": b.officer(), "officer2": b.officer2(), "head": b.head(), "higher": b.higher(),
		"admin": b.as("admin", identity.Role{Name: identity.Administrator}),
	}
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		if who, ok := actors[r.Header.Get("X-Actor")]; ok {
			ctx = identity.WithActor(ctx, identity.ActorOf(who))
		}
		return ctx, nil
	})
	s := &site{b, e, web.NewRouter(e)}
	b.Mount(s.rt)
	return s
}

func (s *site) do(who, method, path, kind, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Actor", who)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	s.edge.Handler(s.rt).ServeHTTP(w, r)
	return w
}

func (s *site) get(who, path string) *httptest.ResponseRecorder {
	return s.do(who, "GET", path, "", "")
}

func (s *site) post(who, path string, v url.Values) *httptest.ResponseRecorder {
	return s.do(who, "POST", path, "application/x-www-form-urlencoded", v.Encode())
}

// step posts and gives the address to which it leads.
func (s *site) step(t *testing.T, who, path string, v url.Values) string {
	t.Helper()
	w := s.post(who, path, v)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("%s: %d %.600s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func (s *site) holds(t *testing.T, who, path string, want ...string) {
	t.Helper()
	w := s.get(who, path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %.300s", who, path, w.Code, w.Body)
	}
	if strings.Count(w.Body.String(), "<h1") != 1 {
		t.Errorf("%s has not one heading", path)
	}
	for _, x := range want {
		if !strings.Contains(w.Body.String(), x) {
			t.Errorf("%s does not say %q", path, x)
		}
	}
}

func TestJourneyByPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	application := s.b.refused(t)
	s.holds(t, "anna", "/cabinet/complaints", "Обращений нет")
	s.holds(t, "anna", "/cabinet/applications/"+application+"/complain", "15 рабочих дней", "Написать жалобу")
	draft := s.step(t, "anna", "/cabinet/applications/"+application+"/complain", nil)
	s.holds(t, "anna", draft, application, "Нет сведений", `value="refusal" checked`)
	if w := s.post("anna", draft, url.Values{"ground": {"refusal"}, "wants": {"Отменить"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#text"`) {
		t.Fatalf("%d %.300s", w.Code, w.Body)
	}
	if at := s.get("anna", draft+"/check").Header().Get("Location"); at != draft {
		t.Errorf("the check of an incomplete draft leads to %q", at)
	}
	check := s.step(t, "anna", draft, url.Values{"ground": {"refusal"}, "text": {"Сведения <b>были</b>"}, "wants": {"Отменить"}})
	s.holds(t, "anna", check, "Сведения &lt;b&gt;были", "Отправить жалобу")
	s.holds(t, "anna", "/cabinet/complaints", "Черновик жалобы")
	card := s.step(t, "anna", draft+"/send", nil)
	number := strings.TrimPrefix(card, "/cabinet/complaints/")
	s.holds(t, "anna", card, "Отправлена", "Отозвать жалобу")
	desk := "/desk/complaints/" + number
	s.holds(t, "officer2", "/desk/complaints", number)
	s.holds(t, "officer2", desk, "Зарегистрировать", "Имя", "210-ФЗ, ст. 11.1")
	s.step(t, "officer2", desk+"/register", nil)
	s.step(t, "officer2", desk+"/take", nil)
	if w := s.post("officer2", desk+"/decide", url.Values{}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `href="#verdict"`) {
		t.Fatalf("%d", w.Code)
	}
	s.step(t, "officer2", desk+"/decide", url.Values{"verdict": {"refuse"}, "measure": {"cancel"}, "words": {"Нарушений нет"}})
	s.holds(t, "anna", card, "Нарушений нет", "Скачать ответ", "Пожаловаться в вышестоящий орган", "higher")
	appeal := s.step(t, "anna", card+"/appeal", nil)
	s.holds(t, "anna", appeal, "Ответ на первую жалобу", "Нарушений нет")
	above := s.step(t, "anna", s.step(t, "anna", appeal, url.Values{"text": {"Не согласна"}})[:len(appeal)]+"/send", nil)
	s.holds(t, "higher", "/desk/complaints", strings.TrimPrefix(above, "/cabinet/complaints/"))
	s.holds(t, "officer2", "/desk/complaints?closed=1", number)
	s.holds(t, "anna", above+"/withdraw", "Да, отозвать")
	s.step(t, "anna", above+"/withdraw", nil)
	s.holds(t, "anna", above, "Отозвана")
}

func TestWhoComesIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	application := s.b.refused(t)
	number := s.b.complain(t, application, "refusal")
	file := s.b.card1(t, number).Files[0].ID
	mine, desk := "/cabinet/complaints/"+number, "/desk/complaints/"+number
	for _, path := range []string{mine, mine + "/card", mine + "/withdraw", mine + "/files/" + file, desk, desk + "/files/" + file} {
		want := map[string]int{"": http.StatusSeeOther, "boris": http.StatusNotFound, "admin": http.StatusForbidden}
		if strings.HasPrefix(path, "/desk") {
			want = map[string]int{
				"": http.StatusSeeOther, "anna": http.StatusForbidden, "admin": http.StatusForbidden, "officer": http.StatusForbidden,
				"higher": http.StatusNotFound, "officer2": http.StatusOK, "head": http.StatusOK,
			}
		} else {
			want["anna"], want["officer2"] = http.StatusOK, http.StatusForbidden
		}
		for who, code := range want {
			if w := s.get(who, path); w.Code != code {
				t.Errorf("%q at %s: %d, not %d", who, path, w.Code, code)
			}
		}
	}
}

func TestTheAPIOffersTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	application := s.b.refused(t)
	ask := func(who, method, path, body string) map[string]any {
		t.Helper()
		w := s.do(who, method, path, "application/json", body)
		var out map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %.400s", method, path, w.Code, w.Body)
		}
		return out
	}
	made := ask("anna", "POST", "/api/v1/applications/"+application+"/complain", `{"ground":"refusal","text":"Нет","files":[{"name":"a.txt","content":"aGVsbG8="}]}`)
	number, _ := made["number"].(string)
	if number == "" || made["status"] != "sent" || made["text"] != "Нет" {
		t.Fatalf("%v", made)
	}
	desk := "/api/v1/desk/complaints/" + number
	ask("head", "POST", desk+"/register", `{}`)
	ask("head", "POST", desk+"/take", `{}`)
	if got := ask("head", "GET", desk, ""); got["status"] != "in_work" {
		t.Errorf("%v", got)
	}
	if got := ask("head", "POST", desk+"/decide", `{"verdict":"partly","measure":"other","words":"Частично"}`); got["status"] != "partly" {
		t.Errorf("%v", got)
	}
	got := ask("anna", "GET", "/api/v1/complaints/"+number, "")
	if got["above"] != "higher" || got["answer"] != "Частично" || got["document"] == "" {
		t.Errorf("%v", got)
	}
	above := ask("anna", "POST", "/api/v1/complaints/"+number+"/appeal", `{"text":"Ещё"}`)
	if above["step"] != 2.0 || above["body"] != "higher" {
		t.Errorf("%v", above)
	}
	upper, _ := above["number"].(string)
	ask("anna", "POST", "/api/v1/complaints/"+upper+"/withdraw", `{}`)
	if list, _ := ask("anna", "GET", "/api/v1/complaints", "")["complaints"].([]any); len(list) != 2 {
		t.Errorf("%v", list)
	}
	if list, _ := ask("officer2", "GET", "/api/v1/desk/complaints?closed=true", "")["complaints"].([]any); len(list) != 1 {
		t.Errorf("%v", list)
	}
}
