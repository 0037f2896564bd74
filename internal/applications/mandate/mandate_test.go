package mandate

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/applications/applicationstest"
	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
	"okno/internal/kit/web"
	"okno/internal/notify"
	"okno/internal/reference"
)

var must = applicationstest.Must

const code = "123456"

// town is everything around: accounts, people, cases, a service.
type town struct {
	mu       sync.Mutex
	contacts map[string]string
	codes    []identity.CodeRequest
	told     []notify.Letter
	sealed   map[*notify.Batch][]notify.Letter
	services map[string]*forms.Service
	sent     map[string]cases.Submission
}

func (x *town) Account(_ context.Context, account string) (identity.Account, error) {
	for _, known := range x.contacts {
		if known == account {
			return identity.Account{ID: account, Phone: "+79130000000", Email: "mail@example.org", Lang: "ru"}, nil
		}
	}
	return identity.Account{}, identity.ErrNotFound
}

func (x *town) FindContact(_ context.Context, typed string) (string, error) {
	if found, ok := x.contacts[typed]; ok {
		return found, nil
	}
	return "", identity.ErrNotFound
}

func (x *town) SendCode(_ context.Context, c identity.CodeRequest) error {
	x.codes = append(x.codes, c)
	return nil
}

func (x *town) CheckCode(_ context.Context, purpose, subject, _, typed string) error {
	for _, c := range x.codes {
		if c.Purpose == purpose && c.Subject == subject && typed == code {
			return nil
		}
	}
	return identity.ErrCodeWrong.WithField("code", identity.ErrCodeWrong.Key)
}

func (*town) NotMePath(account string) string { return "/not-me/" + account }

func (x *town) Limit(context.Context, string, string, int, time.Duration) error { return nil }

func (x *town) Initials(_ context.Context, owners ...string) (map[string]string, error) {
	out := map[string]string{}
	for name, account := range x.contacts {
		for _, o := range owners {
			if o == account {
				out[o] = "И. О. " + name
			}
		}
	}
	return out, nil
}

func (x *town) Seal(_ context.Context, all ...notify.Letter) (*notify.Batch, error) {
	b := &notify.Batch{}
	x.sealed[b] = all
	return b, nil
}

func (x *town) Send(_ context.Context, tx *db.Tx, b *notify.Batch) error {
	tx.AfterCommit(func() { x.told = append(x.told, x.sealed[b]...) })
	return nil
}

func (x *town) Service(serviceID string) (*forms.Service, bool) {
	s, ok := x.services[serviceID]
	return s, ok
}

func (x *town) Version(_ context.Context, serviceID string, _ int) (*forms.Service, error) {
	return x.services[serviceID], nil
}

// Facts are the owner's own, or the portal's to read, as in the profile's room.
func (x *town) Facts(ctx context.Context, owner string) (forms.Facts, error) {
	a := identity.ActorOf(ctx)
	if a.ID != owner && !a.IsSystem() {
		return forms.Facts{}, identity.ErrForbidden
	}
	return forms.Facts{Level: "confirmed", Audience: "citizen", Known: map[string]forms.Known{
		"profile.last_name": {Value: "Петрова", Origin: forms.Text{RU: "профиль", EN: "profile"}},
	}}, nil
}

func (x *town) Prepare(ctx context.Context, s cases.Submission) (*cases.Prepared, error) {
	a := identity.ActorOf(ctx)
	if a.ID != s.Owner && s.Helper != a.ID {
		return nil, cases.ErrNotFound
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sent[s.Owner] = s
	return &cases.Prepared{}, nil
}

func (*town) Offer(*forms.Service, forms.Facts) cases.Offer { return cases.Offer{} }

func (x *town) Create(context.Context, *db.Tx, *cases.Prepared) (string, error) {
	return id.Number(), nil
}

type world struct {
	*applicationstest.World
	*Room
	x                *town
	drafts           *draft.Room
	bus              *event.Bus
	clock            *clock.Fake
	anna, boris, eve applicationstest.Visitor
	operator         applicationstest.Visitor
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	testkit.Each(t, applicationstest.Schema("mandate", Migrations(), draft.Migrations()), clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		clk := clock.NewFake(testkit.Start) // the engines run side by side, each in its own time
		d = testkit.OpenURL(t, d.URL(), clk)
		words, err := i18n.New(Locale(), draft.Locale(), cases.Locale(), forms.Locale(), web.Locale(), identity.Locale(), reference.Locale(), blob.Locale())
		must(t, err)
		w := &world{World: applicationstest.New(t, d, clk, words), clock: clk}
		w.x = &town{contacts: map[string]string{}, sealed: map[*notify.Batch][]notify.Letter{}, services: map[string]*forms.Service{}, sent: map[string]cases.Submission{}}
		for name, v := range map[string]*applicationstest.Visitor{"anna": &w.anna, "boris": &w.boris, "eve": &w.eve, "operator": &w.operator} {
			*v = applicationstest.Visitor{Account: applicationstest.Person(), Fresh: true}
			w.x.contacts[name] = v.Account
		}
		w.operator.Role = string(identity.MFCOperator)
		for _, path := range []string{"every-kind"} {
			s, faults := forms.Load(os.DirFS("../draft/testdata"), path+"/service.yaml")
			if s == nil || len(faults) > 0 {
				t.Fatal(faults)
			}
			w.x.services[s.ID] = s
		}
		s, faults := forms.Load(os.DirFS("testdata"), "word/service.yaml")
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		w.x.services[s.ID] = s
		files, err := blob.OpenFolder(t.TempDir())
		must(t, err)
		w.drafts, err = draft.New(draft.Deps{
			DB: d, Sealer: w.Sealer, Queue: w.Queue, Audit: w.World.Journal, Clock: clk, Log: w.Log, Intake: upload.NewIntake(nil, blob.NewSealed(files), w.Log),
			Profiles: w.x, Services: w.x, Cases: w.x, Texts: words, Agency: func(string) draft.Agency { return draft.Agency{} },
		})
		must(t, err)
		w.bus = event.NewBus(w.Queue)
		w.Room = New(Deps{
			DB: d, Sealer: w.Sealer, Queue: w.Queue, Bus: w.bus, Audit: w.World.Journal, Clock: clk, Log: w.Log, Texts: words, Accounts: w.x, People: w.x, Drafts: w.drafts, Notify: w.x,
			Office: func(code string) forms.Text { return forms.Text{RU: "МФЦ «" + code + "»", EN: code} },
			All: func() (all []*forms.Service) {
				for _, s := range w.x.services {
					all = append(all, s)
				}
				return all
			},
		})
		w.drafts.Helpers = w.Room
		w.Serve(w.Mount, w.drafts.Mount)
		f(t, w)
	})
}

// give has Anna let Boris help with the service of one word.
func (w *world) give(alone string) string {
	w.T.Helper()
	to := w.Post(w.anna, "/cabinet/mandates", url.Values{"contact": {"boris"}, "services": {"word"}, "days": {"7"}, "alone": {alone}}).Location()
	mandateID := strings.TrimPrefix(to, "/cabinet/mandates/")
	w.Post(w.boris, to+"/accept", nil).Location()
	return mandateID
}

// begin has the visitor begin a draft for the owner and gives its address.
func (w *world) begin(v applicationstest.Visitor, mandateID string) string {
	w.T.Helper()
	p := w.Get(v, "/cabinet/drafts/new?service=word&for="+mandateID)
	if p.Value("for") != mandateID {
		w.T.Fatalf("%d %s", p.Status, p.Text())
	}
	return w.Post(v, "/cabinet/drafts", url.Values{"service": {"word"}, "for": {mandateID}, "_once": {id.New()}}).Location()
}

func (w *world) fill(v applicationstest.Visitor, at string) applicationstest.Page {
	w.T.Helper()
	w.Post(v, at+"/word", url.Values{"word": {"слово"}, "last_name": {"Петрова"}, "_do": {"next"}}).Location()
	return w.Get(v, at+"/check")
}

func TestAHelperFillsInAndSends(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		mandateID := w.give("no")
		one := "/cabinet/mandates/" + mandateID
		if p := w.Post(w.boris, "/cabinet/drafts", url.Values{"service": {"word"}, "for": {mandateID}}); p.Status != http.StatusNotFound {
			t.Errorf("without stepping in: %d", p.Status)
		}
		w.Post(w.boris, one+"/enter", nil).Location()
		if p := w.Get(w.boris, "/cabinet/acting"); !p.Has("Вы действуете за И. О. anna", "Одно слово") || p.Has("Все виды полей") {
			t.Errorf("acting: %s", p.Text())
		}
		at := w.begin(w.boris, mandateID)
		if p := w.Get(w.boris, at+"/word"); !p.Has("Вы действуете за И. О. anna") || p.Value("last_name") != "Петрова" {
			t.Errorf("the form: %s", p.Text())
		}
		p := w.fill(w.boris, at)
		version := p.Value("_version")
		if p = w.Post(w.boris, at+"/send", url.Values{"_version": {version}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Введите код") {
			t.Errorf("without a code: %d %s", p.Status, p.Text())
		}
		w.Post(w.boris, at+"/owner-code", nil).Location()
		if c := w.x.codes[0]; c.Owner != w.anna.Account || c.Purpose != identity.ForHelper {
			t.Errorf("the code goes to %+v", c)
		}
		if p = w.Post(w.boris, at+"/send", url.Values{"_version": {version}, "_code": {"000000"}}); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a wrong code: %d", p.Status)
		}
		if to := w.Post(w.boris, at+"/send", url.Values{"_version": {version}, "_code": {code}}).Location(); to != at+"/sent" {
			t.Errorf("sent: %s", to)
		}
		if s := w.x.sent[w.anna.Account]; s.Helper != w.boris.Account || s.Answers["word"] != "слово" {
			t.Errorf("%+v", s)
		}
		if last := w.x.told[len(w.x.told)-1]; last.To != w.anna.Account || !strings.Contains(last.Subject, "отправили") {
			t.Errorf("the owner was told %+v", last)
		}
		for _, v := range []applicationstest.Visitor{w.anna, w.boris} {
			if p := w.Get(v, one); !p.Has("Отправил заявление", "Изменил ответы в черновике", "Открыл черновик") {
				t.Errorf("the journal of %s: %s", v.Account, p.Text())
			}
		}
	})
}

// TestWhatBeganBeforeStaysClosed: of the least data, a helper sees drafts that were
// begun since the mandate, and is led nowhere into a profile.
func TestWhatBeganBeforeStaysClosed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		before, err := w.drafts.Start(w.As(w.anna.Account), "word", "")
		must(t, err)
		w.Clock.Advance(time.Minute)
		mandateID := w.give("yes")
		w.Post(w.boris, "/cabinet/mandates/"+mandateID+"/enter", nil).Location()
		at := w.begin(w.boris, mandateID)
		w.fill(w.boris, at)
		if p := w.Get(w.boris, "/cabinet/drafts/"+before+"/word"); p.Status != http.StatusNotFound {
			t.Errorf("a draft from before the mandate: %d", p.Status)
		}
		for _, path := range []string{"/cabinet/acting", "/cabinet/drafts/new?service=word&for=" + mandateID, at + "/word", at + "/check"} {
			p := w.Get(w.boris, path)
			if p.Status != http.StatusOK {
				t.Errorf("%s: %d", path, p.Status)
			}
			for _, closed := range []string{before, "/cabinet/profile", "/cabinet/templates"} {
				if strings.Contains(p.Body, closed) {
					t.Errorf("%s leads to %s", path, closed)
				}
			}
		}
		ways := map[notify.Channel]int{}
		for _, l := range w.x.told {
			if ways[l.Channel]++; l.Channel == notify.SMS && (l.Subject != "" || strings.Contains(l.Text, "А. С.")) {
				t.Errorf("an SMS says %+v", l)
			}
		}
		if n := ways[notify.Cabinet]; n == 0 || ways[notify.Email] != n || ways[notify.SMS] != n {
			t.Errorf("told by %v", ways)
		}
	})
}

func TestAMandateIsNarrow(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		mandateID := w.give("yes")
		one := "/cabinet/mandates/" + mandateID
		w.Post(w.boris, one+"/enter", nil).Location()
		at := w.begin(w.boris, mandateID)
		other, err := w.drafts.Start(w.As(w.anna.Account), "every-kind", "")
		must(t, err)
		none := func(why string, pages ...applicationstest.Page) {
			t.Helper()
			for _, p := range pages {
				if p.Status != http.StatusNotFound {
					t.Errorf("%s: %d %s", why, p.Status, p.Text())
				}
			}
		}
		none("another service", w.Get(w.boris, "/cabinet/drafts/"+other+"/texts"), w.Get(w.boris, "/cabinet/drafts/new?service=every-kind&for="+mandateID))
		none("a helper throws nothing away", w.Post(w.boris, at+"/delete", nil))
		none("somebody else", w.Get(w.eve, at+"/word"), w.Get(w.eve, one), w.Post(w.eve, one+"/enter", nil), w.Post(w.eve, one+"/accept", nil), w.Post(w.eve, one+"/end", nil))
		none("an operator without a visit", w.Get(w.operator, at+"/word"), w.Get(w.operator, at+"/check"), w.Post(w.operator, at+"/send", url.Values{"_version": {"1"}}))
		none("the owner helps nobody", w.Post(w.anna, one+"/accept", nil), w.Post(w.anna, one+"/enter", nil))
		if p := w.Get(w.boris, at+"/word"); p.Status != http.StatusOK {
			t.Errorf("the helper: %d", p.Status)
		}
		// the owner's own account sees it too, and works on it
		if p := w.Get(w.anna, at+"/word"); p.Status != http.StatusOK || p.Has("Вы действуете") {
			t.Errorf("the owner: %d %s", p.Status, p.Text())
		}
		w.Post(w.boris, "/cabinet/acting/leave", nil).Location()
		none("after stepping out", w.Get(w.boris, at+"/word"))
		w.Post(w.boris, one+"/enter", nil).Location()
		w.Post(w.anna, one+"/end", nil).Location()
		none("withdrawn", w.Get(w.boris, at+"/word"), w.Post(w.boris, at+"/send", url.Values{"_version": {"1"}}))
		if p := w.Post(w.boris, one+"/enter", nil); p.Status != http.StatusConflict {
			t.Errorf("a withdrawn mandate is entered: %d", p.Status)
		}
		again := w.give("yes")
		w.Post(w.boris, "/cabinet/mandates/"+again+"/enter", nil).Location()
		w.clock.Advance(7*24*time.Hour + time.Minute)
		none("expired", w.Get(w.boris, at+"/word"))
		if p := w.Get(w.boris, "/cabinet/acting"); !p.Has("Сейчас вы действуете только за себя") {
			t.Errorf("expired: %s", p.Text())
		}
	})
}

func TestWithdrawnWhileItIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		mandateID := w.give("yes")
		must(t, w.Enter(w.As(w.boris.Account), mandateID))
		b, err := w.Acting(w.As(w.boris.Account))
		must(t, err)
		tell, err := w.Tell(w.As(w.boris.Account), b, "word", "1")
		must(t, err)
		must(t, w.End(w.As(w.anna.Account), mandateID))
		err = w.DB.Write(w.As(w.boris.Account), tell)
		if !errors.Is(err, ErrState) {
			t.Errorf("sent after it was withdrawn: %v", err)
		}
	})
}

func TestBothHaveToAgree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		stale := w.anna
		stale.Fresh = false
		form := url.Values{"contact": {"boris"}, "services": {"word"}, "days": {"7"}}
		if to := w.Post(stale, "/cabinet/mandates", form).Location(); !strings.HasPrefix(to, "/reauth?") {
			t.Errorf("without a fresh factor: %s", to)
		}
		for name, values := range map[string]url.Values{
			"contact": {"services": {"word"}, "days": {"7"}}, "services": {"contact": {"boris"}, "days": {"7"}, "services": {"nothing"}},
			"days": {"contact": {"boris"}, "services": {"word"}, "days": {"91"}}, "self": {"contact": {"anna"}, "services": {"word"}, "days": {"7"}},
		} {
			if p := w.Post(w.anna, "/cabinet/mandates", values); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", name, p.Status, p.Text())
			}
		}
		// nobody's contact looks like anybody's
		some := w.Get(w.anna, w.Post(w.anna, "/cabinet/mandates", form).Location())
		form.Set("contact", "nobody@example.org")
		none := w.Get(w.anna, w.Post(w.anna, "/cabinet/mandates", form).Location())
		if strings.Contains(some.Text(), "И. О.") || strings.ReplaceAll(some.Text(), "boris", "") != strings.ReplaceAll(none.Text(), "nobody@example.org", "") {
			t.Errorf("whether there is such a person:\n%s\n%s", some.Text(), none.Text())
		}
		one := "/cabinet/mandates/" + mandateIn(some)
		if p := w.Post(w.boris, one+"/enter", nil); p.Status != http.StatusConflict {
			t.Errorf("entered before it was accepted: %d", p.Status)
		}
		stale = w.boris
		stale.Fresh = false
		if to := w.Post(stale, one+"/accept", nil).Location(); !strings.HasPrefix(to, "/reauth?") {
			t.Errorf("accepted without a fresh factor: %s", to)
		}
		w.Post(w.boris, one+"/decline", nil).Location()
		if p := w.Post(w.boris, one+"/accept", nil); p.Status != http.StatusConflict {
			t.Errorf("accepted after it was declined: %d", p.Status)
		}
		out, err := w.Export(context.Background(), w.anna.Account)
		must(t, err)
		if list, _ := out["mandates"].([]map[string]any); len(list) != 2 {
			t.Errorf("export %v", out)
		}
		must(t, w.DB.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return w.Erase(ctx, tx, w.anna.Account) }))
		if p := w.Get(w.boris, one); p.Status != http.StatusNotFound {
			t.Errorf("erased: %d", p.Status)
		}
	})
}

// mandateIn is the id in the forms of a mandate's page.
func mandateIn(p applicationstest.Page) string {
	_, rest, _ := strings.Cut(p.Body, `action="/cabinet/mandates/`)
	return rest[:36]
}

func TestAVisit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		form := url.Values{"person": {w.anna.Account}, "consent": {"code"}, "document": {"yes"}, "code": {code}}
		if p := w.Post(w.boris, "/desk/mfc/visits", form); p.Status != http.StatusForbidden {
			t.Errorf("a citizen opens a visit: %d", p.Status)
		}
		if p := w.Post(w.operator, "/desk/mfc/visits", form); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a code that was not sent: %d", p.Status)
		}
		if p := w.Post(w.operator, "/desk/mfc/visits", url.Values{"person": {w.anna.Account}, "_do": {"code"}}); !p.Has("Код отправлен") {
			t.Errorf("%d %s", p.Status, p.Text())
		}
		form.Del("document")
		if p := w.Post(w.operator, "/desk/mfc/visits", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Сверьте документ") {
			t.Errorf("without a document: %d", p.Status)
		}
		form.Set("document", "yes")
		if to := w.Post(w.operator, "/desk/mfc/visits", form).Location(); to != "/cabinet/acting" {
			t.Errorf("leads to %s", to)
		}
		b, err := w.Acting(w.With(identity.Actor{ID: w.operator.Account, Session: "s-" + w.operator.Account, Roles: []identity.Role{{Name: identity.MFCOperator}}}))
		must(t, err)
		if b == nil || b.Source != "mfc" || b.Owner != w.anna.Account {
			t.Fatalf("%+v", b)
		}
		at := w.begin(w.operator, b.Mandate)
		p := w.fill(w.operator, at)
		if to := w.Post(w.operator, at+"/send", url.Values{"_version": {p.Value("_version")}}).Location(); to != at+"/sent" {
			t.Errorf("sent: %s", to)
		}
		if s := w.x.sent[w.anna.Account]; s.Source != "mfc" || s.Helper != w.operator.Account {
			t.Errorf("%+v", s)
		}
		visit := "/desk/mfc/visits/" + b.Mandate
		if to := w.Post(w.operator, visit+"/end", nil).Location(); to != visit {
			t.Errorf("ends at %s", to)
		}
		if p := w.Get(w.operator, visit); !p.Has("Расписка о приёме", "Отправил заявление", "Кодом с телефона", "Завершено", "МФЦ «") {
			t.Errorf("the receipt: %s", p.Text())
		}
		if p := w.Get(w.operator, at+"/sent"); p.Status != http.StatusNotFound {
			t.Errorf("after the visit: %d", p.Status)
		}
		if p := w.Get(w.anna, "/cabinet/mandates/"+b.Mandate); !p.Has("Отправил заявление", "Оператор МФЦ: МФЦ «") || strings.Count(p.Text(), "Отправил заявление") != 1 {
			t.Errorf("the visitor sees %s", p.Text())
		}
		// on paper, and over after half an hour
		paper := url.Values{"person": {w.boris.Account}, "consent": {"paper"}, "document": {"yes"}}
		if p := w.Post(w.operator, "/desk/mfc/visits", paper); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("a paper without a number: %d", p.Status)
		}
		paper.Set("paper", "12/3")
		w.Post(w.operator, "/desk/mfc/visits", paper).Location()
		if p := w.Get(w.operator, "/cabinet/acting"); !p.Has("boris") {
			t.Errorf("%s", p.Text())
		}
		w.clock.Advance(visitLife)
		if p := w.Get(w.operator, "/cabinet/acting"); !p.Has("только за себя") {
			t.Errorf("after half an hour: %s", p.Text())
		}
		if _, err := w.Open(w.With(identity.Actor{ID: w.operator.Account, Roles: []identity.Role{{Name: identity.MFCOperator}}}), Welcome{Person: w.operator.Account}); !errs.IsKind(err, errs.Forbidden) {
			t.Errorf("an operator visits themselves: %v", err)
		}
	})
}

// A mandate that ends by its date tells both, once.
func TestBothAreToldWhenTheTermIsOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		mandateID := w.give("no")
		w.Post(w.boris, "/cabinet/mandates/"+mandateID+"/enter", nil).Location()
		withdrawn := w.give("no")
		w.Post(w.anna, "/cabinet/mandates/"+withdrawn+"/end", nil).Location()
		w.Post(w.anna, "/cabinet/mandates", url.Values{"contact": {"eve"}, "services": {"word"}, "days": {"7"}}).Location() // nobody has agreed
		before := len(w.x.told)
		w.clock.Advance(7*24*time.Hour - time.Second)
		must(t, w.runOut(t.Context(), runOut{}))
		if len(w.x.told) != before {
			t.Errorf("told before the end: %+v", w.x.told[before:])
		}
		w.clock.Advance(time.Second)
		for range 2 {
			must(t, w.runOut(t.Context(), runOut{}))
		}
		told := map[string]int{}
		for _, l := range w.x.told[before:] {
			told[l.Owner+" "+l.Channel]++
			if who := map[string]string{w.anna.Account: "И. О. boris", w.boris.Account: "И. О. anna"}[l.Owner]; l.Channel == notify.Cabinet && !strings.Contains(l.Text, who) {
				t.Errorf("%q does not name %s", l.Text, who)
			}
		}
		if len(told) != 6 || len(w.x.told) != before+6 {
			t.Errorf("told %v", told)
		}
		if p := w.Get(w.anna, "/cabinet/mandates/"+mandateID); !p.Has("Срок истёк") {
			t.Errorf("the page: %s", p.Text())
		}
		if n := len(w.x.told); n > 0 {
			w.clock.Advance(runOutKept)
			w.give("no")
			w.clock.Advance(7*24*time.Hour + runOutKept + time.Hour)
			must(t, w.runOut(t.Context(), runOut{}))
			if got := len(w.x.told) - n; got != 6 { // offered and taken only: the end is old news
				t.Errorf("%d letters of what ended long ago", got)
			}
		}
	})
}
