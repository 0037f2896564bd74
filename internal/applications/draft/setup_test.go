package draft

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
)

var schema = testkit.Schema{Name: "draft", Prepare: func(ctx context.Context, d *db.DB) error {
	if err := d.Migrate(ctx, secret.Migrations(), audit.Migrations(), Migrations()); err != nil {
		return err
	}
	return job.Migrate(ctx, d)
}}

// bundle is a room with a made-up world around it.
type bundle struct {
	*Room
	t        testing.TB
	db       *db.DB
	clock    *clock.Fake
	queue    *job.Queue
	files    blob.Store
	profiles *people
	services *shelf
	cases    *registry
	scanner  *scanner
	server   http.Handler
	words    *i18n.Bundle
	asked    *rolls
	told     *letters
	papers   *drawer
	before   *before
	lists    forms.Shelf
	anna     string // a citizen
	boris    string // another one
}

// people know the same facts of everybody, and a level of each.
type people struct{ level, region string }

func (p *people) Facts(context.Context, string) (forms.Facts, error) {
	origin := forms.Text{RU: "профиль, подтверждено МВД", EN: "profile, confirmed by the Ministry"}
	known := func(v any) forms.Known { return forms.Known{Value: v, Origin: origin, AsOf: "2026-11-12T10:00:00Z"} }
	return forms.Facts{Level: p.level, Audience: "citizen", Region: p.region, Known: map[string]forms.Known{
		"profile.last_name": known("Петрова"), "profile.children": known([]any{
			map[string]any{"last_name": "Петров", "first_name": "Иван", "birth_date": "2018-03-12", "certificate": "II-МЮ 123456"},
			map[string]any{"last_name": "Петрова", "first_name": "Мария", "birth_date": "2020-07-01"},
		}), "profile.snils": known("11223344595"), "profile.phone": known("+79131234567"),
		"profile.person": known(map[string]any{"last_name": "Петрова", "first_name": "Анна", "middle_name": "Сергеевна", "birth_date": "1990-05-14"}),
		"profile.passport": known(map[string]any{
			"series": "4510", "number": "123456", "issued_on": "2010-06-01", "issued_by": "ОВД района Арбат", "unit_code": "770-001",
		}),
	}}, nil
}

// rolls are a registry of organisations which knows one.
type rolls struct {
	mu     sync.Mutex
	silent bool
	times  int
}

func (a *rolls) Find(_ context.Context, l forms.Lookup) (forms.Found, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.times++
	if a.silent {
		return forms.Found{}, fmt.Errorf("no answer")
	}
	if l.About != "7707083893" {
		return forms.Found{None: true}, nil
	}
	return forms.Found{Known: forms.Known{
		Value:  map[string]any{"inn": "7707083893", "name": "ПАО Сбербанк", "kpp": "773601001", "ogrn": "1027700132195"},
		Origin: forms.Text{RU: "ЕГРЮЛ", EN: "the register of legal entities"}, AsOf: "2026-11-12T10:00:00Z",
	}}, nil
}

// Suggest knows one house.
func (a *rolls) Suggest(_ context.Context, words string) ([]forms.Address, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.silent {
		return nil, fmt.Errorf("no answer")
	}
	if !strings.Contains(words, "Светл") {
		return nil, nil
	}
	return []forms.Address{{
		Text: "г. Москва, улица Светлых Окон, д. 7", Region: "г. Москва", City: "г. Москва", Street: "улица Светлых Окон", House: "7", Index: "125001",
		GAR: "0c5b2444-70a0-4932-980c-b4dc0d3f02b5",
	}}, nil
}

// letters takes notices.
type letters struct {
	mu     sync.Mutex
	sealed map[*notify.Batch][]notify.Letter
	sent   []notify.Letter
}

func (l *letters) Account(_ context.Context, account string) (identity.Account, error) {
	return identity.Account{ID: account, Lang: "ru"}, nil
}

func (l *letters) Seal(_ context.Context, all ...notify.Letter) (*notify.Batch, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := &notify.Batch{}
	if l.sealed == nil {
		l.sealed = map[*notify.Batch][]notify.Letter{}
	}
	l.sealed[b] = all
	return b, nil
}

func (l *letters) Send(_ context.Context, tx *db.Tx, b *notify.Batch) error {
	tx.AfterCommit(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.sent = append(l.sent, l.sealed[b]...)
	})
	return nil
}

// drawer has the documents of one person.
type drawer struct {
	owner string
	list  []Paper
}

func (d *drawer) Papers(_ context.Context, owner string) ([]Paper, error) {
	if owner != d.owner {
		return nil, nil
	}
	return d.list, nil
}

// before is what one person has sent earlier.
type before struct {
	owner   string
	answers forms.Answers
}

func (x *before) Earlier(_ context.Context, owner, _ string) (forms.Answers, time.Time, error) {
	if owner != x.owner {
		return nil, time.Time{}, nil
	}
	return x.answers, testkit.Start, nil
}

// lists are a small dictionary and a big one.
func lists(t testing.TB) forms.Shelf {
	t.Helper()
	s, faults := forms.LoadDictionaries(os.DirFS("testdata"), ".")
	for _, f := range faults {
		t.Error(f)
	}
	return s
}

// shelf has services from files.
type shelf struct {
	all map[string]*forms.Service
	old []*forms.Service // versions that were current once
}

func (s *shelf) Service(serviceID string) (*forms.Service, bool) {
	x, ok := s.all[serviceID]
	return x, ok
}

func (s *shelf) Version(_ context.Context, serviceID string, version int) (*forms.Service, error) {
	if x, ok := s.all[serviceID]; ok && x.Version == version {
		return x, nil
	}
	for _, x := range s.old {
		if x.ID == serviceID && x.Version == version {
			return x, nil
		}
	}
	return nil, fmt.Errorf("no version %d of %s", version, serviceID)
}

// registry stands in for the room of cases.
type registry struct {
	// offer is how results may be had.
	offer    cases.Offer
	mu       sync.Mutex
	prepared map[*cases.Prepared]cases.Submission
	numbers  map[string]string // case → number
	sent     map[string]cases.Submission
	files    map[string][]byte
	before   func() // called before a case is made
}

func (r *registry) Prepare(ctx context.Context, s cases.Submission) (*cases.Prepared, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range s.Files {
		body, err := f.Open(ctx)
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(body)
		_ = body.Close()
		if err != nil {
			return nil, err
		}
		r.files[f.Name] = raw
	}
	p := &cases.Prepared{}
	r.prepared[p] = s
	return p, nil
}

func (r *registry) Offer(*forms.Service, forms.Facts) cases.Offer { return r.offer }

func (r *registry) Create(_ context.Context, tx *db.Tx, p *cases.Prepared) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.before != nil {
		r.before()
	}
	s := r.prepared[p]
	number, ok := r.numbers[s.ID]
	if !ok {
		number = id.Number()
	}
	tx.AfterCommit(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.numbers[s.ID], r.sent[s.ID] = number, s
	})
	return number, nil
}

// scanner says what it is told to.
type scanner struct {
	mu   sync.Mutex
	says upload.Scan
	err  error
}

func (s *scanner) tell(says upload.Scan, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.says, s.err = says, err
}

func (s *scanner) Scan(_ context.Context, r io.Reader) (upload.Scan, error) {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.says, s.err
}

// setup is a room over a fresh database of the engine.
func setup(t testing.TB, engine db.Engine) *bundle {
	t.Helper()
	clk := clock.NewFake(testkit.Start)
	return around(t, testkit.Open(t, engine, schema, clk), clk)
}

func around(t testing.TB, d *db.DB, clk *clock.Fake) *bundle {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "keyset.json")
	must(t, secret.CreateKeyset(path, testkit.Start))
	keyset, err := secret.OpenKeyset(ctx, secret.File(path))
	must(t, err)
	sealer := secret.NewSealer(keyset, d)
	journal, err := audit.New(ctx, d, sealer)
	must(t, err)
	silent := slog.New(slog.DiscardHandler)
	queue, err := job.New(d, silent)
	must(t, err)
	files, err := blob.OpenFolder(filepath.Join(t.TempDir(), "files"))
	must(t, err)
	b := &bundle{
		t: t, words: texts(t), db: d, clock: clk, queue: queue, files: files, profiles: &people{level: "confirmed", region: "77"},
		asked: &rolls{}, told: &letters{}, papers: &drawer{}, before: &before{}, lists: lists(t),
		services: load(t), scanner: &scanner{says: upload.Clean}, anna: id.New(), boris: id.New(),
		cases: &registry{prepared: map[*cases.Prepared]cases.Submission{}, numbers: map[string]string{}, sent: map[string]cases.Submission{}, files: map[string][]byte{}},
	}
	moscow := time.FixedZone("MSK", 3*60*60)
	b.Room, err = New(Deps{
		DB: d, Sealer: sealer, Queue: queue, Audit: journal, Clock: clk, Log: silent,
		Intake: upload.NewIntake(b.scanner, blob.NewSealed(files), silent), Profiles: b.profiles, Services: b.services, Cases: b.cases,
		Notify: b.told, Accounts: b.told, Registries: b.asked, Papers: b.papers, Earlier: b.before, Texts: b.words, Dictionaries: func() forms.Shelf { return b.lists },
		Agency: func(string) Agency {
			return Agency{Title: forms.Text{RU: "Пробное ведомство", EN: "Trial agency"}, Zone: moscow}
		},
	})
	must(t, err)
	b.server = b.edge(frame)
	return b
}

// load reads the services of the tests and the example of the language.
func load(t testing.TB) *shelf {
	t.Helper()
	s := &shelf{all: map[string]*forms.Service{}}
	for _, folder := range []string{"testdata", "../../../docs/services"} {
		dirs, err := fs.ReadDir(os.DirFS(folder), ".")
		must(t, err)
		for _, dir := range dirs {
			file := dir.Name() + "/service.yaml"
			if _, err := fs.Stat(os.DirFS(folder), file); err != nil {
				continue
			}
			service, faults := forms.Load(os.DirFS(folder), file)
			for _, f := range faults {
				t.Error(f)
			}
			s.all[service.ID] = service
		}
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func texts(t testing.TB) *i18n.Bundle {
	t.Helper()
	b, err := i18n.New(Locale(), cases.Locale(), forms.Locale(), reference.Locale(), web.Locale(), blob.Locale(), secret.Locale(), identity.Locale())
	must(t, err)
	return b
}

// actorHeader names the account of a test's request, roleHeader its role.
const (
	actorHeader = "X-Test-Actor"
	roleHeader  = "X-Test-Role"
)

func (b *bundle) edge(frame func(*http.Request, web.Page) templ.Component) http.Handler {
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: clock.System(), Texts: b.words}
	e.SetFrame(frame, func(r *http.Request, f web.Fault) web.Page {
		return web.Page{Title: i18n.T(r.Context(), f.Key, f.Args...), Status: f.Status, Body: templ.NopComponent}
	})
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		a := identity.Actor{ID: r.Header.Get(actorHeader), Session: "s", Lang: i18n.Lang(ctx)}
		if role := r.Header.Get(roleHeader); role != "" {
			a.Roles = []identity.Role{{Name: identity.RoleName(role), Agency: "x"}}
		}
		return secret.WithCache(identity.WithActor(ctx, a)), nil
	})
	rt := web.NewRouter(e)
	b.Mount(rt)
	return e.Handler(rt)
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		title := p.Title
		if p.Error {
			title = "Ошибка: " + title
		}
		if _, err := fmt.Fprintf(w, "<title>%s</title><a class=back href=%q></a><main>", templ.EscapeString(title), p.Back); err != nil {
			return err
		}
		return p.Body.Render(ctx, w)
	})
}

// as is a context in which somebody asks.
func (b *bundle) as(account string) context.Context {
	return i18n.With(identity.WithActor(context.Background(), identity.Actor{ID: account}), b.words, "ru")
}

// page is an answer that a test looks at.
type page struct {
	t      testing.TB
	status int
	header http.Header
	body   string
	doc    *html.Node
}

func (b *bundle) do(account string, req *http.Request) page {
	b.t.Helper()
	req.Header.Set(actorHeader, account)
	if req.Header.Get("Accept-Language") == "" {
		req.Header.Set("Accept-Language", "ru")
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, req)
	p := page{t: b.t, status: w.Code, header: w.Header(), body: w.Body.String()}
	p.doc, _ = html.Parse(strings.NewReader(p.body))
	return p
}

func (b *bundle) get(account, path string) page {
	b.t.Helper()
	path, _, _ = strings.Cut(path, "#")
	return b.do(account, httptest.NewRequest("GET", path, nil))
}

func (b *bundle) post(account, path string, form url.Values) page {
	b.t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(account, req)
}

// sent is a file of a posted form.
type sentFile struct{ field, name, body string }

func (b *bundle) postFiles(account, path string, form url.Values, files ...sentFile) page {
	b.t.Helper()
	var body bytes.Buffer
	mw := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			must(b.t, mw.WriteField(name, v))
		}
	}
	for _, f := range files {
		part, err := mw.CreateFormFile(f.field, f.name)
		must(b.t, err)
		_, err = io.WriteString(part, f.body)
		must(b.t, err)
	}
	must(b.t, mw.Close())
	req := httptest.NewRequest("POST", path, &body)
	req.Header.Set("Content-Type", mw.FormDataContentType())
	return b.do(account, req)
}

// location is where the answer leads.
func (p page) location() string {
	p.t.Helper()
	if p.status != http.StatusSeeOther {
		p.t.Fatalf("status %d, no redirect: %s", p.status, text(p.doc))
	}
	return p.header.Get("Location")
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for x := range n.Descendants() {
		if x.Type == html.TextNode && strings.TrimSpace(x.Data) != "" {
			b.WriteString(strings.TrimSpace(x.Data) + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

// find gives the elements that fit.
func (p page) find(fits func(*html.Node) bool) []*html.Node {
	var out []*html.Node
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			out = append(out, n)
		}
	}
	return out
}

func (p page) byClass(class string) []*html.Node {
	return p.find(func(n *html.Node) bool {
		for _, c := range strings.Fields(attr(n, "class")) {
			if c == class {
				return true
			}
		}
		return false
	})
}

func (p page) byID(elementID string) *html.Node {
	found := p.find(func(n *html.Node) bool { return attr(n, "id") == elementID })
	if len(found) > 1 {
		p.t.Errorf("id %s stands %d times", elementID, len(found))
	}
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// fields are what a browser would send of the page's form.
func (p page) fields() url.Values {
	v := url.Values{}
	for _, n := range p.find(func(n *html.Node) bool { return attr(n, "name") != "" }) {
		name := attr(n, "name")
		switch n.Data {
		case "input":
			kind := attr(n, "type")
			checked := has(n, "checked")
			if kind == "file" || (kind == "radio" || kind == "checkbox") && !checked {
				continue
			}
			v.Add(name, attr(n, "value"))
		case "textarea":
			v.Add(name, text(n))
		case "select":
			v.Add(name, "")
			for o := range n.Descendants() {
				if o.Data == "option" && has(o, "selected") {
					v.Set(name, attr(o, "value"))
				}
			}
		}
	}
	return v
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// pdfFile is a small whole PDF.
const pdfFile = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \ntrailer<</Size 3/Root 1 0 R>>\nstartxref\n101\n%%EOF\n"

type htmlNode = html.Node

func parse(t testing.TB, body string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	must(t, err)
	return doc
}

// stored counts the files in the store.
func (b *bundle) stored() int {
	b.t.Helper()
	n := 0
	must(b.t, b.files.List(context.Background(), "", func(blob.Info) error { n++; return nil }))
	return n
}

func (b *bundle) postRaw(account, path, body string) page {
	b.t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(account, req)
}
