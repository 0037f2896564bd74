package cabinet

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/a-h/templ"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/applications/draft"
	"okno/internal/catalog"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/profile"
	"okno/internal/vault"
)

// The rooms below fit.
var (
	_ Cases     = (*cases.Cases)(nil)
	_ Drafts    = (*draft.Room)(nil)
	_ Notices   = (*notify.Notify)(nil)
	_ Profiles  = (*profile.Profile)(nil)
	_ Catalog   = (*catalog.Catalog)(nil)
	_ Languages = (*identity.Identity)(nil)

	_ Complaints = (*complaint.Complaints)(nil)
	_ Documents  = (*vault.Vault)(nil)
)

// below stands in for the rooms below, and counts what it is asked.
type below struct {
	cases   []cases.Row
	drafts  []draft.Row
	notices []notify.Notice
	level   profile.Level
	broken  bool
	asked   int
	filters []cases.ListFilter
	read    []string
	lang    string
	whose   []string

	complaints []complaint.Complaint
	papers     []vault.Document
	services   []*forms.Service
	since      map[string]db.Time
	person     profile.Person
	levelAt    db.Time
	known      map[string]forms.Known
	facts      int // how often they were read
}

// complaints are told by a type of their own: cases have a List too.
type theirComplaints struct{ *below }

func (b theirComplaints) List(ctx context.Context) ([]complaint.Complaint, error) {
	return b.complaints, b.ask(identity.ActorOf(ctx).ID)
}

func (b *below) Basis(_ context.Context, owner string) (profile.Basis, error) {
	person := b.person
	person.FirstName, person.LastName = "Анна", "Петрова"
	return profile.Basis{
		Card:    profile.Card{Owner: owner, Person: person, Level: b.level, LevelAt: b.levelAt},
		Account: identity.Account{ID: owner, CreatedAt: db.At(testkit.Start.AddDate(0, -6, 0))},
	}, b.ask(owner)
}

func (b *below) FactsOf(profile.Basis) forms.Facts {
	b.facts++
	return forms.Facts{Level: string(b.level), Audience: "citizen", Known: b.known}
}

func (b *below) Documents(ctx context.Context, _ string, _ int) ([]vault.Document, error) {
	return b.papers, b.ask(identity.ActorOf(ctx).ID)
}

func (b *below) Since(id string) db.Time { return b.since[id] }

// deps are the room's, over what stands below.
func (b *below) deps(d *db.DB, clk clock.Clock) Deps {
	return Deps{
		DB: d, Clock: clk, Cases: b, Drafts: b, Notices: b, Profiles: b, Catalog: b, Languages: b,
		Complaints: theirComplaints{b}, Documents: b,
	}
}

var errBroken = errors.New("broken")

func (b *below) ask(owner string) error {
	b.asked++
	b.whose = append(b.whose, owner)
	if b.broken {
		return db.Classify(errBroken)
	}
	return nil
}

func (b *below) List(ctx context.Context, f cases.ListFilter) (cases.Page[cases.Row], error) {
	b.filters = append(b.filters, f)
	p := cases.Page[cases.Row]{Rows: b.cases}
	if f.Limit < len(b.cases) {
		p.Rows, p.Next = b.cases[:f.Limit], "7.x"
	}
	return p, b.ask(identity.ActorOf(ctx).ID)
}

func (b *below) Left(r cases.Row) cases.Left { return r.Left }

func (b *below) Drafts(_ context.Context, owner string) ([]draft.Row, error) {
	return b.drafts, b.ask(owner)
}

func (b *below) Notices(_ context.Context, owner string, limit int) ([]notify.Notice, error) {
	return b.notices[:min(limit, len(b.notices))], b.ask(owner)
}

func (b *below) Unread(_ context.Context, owner string) (int, error) { return 0, b.ask(owner) }

func (b *below) MarkRead(_ context.Context, owner string, ids ...string) error {
	b.read = append(b.read, strings.Join(ids, ","))
	return b.ask(owner)
}

func (b *below) Name(_ context.Context, owner string) (string, error) {
	return "Анна Петрова", b.ask(owner)
}

func (b *below) Popular() []*forms.Service         { return b.Services() }
func (b *below) AgencyTitle(code, _ string) string { return "agency " + code }
func (b *below) Services() []*forms.Service {
	if b.services != nil {
		return b.services
	}
	return []*forms.Service{{ID: "passport", Title: forms.Text{RU: "Загранпаспорт", EN: "Passport"}, Agency: "mvd"}}
}

func (b *below) SetLang(_ context.Context, owner, lang string) error {
	b.lang = lang
	return b.ask(owner)
}

func row(n string, s cases.Status) cases.Row {
	return cases.Row{
		ID: n, Number: "1234-5678-90" + n, ServiceID: "passport", Title: forms.Text{RU: "Услуга " + n, EN: "Service " + n}, Agency: "mvd",
		Status: s, SubmittedAt: db.At(testkit.Start), ChangedAt: db.At(testkit.Start),
		Due: cases.Due{At: db.At(testkit.Start), Date: "2026-11-20"}, Left: cases.Left{WorkingDays: 4},
	}
}

// statuses are texts of the room below.
func statuses() fstest.MapFS {
	all := fstest.MapFS{}
	for _, lang := range i18n.Langs() {
		var text strings.Builder
		for _, s := range cases.Statuses() {
			text.WriteString(s.Text() + ": " + strings.ToUpper(string(s)) + "\n")
		}
		for _, s := range complaint.Statuses() {
			text.WriteString(s.Text() + ": " + strings.ToUpper(string(s)) + "\n")
		}
		all[lang+".yaml"] = &fstest.MapFile{Data: []byte(text.String())}
	}
	return all
}

// site is the room's pages over what stands below, asked as somebody.
func site(t testing.TB, b *below) func(actor, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	texts, err := i18n.New(web.Locale(), identity.Locale(), Locale(), statuses())
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.NewFake(testkit.Start)
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: clk, Texts: texts}
	e.SetFrame(frame, func(_ *http.Request, f web.Fault) web.Page { return web.Page{Title: f.Key, Status: f.Status} })
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		return identity.WithActor(ctx, actorOf(r.Header.Get("X-Actor"))), nil
	})
	rt := web.NewRouter(e)
	New(b.deps(nil, clk)).Mount(rt)
	h := e.Handler(rt)
	return func(actor, path string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		if form != nil {
			r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.Header.Set("X-Actor", actor)
		r.Header.Set("Accept-Language", "ru")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, c := range []templ.Component{templ.Raw("<title>" + p.Title + "</title>"), p.Body, p.Aside} {
			if c == nil {
				continue
			}
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func actorOf(s string) identity.Actor {
	parts := strings.Fields(s)
	if len(parts) == 0 {
		return identity.Actor{}
	}
	a := identity.Actor{ID: parts[0]}
	for _, r := range parts[1:] {
		a.Roles = append(a.Roles, identity.Role{Name: identity.RoleName(r)})
	}
	return a
}
