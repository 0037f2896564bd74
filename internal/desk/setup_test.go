package desk

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/a-h/templ"

	"okno/internal/agency"
	"okno/internal/applications/cases"
	"okno/internal/catalog"
	"okno/internal/exchange/webhook"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
)

// The rooms below fit.
var (
	_ Cases    = (*cases.Cases)(nil)
	_ Agencies = (*agency.Room)(nil)
	_ Accounts = (*identity.Identity)(nil)
	_ Catalog  = (*catalog.Catalog)(nil)
	_ Jobs     = (*job.Queue)(nil)
	_ Journal  = (*audit.Log)(nil)
	_ Notices  = (*notify.Notify)(nil)
	_ Courier  = (*webhook.Room)(nil)
)

// below stands in for the rooms below.
type below struct {
	rows            []cases.QueueRow
	next            string
	filters         []cases.QueueFilter
	taken           []cases.Deal
	busy            map[string]error // number → why it can't be taken
	lines           []audit.Line     // newest first
	looks           []audit.Entry
	retried         []int64
	opened          int // accounts
	reports         []cases.ReportFilter
	tallies         []cases.Tally
	letters         []notify.Letter
	searched, given []string
	open, over      []cases.Incident
	notices         []notify.Notice
	read, resent    []string
	resend          error
}

func (b *below) Queue(_ context.Context, f cases.QueueFilter) (cases.Page[cases.QueueRow], error) {
	b.filters = append(b.filters, f)
	return cases.Page[cases.QueueRow]{Rows: b.rows, Next: b.next}, nil
}

func (b *below) QueueCount(context.Context, cases.QueueFilter) (int, error) { return len(b.rows), nil }

func (b *below) ToConfirm(context.Context, string) ([]cases.QueueRow, error) { return b.rows, nil }

func (b *below) Search(_ context.Context, _, typed string) ([]cases.QueueRow, error) {
	b.searched = append(b.searched, typed)
	if len(typed) < 8 {
		return nil, cases.ErrSearch
	}
	return b.rows, nil
}

func (b *below) Officers(context.Context, string) ([]string, error) {
	return []string{"off", "other"}, nil
}

func (b *below) Assign(_ context.Context, d cases.Deal, to string) error {
	b.given = append(b.given, d.Number+" "+to)
	return b.busy[d.Number]
}

func (b *below) Report(_ context.Context, f cases.ReportFilter) ([]cases.Tally, error) {
	b.reports = append(b.reports, f)
	return b.tallies, nil
}

func (b *below) Workloads(context.Context, string, time.Time) ([]cases.Workload, error) {
	return []cases.Workload{{Account: "other", Open: 5, Overdue: 2, Decided: 20, Refused: 5, Asked: 10}, {Open: 3}}, nil
}

func (b *below) Seal(_ context.Context, all ...notify.Letter) (*notify.Batch, error) {
	b.letters = append(b.letters, all...)
	return &notify.Batch{}, nil
}

func (b *below) Send(context.Context, *db.Tx, *notify.Batch) error { return nil }

func (b *below) QueueCounts(context.Context, string) (cases.Counts, error) {
	return cases.Counts{Undecided: cases.CountMost, Mine: 3}, nil
}

func (b *below) Incidents(context.Context) (open, over []cases.Incident, err error) {
	return b.open, b.over, nil
}

func (b *below) Notices(_ context.Context, owner string, _ int) ([]notify.Notice, error) {
	if owner != "h" {
		return nil, nil
	}
	return b.notices, nil
}

func (b *below) MarkRead(_ context.Context, owner string, ids ...string) error {
	b.read = append(b.read, owner+" "+strings.Join(ids, ","))
	return nil
}

func (b *below) Resend(_ context.Context, agency string) (int, error) {
	b.resent = append(b.resent, agency)
	return 7, b.resend
}

func (b *below) Take(_ context.Context, d cases.Deal) error {
	b.taken = append(b.taken, d)
	return b.busy[d.Number]
}

func (b *below) Agencies() []agency.Agency {
	return []agency.Agency{{Code: "mvd", Title: agency.Text{RU: "МВД России"}}, {Code: "fns", Title: agency.Text{RU: "ФНС России"}}}
}

func (b *below) Title(code, _ string) string { return "agency " + code }

func (b *below) Members(_ context.Context, place string) ([]agency.Member, error) {
	if place == "fns" {
		return nil, nil
	}
	return []agency.Member{
		{Account: "off" + place, Agency: place, Role: identity.Officer}, {Account: "off" + place, Agency: place, Role: identity.Head},
	}, nil
}

func (b *below) Account(_ context.Context, account string) (identity.Account, error) {
	b.opened++
	return identity.Account{ID: account, Login: "login-" + account, Phone: "+79990000001"}, nil
}

func (b *below) Services() []*forms.Service {
	return []*forms.Service{
		{ID: "passport", Version: 3, Agency: "mvd", Title: forms.Text{RU: "Загранпаспорт"}},
		{ID: "tax", Version: 1, Agency: "fns", Title: forms.Text{RU: "Вычет"}},
	}
}

func (b *below) Refused() []forms.Fault {
	return []forms.Fault{{File: "tax/service.yaml", Pos: forms.Pos{Line: 3, Col: 1}, What: "unknown key"}}
}

func (b *below) Depth(context.Context) (map[string]int64, error) {
	return map[string]int64{"available": 4, "scheduled": 3, "discarded": 2}, nil
}

func (b *below) Dead(context.Context, int) ([]job.Row, error) {
	return []job.Row{{ID: 77, Kind: "notify.deliver", State: "retryable", Attempt: 4, LastFail: "refused\nby the other side"}}, nil
}

func (b *below) Retry(_ context.Context, jobID int64) error {
	b.retried = append(b.retried, jobID)
	return nil
}

func (b *below) Find(_ context.Context, f audit.Filter) ([]audit.Line, error) {
	var out []audit.Line
	for _, l := range b.lines {
		fits := l.At < f.Before && (f.Act == "" || f.Act == l.Act) && (f.Owner == "" || f.Owner == l.Owner) && (f.Actor == "" || f.Actor == l.Actor)
		if fits && len(out) < f.Limit {
			out = append(out, l)
		}
	}
	return out, nil
}

func (b *below) Look(_ context.Context, e audit.Entry) error {
	b.looks = append(b.looks, e)
	return nil
}

func (b *below) Write(_ context.Context, _ *db.Tx, e audit.Entry) error {
	b.looks = append(b.looks, e)
	return nil
}

func room(t *testing.T, b *below, parties ...Party) *Room {
	t.Helper()
	return roomOn(testkit.Open(t, db.SQLite, testkit.Of(Migrations()), clock.NewFake(testkit.Start)), b, parties...)
}

func roomOn(d *db.DB, b *below, parties ...Party) *Room {
	return New(Deps{
		DB: d, Notify: b,
		Clock: clock.NewFake(testkit.Start), Cases: b, Agencies: b, Accounts: b, Catalog: b, Jobs: b, Journal: b, Parties: parties, Notices: b, Courier: b,
	})
}

// site is the room's pages over what stands below, asked as somebody.
func site(t *testing.T, r *Room) func(actor, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	statuses := fstest.MapFS{}
	for _, lang := range i18n.Langs() {
		var text strings.Builder
		for _, s := range cases.Statuses() {
			text.WriteString(s.Text() + ": " + strings.ToUpper(string(s)) + "\n")
		}
		statuses[lang+".yaml"] = &fstest.MapFile{Data: []byte(text.String())}
	}
	texts, err := i18n.New(web.Locale(), identity.Locale(), Locale(), statuses)
	if err != nil {
		t.Fatal(err)
	}
	e := &web.Edge{Log: slog.New(slog.DiscardHandler), Clock: r.Clock, Texts: texts}
	e.SetFrame(frame, func(_ *http.Request, f web.Fault) web.Page { return web.Page{Title: f.Key, Status: f.Status} })
	e.Before(func(ctx context.Context, r *http.Request) (context.Context, error) {
		return identity.WithActor(ctx, actorOf(r.Header.Get("X-Actor"))), nil
	})
	rt := web.NewRouter(e)
	r.Mount(rt)
	h := e.Handler(rt)
	return func(actor, path string, form url.Values) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodGet, path, nil)
		if form != nil {
			req = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		req.Header.Set("X-Actor", actor)
		req.Header.Set("Accept-Language", "ru")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w
	}
}

func frame(_ *http.Request, p web.Page) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<title>"+p.Title+"</title>"); err != nil || p.Body == nil {
			return err
		}
		return p.Body.Render(ctx, w)
	})
}

// actorOf reads "id role:agency role".
func actorOf(s string) identity.Actor {
	parts := strings.Fields(s)
	if len(parts) == 0 {
		return identity.Actor{}
	}
	a := identity.Actor{ID: parts[0]}
	for _, r := range parts[1:] {
		name, place, _ := strings.Cut(r, ":")
		a.Roles = append(a.Roles, identity.Role{Name: identity.RoleName(name), Agency: place})
	}
	return a
}

func as(actor string) context.Context {
	return identity.WithActor(context.Background(), actorOf(actor))
}

func line(n int, act string) audit.Line {
	return audit.Line{ID: "l", At: db.Time(n), Entry: audit.Entry{Act: act, Actor: "anna", Role: "citizen", Object: "case:1"}}
}
