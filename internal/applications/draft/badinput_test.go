package draft

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
)

// untouched runs f and reports whether the draft has the same answers after it.
func (b *bundle) untouched(draftID string, f func()) {
	b.t.Helper()
	row := func() int64 {
		d, err := b.load(b.as(b.anna), draftID)
		must(b.t, err)
		return d.RowVersion
	}
	before := row()
	f()
	if now := row(); now != before {
		b.t.Errorf("the draft was changed: version %d, before %d", now, before)
	}
}

func TestWhatNoPageSendsIsRefusedWhole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		step := b.start(b.anna, "child-benefit")
		draftID := draftOf(step)
		snils := "112-233-445 95"
		for name, sent := range map[string]url.Values{
			"an unknown question":      {"snils": {snils}, "admin": {"yes"}},
			"a question of other page": {"snils": {snils}, "income": {"1"}},
			"a choice not in the list": {"snils": {snils}, "relation": {"king"}},
			"another person's file":    {"snils": {snils}, "relation": {"guardian"}, "guardianship": {id.New()}},
			"a file of a path":         {"snils": {snils}, "relation": {"guardian"}, "guardianship": {"../../etc/passwd"}},
			"a hundred thousand bytes": {"snils": {strings.Repeat("1", 101<<10)}, "relation": {"parent"}},
			"two thousand values":      {"relation": append(make([]string, 2000), "parent")},
			"what is no text":          {"snils": {"\xff\xfe"}, "relation": {"parent"}},
		} {
			b.untouched(draftID, func() {
				p := b.post(b.anna, step, sent)
				if p.status != http.StatusUnprocessableEntity || len(p.byClass("govuk-error-summary")) != 1 {
					t.Errorf("%s: %d", name, p.status)
				}
			})
		}
		b.untouched(draftID, func() {
			if p := b.post(b.anna, step, url.Values{"snils": {strings.Repeat("1", 10<<20)}}); p.status != http.StatusRequestEntityTooLarge {
				t.Errorf("ten megabytes: %d", p.status)
			}
		})
	})
}

func TestTooManyRowsAreRefusedWhole(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	b.fill(b.anna, step, "relation", "parent")
	children := strings.Replace(step, "/applicant", "/children", 1)
	sent := url.Values{}
	for i := range 1000 {
		at := "children." + strconv.Itoa(i) + "."
		sent.Set(at+"person.last_name", "Петров")
		sent.Set(at+"person.first_name", "Иван")
	}
	b.untouched(draftOf(step), func() {
		p := b.post(b.anna, children, sent)
		items := p.byClass("govuk-error-summary__list")
		if p.status != http.StatusUnprocessableEntity || len(items) != 1 || !strings.Contains(text(items[0]), "не больше 20") {
			t.Fatalf("%d %s", p.status, text(p.doc))
		}
		if n := strings.Count(text(items[0]), "не задаётся"); n != 0 {
			t.Errorf("%d boxes beyond the end are told one by one", n)
		}
	})
	status, out := b.call(b.anna, "PATCH", "/api/v1/drafts/"+draftOf(step), map[string]any{
		"step": "children", "answers": map[string]any{"children": make([]map[string]any, 1000)},
	})
	if fields, _ := out["fields"].([]any); status != http.StatusUnprocessableEntity || len(fields) > 25 {
		t.Errorf("by the API: %d, %d faults", status, len(fields))
	}
}

func TestAPIRefusesWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	for name, add := range map[string]forms.Answers{
		"account": {"account": map[string]any{"bic": "044525225", "account": "40817810099910004312"}}, // only with way == "account"
		"spouse":  {"spouse": map[string]any{"last_name": "Петров", "first_name": "Иван", "birth_date": "1990-01-01"}},
		"admin":   {"admin": true},
		"id":      {"id": "1"},
		"way":     {"way": "king"},
	} {
		a := whole(t)
		for k, v := range add {
			a[k] = v
		}
		status, out := b.call(b.anna, "POST", "/api/v1/applications", map[string]any{"service": "child-benefit", "answers": a}, "Idempotency-Key", "bad-"+name)
		fields, _ := out["fields"].([]any)
		if status != http.StatusUnprocessableEntity || len(fields) != 1 || fields[0].(map[string]any)["name"] != name {
			t.Errorf("%s: %d %v", name, status, out)
		}
	}
	if len(b.cases.sent) != 0 {
		t.Errorf("%d applications were made", len(b.cases.sent))
	}
}

func TestSentAgainIsTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		form := url.Values{"_version": {"2"}, "_once": {draftID}}
		for range 3 {
			if to := b.post(b.anna, base(draftID)+"/send", form).location(); to != base(draftID)+"/sent" {
				t.Errorf("led to %s", to)
			}
		}
		if p := b.post(b.boris, base(draftID)+"/send", form); p.status != http.StatusNotFound {
			t.Errorf("replayed by another: %d", p.status)
		}
		if len(b.cases.sent) != 1 {
			t.Errorf("%d applications", len(b.cases.sent))
		}
	})
}

// What the page of checked answers can't show by itself is told as it is.
func TestUnknownFaultOfSendingIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	for _, fault := range []*errs.Error{
		errs.NewForbidden("applications.draft.error.key_used"), errs.NewInvalid("applications.draft.error.unclean"), errs.NewConflict("applications.draft.error.held"),
	} {
		draftID := b.ready(b.anna)
		req := httptest.NewRequest("POST", base(draftID)+"/send", nil)
		if got := b.notSent(httptest.NewRecorder(), req.WithContext(b.as(b.anna)), draftID, cases.Wish{}, fault); !errors.Is(got, fault) {
			t.Errorf("%s became %v", fault.Key, got)
		}
	}
}
