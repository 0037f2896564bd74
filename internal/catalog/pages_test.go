package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
)

// site is the room's pages in the plainest frame.
type site struct {
	http.Handler
	catalog *Catalog
	visitor Visitor
	renders int
}

// View is the visitor of the test.
func (s *site) View(context.Context) (Visitor, error) { return s.visitor, nil }

func newSite(t *testing.T) *site {
	t.Helper()
	return siteOf(t, files(t))
}

// siteOf serves the catalogue of the files.
func siteOf(t *testing.T, f fs.FS) *site {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	texts, err := i18n.New(Locale(), web.Locale())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{}
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: clk, Texts: texts}
	e.SetFrame(s.frame, func(_ *http.Request, f web.Fault) web.Page {
		return web.Page{Title: "fault", Status: f.Status, Body: templ.Raw("<h1>" + f.Key + "</h1>")}
	})
	store := web.NewStore(e, "session")
	e.SetStore(store)
	s.catalog = open(t, testkit.Open(t, db.SQLite, schema(), clk), clk, f, func(d *Deps) { d.Viewer, d.OnPublish = s, store.Drop })
	rt := web.NewRouter(e)
	s.catalog.Mount(rt)
	s.Handler = e.Handler(rt)
	return s
}

func (s *site) frame(r *http.Request, p web.Page) templ.Component {
	s.renders++
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := fmt.Fprintf(w, "<title>%s</title><meta name=description content=%q>", p.Title, p.Description)
		for _, c := range []templ.Component{p.Body, p.Aside} {
			if err == nil && c != nil {
				err = c.Render(ctx, w)
			}
		}
		return err
	})
}

func (s *site) get(t *testing.T, path, lang string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", lang)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *site) page(t *testing.T, path, lang string) *html.Node {
	t.Helper()
	w := s.get(t, path, lang)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d", path, w.Code)
	}
	n, err := html.Parse(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// all finds elements by tag and, if key is given, by a class or attribute value.
func all(n *html.Node, tag, key, value string) []*html.Node {
	var out []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == tag && (key == "" || has(c, key, value)) {
			out = append(out, c)
		}
	}
	return out
}

func has(n *html.Node, key, value string) bool {
	for _, a := range n.Attr {
		if a.Key == key && (a.Val == value || key == "class" && strings.Contains(" "+a.Val+" ", " "+value+" ")) {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestEveryPageInBothLanguages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	paths := []string{"/", "/services", "/services?q=паспорт", "/services?q=ъъъъ&agency=fns", "/services?life_event=travel&page=9"}
	for _, service := range s.catalog.Services() {
		paths = append(paths, pathOf(service))
	}
	for _, path := range paths {
		for _, lang := range i18n.Langs() {
			n := s.page(t, strings.ReplaceAll(path, "паспорт", url.QueryEscape("паспорт")), lang)
			if h := all(n, "h1", "", ""); len(h) != 1 {
				t.Errorf("%s %s: %d h1", path, lang, len(h))
			}
			body := text(n)
			if i := strings.Index(body, "[catalog"); i >= 0 {
				t.Errorf("%s %s: a text is missing: %.60s", path, lang, body[i:])
			}
			if lang == i18n.EN && strings.ContainsFunc(strings.ReplaceAll(body, "паспорт", ""), isCyrillic) {
				t.Errorf("%s: Russian on the English page: %s", path, russianPart(body))
			}
			if len(all(n, "title", "", "")) != 1 || text(all(n, "title", "", "")[0]) == "" || !described(n) {
				t.Errorf("%s %s: title or description is missing", path, lang)
			}
		}
	}
}

func described(n *html.Node) bool {
	for _, m := range all(n, "meta", "name", "description") {
		return !has(m, "content", "")
	}
	return false
}

func isCyrillic(r rune) bool { return cyrillic(string(r)) }

func russianPart(s string) string {
	i := strings.IndexFunc(s, isCyrillic)
	return s[i:min(len(s), i+60)]
}

func TestHome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.get(t, "/", "ru")
	if w.Body.Len() > 12<<10 {
		t.Errorf("the body of the home page has %d bytes", w.Body.Len())
	}
	n := s.page(t, "/", "ru")
	if forms := all(n, "form", "action", "/services"); len(forms) != 1 || len(all(forms[0], "input", "name", "q")) != 1 {
		t.Error("no search")
	}
	if cards := all(n, "article", "class", "okno-card--link"); len(cards) != 12 {
		t.Errorf("%d cards", len(cards))
	}
	for _, href := range []string{"/services?life_event=moving", "/services?category=taxes", "/services/foreign-passport", "/services"} {
		if len(all(n, "a", "href", href)) == 0 {
			t.Errorf("no link to %s", href)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		path, heading string
		cards         int
		contains      string
	}{
		{"/services", "Услуги", 8, "Найдено 8 услуг"},
		{"/services?q=" + url.QueryEscape("спровка о несудимости"), "Услуги", 1, "Мы поняли запрос так — справка несудимости"},
		{"/services?category=housing", "Жильё и недвижимость", 3, "Найдено 3 услуги"},
		{"/services?life_event=travel&agency=mvd", "Поездка за границу", 2, "Сбросить фильтры"},
		{"/services?q=qqqqwwww", "Услуги", 4, "Ничего не нашлось"},
		{"/services?q=%ff%00", "Услуги", 8, "Найдено 8 услуг"},
		{"/services?category=%3Cscript%3E", "Услуги", 4, "Ничего не нашлось"},
	} {
		n := s.page(t, c.path, "ru")
		if h := text(all(n, "h1", "", "")[0]); h != c.heading {
			t.Errorf("%s: heading %q", c.path, h)
		}
		if got := len(all(n, "article", "class", "okno-card")); got != c.cards {
			t.Errorf("%s: %d cards, want %d", c.path, got, c.cards)
		}
		if !strings.Contains(text(n), c.contains) {
			t.Errorf("%s: %q is not there", c.path, c.contains)
		}
	}
	n := s.page(t, "/services?life_event=travel", "ru")
	chosen := all(all(n, "select", "name", "life_event")[0], "option", "selected", "")
	if len(chosen) != 1 || text(chosen[0]) != "Поездка за границу" {
		t.Error("the filter is not shown as chosen")
	}
	if label := all(n, "label", "for", "filter-life_event"); len(label) != 1 {
		t.Error("the filter has no label")
	}
}

func TestServicePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	n := s.page(t, "/services/foreign-passport", "ru")
	if len(all(n, "a", "href", "/cabinet/drafts/new?service=foreign-passport")) != 1 {
		t.Error("no «Получить услугу»")
	}
	for _, id := range []string{"who", "needed", "term", "cost", "result", "steps", "refusal", "rules"} {
		if len(all(n, "h2", "id", id)) != 1 {
			t.Errorf("no section %s", id)
		}
	}
	body := text(n)
	for _, want := range []string{
		"до 30 дней образец", "от 1000 ₽ образец", "Получим сами — приносить не нужно", "6000 ₽ — На 10 лет взрослому",
		"Фотография не подходит Приложите новую фотографию", "подтверждённая — личность проверена", "ещё не сверены с законом",
		"Федеральный закон № 114-ФЗ о порядке выезда и въезда образец", "её рассмотрят за 15 рабочих дней",
	} {
		if !strings.Contains(strings.ReplaceAll(body, "\u00a0", " "), want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if nav := all(n, "nav", "class", "govuk-breadcrumbs"); len(nav) != 1 || text(nav[0]) != "Главная Услуги Заграничный паспорт" {
		t.Error("breadcrumbs")
	}
	if code := s.get(t, "/services/none", "ru").Code; code != http.StatusNotFound {
		t.Errorf("unknown service: %d", code)
	}
}

func TestServicePageSaysWhyItIsClosed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct {
		v            Visitor
		path, want   string
		draft, start bool
	}{
		{Visitor{}, "/services/foreign-passport", "", false, true},
		{Visitor{SignedIn: true}, "/services/foreign-passport", "", false, true},
		{Visitor{SignedIn: true, Level: "standard"}, "/services/foreign-passport", "Нужна подтверждённая учётная запись", true, false},
		{Visitor{SignedIn: true, Level: "simplified"}, "/services/egrn-extract", "Нужна стандартная учётная запись", true, false},
		{Visitor{SignedIn: true, Level: "confirmed"}, "/services/foreign-passport", "", false, true},
		{Visitor{SignedIn: true, Level: "confirmed", Audience: "business"}, "/services/foreign-passport", "Эта услуга для другой категории", false, false},
	} {
		s.visitor = c.v
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Language", "ru")
		r.AddCookie(&http.Cookie{Name: "session", Value: "x"}) // signed in: never from the store
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		n, err := html.Parse(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		body := text(n)
		if c.want != "" && !strings.Contains(body, c.want) || c.want == "" && strings.Contains(body, "вам недоступна") {
			t.Errorf("%+v %s: %q", c.v, c.path, c.want)
		}
		if strings.Contains(body, "Начать черновик") != c.draft || strings.Contains(body, "Получить услугу") != c.start {
			t.Errorf("%+v %s: wrong button", c.v, c.path)
		}
	}
}

func TestStoredUntilPublished(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 3 {
		s.page(t, "/services/tax-deduction", "ru")
	}
	if s.renders != 1 {
		t.Errorf("rendered %d times", s.renders)
	}
	for range 2 {
		s.page(t, "/services?q=x", "ru")
		s.page(t, "/?unknown=1", "ru")
	}
	if s.renders != 5 {
		t.Errorf("rendered %d times: searches and made-up addresses are not stored", s.renders)
	}
	f, _ := s.catalog.source.files.(interface{ ReadFile(string) ([]byte, error) })
	if f == nil {
		t.Fatal("no files")
	}
	s.catalog.onPublish()
	s.page(t, "/services/tax-deduction", "ru")
	if s.renders != 6 {
		t.Error("a stored page outlived a publishing")
	}
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.get(t, "/services/suggest?q=cghfdrf", "ru")
	var out []suggestion
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || len(out) != 1 || out[0].Href != "/services/criminal-record-certificate" || out[0].Note != "МВД России" {
		t.Errorf("%s %v", w.Body, err)
	}
	if got := strings.TrimSpace(s.get(t, "/services/suggest?q=", "ru").Body.String()); got != "[]" {
		t.Errorf("nothing: %s", got)
	}
}

func TestAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var list struct {
		Items []ServiceItem
		Total int
		Read  string
	}
	fetch(t, s, "/api/v1/services?q="+url.QueryEscape("спровка о несудимости"), &list)
	if list.Total != 1 || list.Items[0].ID != "criminal-record-certificate" || list.Read == "" || list.Items[0].AgencyTitle != "МВД России" {
		t.Errorf("%+v", list)
	}
	fetch(t, s, "/api/v1/services?per_page=3&page=3", &list)
	if list.Total != 8 || len(list.Items) != 2 {
		t.Errorf("page 3: %d of %d", len(list.Items), list.Total)
	}
	fetch(t, s, "/api/v1/services?page=1000000", &list)
	if len(list.Items) != 0 {
		t.Error("a page past the end has services")
	}
	var one ServiceDetail
	fetch(t, s, "/api/v1/services/child-benefit", &one)
	if one.Version < 1 || len(one.Steps) != 6 || len(one.Steps[1].Groups) != 1 || one.Steps[1].Groups[0].Max != 20 || !one.Who[0].Sample {
		t.Errorf("%+v", one)
	}
	var codes struct{ Categories, LifeEvents, Audiences []CategoryItem }
	fetch(t, s, "/api/v1/categories", &codes)
	if len(codes.Categories) != 6 || codes.Categories[0].Count != 5 {
		t.Errorf("%+v", codes)
	}
	if w := s.get(t, "/api/v1/services/none", "en"); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "There is no such service") {
		t.Errorf("unknown: %d %s", w.Code, w.Body)
	}
}

func fetch(t *testing.T, s *site, path string, into any) {
	t.Helper()
	w := s.get(t, path, "ru")
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
