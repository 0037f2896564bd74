package cabinet

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
	"okno/internal/kit/testkit"
	"okno/internal/profile"
	"okno/internal/vault"
	"okno/services"
)

// shipped are the services of the portal, with the rules that they have.
func shipped(t testing.TB) []*forms.Service {
	t.Helper()
	all, faults := forms.LoadAll(services.FS, forms.Options{})
	for _, f := range faults {
		t.Error(f)
	}
	for _, s := range all {
		if s.ID == "foreign-passport" {
			s.ForWhom = []forms.ForWhom{{Who: forms.WhoSelf, From: 14}}
		}
	}
	return all
}

// parent is a confirmed person with a child of the age in years and a car.
func parent(t testing.TB, years int) *below {
	b := &below{level: profile.Confirmed, services: shipped(t), since: map[string]db.Time{}}
	b.person = profile.Person{FirstName: "Анна", BirthDate: "1988-04-12"}
	b.known = map[string]forms.Known{
		"profile.children": {Value: []any{map[string]any{"birth_date": testkit.Start.AddDate(-years, 0, -1).Format(time.DateOnly)}}},
		"profile.vehicles": {Value: []any{map[string]any{"plate": "А123АА77"}}},
	}
	return b
}

func offered(t *testing.T, b *below) Offers {
	t.Helper()
	r := New(b.deps(nil, clock.NewFake(testkit.Start)))
	h, err := r.Home(identity.WithActor(context.Background(), identity.Actor{ID: "anna"}))
	if err != nil {
		t.Fatal(err)
	}
	return h.Offers
}

func ids(all []Offer) []string {
	var out []string
	for _, o := range all {
		out = append(out, o.Service.ID+" "+o.Why)
	}
	return out
}

func TestRecommendedByFacts(t *testing.T) {
	t.Parallel()
	ago := func(days int) db.Time { return db.At(testkit.Start.AddDate(0, 0, -days)) }
	of := func(service string, s cases.Status, at db.Time) cases.Row {
		c := row("01", s)
		c.ServiceID, c.ChangedAt = service, at
		return c
	}
	until := func(service string, days int) vault.Document {
		return vault.Document{ServiceID: service, ValidUntil: db.DateOf(testkit.Start.AddDate(0, 0, days))}
	}
	benefit, licence := "child-benefit rule", "driver-licence-replacement rule"
	for name, c := range map[string]struct {
		change func(b *below)
		want   []string
	}{
		"a child and a car":     {func(*below) {}, []string{benefit, licence}},
		"nothing known":         {func(b *below) { b.known = nil }, nil},
		"below the level":       {func(b *below) { b.level = profile.Standard }, nil},
		"a grown child":         {func(b *below) { *b = *parent(t, 17) }, []string{licence}},
		"a baby":                {func(b *below) { *b = *parent(t, 0) }, []string{benefit, licence, "residence-registration rule"}},
		"in work":               {func(b *below) { b.cases = []cases.Row{of("child-benefit", cases.InWork, ago(1))} }, []string{licence}},
		"begun":                 {func(b *below) { b.drafts = []draft.Row{{ServiceID: "child-benefit"}} }, []string{licence}},
		"given lately":          {func(b *below) { b.cases = []cases.Row{of("child-benefit", cases.Completed, ago(300))} }, []string{licence}},
		"given long ago":        {func(b *below) { b.cases = []cases.Row{of("child-benefit", cases.Completed, ago(400))} }, []string{benefit, licence}},
		"refused":               {func(b *below) { b.cases = []cases.Row{of("child-benefit", cases.Refused, ago(5))} }, []string{benefit, licence}},
		"the natural next one":  {func(b *below) { b.cases = []cases.Row{of("residence-registration", cases.Approved, ago(59))} }, []string{benefit, licence, "housing-subsidy rule"}},
		"after the time for it": {func(b *below) { b.cases = []cases.Row{of("residence-registration", cases.Completed, ago(61))} }, []string{benefit, licence}},
		"a paper ends": {func(b *below) {
			b.papers = []vault.Document{until("criminal-record-certificate", 14)}
			b.cases = []cases.Row{of("criminal-record-certificate", cases.Completed, ago(80))}
		}, []string{benefit, "criminal-record-certificate expires", licence}},
		"it does not end yet": {func(b *below) { b.papers = []vault.Document{until("criminal-record-certificate", 15)} }, []string{benefit, licence}},
		"there is a newer one": {func(b *below) {
			b.papers = []vault.Document{until("criminal-record-certificate", 80), until("criminal-record-certificate", 2)}
		}, []string{benefit, licence}},
		"it was revoked": {func(b *below) {
			b.papers = []vault.Document{until("criminal-record-certificate", 5)}
			b.papers[0].RevokedAt = ago(1)
		}, []string{benefit, licence}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := parent(t, 5)
			c.change(b)
			got := offered(t, b)
			if diff := cmp.Diff(c.want, ids(got.Recommended)); diff != "" {
				t.Error(diff)
			}
			for _, o := range got.Recommended {
				if o.Words.RU == "" || o.Words.EN == "" {
					t.Errorf("%s is recommended for no reason", o.Service.ID)
				}
			}
		})
	}
}

func TestWhatBecameAvailable(t *testing.T) {
	t.Parallel()
	ago := func(days int) db.Time { return db.At(testkit.Start.AddDate(0, 0, -days)) }
	for name, c := range map[string]struct {
		change func(b *below)
		want   []string
	}{
		"nothing": {func(*below) {}, nil},
		"the account was confirmed": {func(b *below) { b.levelAt = ago(30) }, []string{
			"child-benefit level", "criminal-record-certificate level", "driver-licence-replacement level",
		}},
		"long ago":  {func(b *below) { b.levelAt = ago(31) }, nil},
		"a new one": {func(b *below) { b.since["egrn-extract"] = ago(3) }, []string{"egrn-extract opened"}},
		"older":     {func(b *below) { b.since["egrn-extract"] = ago(31) }, nil},
		"fourteen": {func(b *below) { b.person.BirthDate = testkit.Start.AddDate(-14, 0, -2).Format(time.DateOnly) }, []string{
			"criminal-record-certificate age", "foreign-passport age", "residence-registration age",
		}},
		"not yet":    {func(b *below) { b.person.BirthDate = testkit.Start.AddDate(-14, 0, 2).Format(time.DateOnly) }, nil},
		"in work":    {func(b *below) { b.since["passport"], b.cases = ago(3), []cases.Row{row("01", cases.InWork)} }, nil},
		"other ages": {func(b *below) { b.person.BirthDate = testkit.Start.AddDate(-15, 0, -2).Format(time.DateOnly) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &below{level: profile.Confirmed, services: shipped(t), since: map[string]db.Time{}}
			b.person.BirthDate = "1988-04-12"
			c.change(b)
			if diff := cmp.Diff(c.want, ids(offered(t, b).Fresh)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOffersOnThePage(t *testing.T) {
	t.Parallel()
	b := parent(t, 5)
	b.since["egrn-extract"] = db.At(testkit.Start.AddDate(0, 0, -3))
	b.complaints = []complaint.Complaint{
		{ID: "c1", CaseNumber: "1234-5678-9001", Status: complaint.Draft},
		{ID: "c2", Number: "77-1", Status: complaint.Refused, DecidedAt: db.At(testkit.Start.AddDate(0, 0, -3))},
		{ID: "c3", Number: "77-2", Status: complaint.Refused, DecidedAt: db.At(testkit.Start.AddDate(0, 0, -20))},
		{ID: "c4", Number: "77-3", Status: complaint.InWork},
	}
	news := row("01", cases.InWork)
	news.News = true
	b.cases = []cases.Row{news, row("02", cases.InWork)}
	call := site(t, b)
	body := call("anna", "/cabinet", nil).Body.String()
	inOrder(t, body, "Жалоба ещё не отправлена", "/cabinet/complaint-drafts/c1", "На жалобу ответили", "/cabinet/complaints/77-1", "Есть новое",
		"Вам стало доступно", "Выписка из ЕГРН", "услуга появилась", "Рекомендуем", "/cabinet/settings#recommend", "пособие на ребёнка", "Почему:", "есть ребёнок")
	if strings.Count(body, "Есть новое") != 1 || strings.Contains(body, "77-2") || strings.Contains(body, "77-3") || strings.Contains(body, "Популярные") {
		t.Error("something else is shown")
	}
	if len(body) > 13<<10 {
		t.Errorf("%d bytes without the frame", len(body))
	}
	if body := call("anna", "/api/v1/recommendations", nil).Body.String(); !strings.Contains(body, `"reason":"opened"`) || !strings.Contains(body, `"on":true`) {
		t.Error(body)
	}
}

// TestSwitchedOffNothingIsReckoned goes through the switch and the hiding of one.
func TestSwitchedOffNothingIsReckoned(t *testing.T) {
	t.Parallel()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			clk := clock.NewFake(testkit.Start)
			d := testkit.Open(t, engine, testkit.Of(append(schema(), secret.Migrations(), audit.Migrations())...), clk)
			b := parent(t, 5)
			file := filepath.Join(t.TempDir(), "keys")
			if err := secret.CreateKeyset(file, clk.Now()); err != nil {
				t.Fatal(err)
			}
			keys, err := secret.OpenKeyset(context.Background(), secret.File(file))
			if err != nil {
				t.Fatal(err)
			}
			deps := b.deps(d, clk)
			if deps.Audit, err = audit.New(context.Background(), d, secret.NewSealer(keys, d)); err != nil {
				t.Fatal(err)
			}
			r := New(deps)
			anna := identity.WithActor(context.Background(), identity.Actor{ID: "anna"})
			boris := identity.WithActor(context.Background(), identity.Actor{ID: "boris"})
			see := func(ctx context.Context) []string {
				h, err := r.Home(ctx)
				if err != nil {
					t.Fatal(err)
				}
				return ids(h.Recommended)
			}
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			both := []string{"child-benefit rule", "driver-licence-replacement rule"}
			if diff := cmp.Diff(both, see(anna)); diff != "" {
				t.Fatal(diff)
			}
			must(r.Hide(anna, "child-benefit"))
			must(r.Hide(anna, "child-benefit"))
			if diff := cmp.Diff(both[1:], see(anna)); diff != "" {
				t.Error(diff)
			}
			if err := r.Hide(anna, "nothing"); err == nil {
				t.Error("a service that is not there was hidden")
			}
			must(r.Recommend(anna, false, false))
			b.facts = 0
			if see(anna); b.facts != 0 {
				t.Error("facts were read for who wants no recommendations")
			}
			if diff := cmp.Diff(both, see(boris)); diff != "" {
				t.Errorf("another's choice counts: %s", diff)
			}
			w, err := r.Wishes(anna)
			must(err)
			if diff := cmp.Diff(Wishes{Off: true, Hidden: []string{"child-benefit"}}, w); diff != "" {
				t.Error(diff)
			}
			must(r.Recommend(anna, true, true))
			if diff := cmp.Diff(both, see(anna)); diff != "" {
				t.Error(diff)
			}
			// The next day the same facts may say something else.
			b.known = nil
			if diff := cmp.Diff(both, see(anna)); diff != "" {
				t.Error("the day had not changed", diff)
			}
			clk.Advance(24 * time.Hour)
			if got := see(anna); got != nil {
				t.Errorf("yesterday's %v", got)
			}
			must(r.Recommend(anna, false, false))
			must(d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return r.Erase(ctx, tx, "anna") }))
			out, err := r.Export(anna, "anna")
			must(err)
			if diff := cmp.Diff(map[string]any{"off": false, "hidden": []string(nil)}, out["recommendations"]); diff != "" {
				t.Error(diff)
			}
			for _, err := range []error{r.Hide(context.Background(), "child-benefit"), r.Recommend(context.Background(), true, true)} {
				if err == nil {
					t.Error("nobody has changed something")
				}
			}
		})
	}
}

func TestSettingsOfRecommendations(t *testing.T) {
	t.Parallel()
	body := site(t, &below{})("anna", "/cabinet/settings", nil).Body.String()
	inOrder(t, body, "Рекомендации", "объясняем почему", `name="recommend"`, "Не показывать рекомендации")
	if w := site(t, &below{})("anna", "/cabinet/recommendations/hide", url.Values{"service": {"nothing"}}); w.Code != http.StatusNotFound {
		t.Errorf("hiding what is not there: %d", w.Code)
	}
}

// TestReasonsSpeakInWords: what a rule's words say of a choice is printed as
// people read it, in each language.
func TestReasonsSpeakInWords(t *testing.T) {
	t.Parallel()
	texts, err := i18n.New(Locale(), forms.Locale(), statuses())
	if err != nil {
		t.Fatal(err)
	}
	b := &below{}
	d := b.deps(nil, clock.NewFake(testkit.Start))
	d.Texts = texts
	r := New(d)
	for lang, want := range map[forms.Lang]string{forms.RU: texts.T("ru", "forms.word.yes"), forms.EN: texts.T("en", "forms.word.yes")} {
		if got := r.printer(lang).Words("forms.word.yes"); got != want || got == "forms.word.yes" {
			t.Errorf("%s: %q, not %q", lang, got, want)
		}
	}
}
