package draft

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

// renew offers the next version of the example, with changes to its text.
func (b *bundle) renew(pairs ...string) {
	b.t.Helper()
	raw, err := os.ReadFile("../../../docs/services/child-benefit/service.yaml")
	must(b.t, err)
	next := strings.NewReplacer(append([]string{"version: 1\ntitle", "version: 2\ntitle"}, pairs...)...).Replace(string(raw))
	s, faults := forms.Load(fstest.MapFS{"child-benefit/service.yaml": {Data: []byte(next)}}, "child-benefit/service.yaml")
	for _, f := range faults {
		b.t.Error(f)
	}
	if s == nil || s.Version != 2 {
		b.t.Fatal("no second version")
	}
	b.services.old = append(b.services.old, b.services.all["child-benefit"])
	b.services.all["child-benefit"] = s
}

// sterner wants more people's income to be told, and takes longer.
var sterner = []string{"{working_days: 10}", "{working_days: 15}", "min: 0\n        - id: per_head", "min: 0\n        - {id: other_income, kind: money, label: {ru: Другие доходы, en: Other income}}\n        - id: per_head"}

func TestDraftIsCarriedOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		b.renew(sterner...)
		for _, path := range []string{"", "/check", "/income", "/stop"} {
			if to := b.get(b.anna, base(draftID)+path).location(); to != base(draftID)+"/changes" {
				t.Errorf("%q leads to %s", path, to)
			}
		}
		p := b.get(b.anna, base(draftID)+"/changes")
		if p.status != http.StatusOK || !strings.Contains(text(p.doc), "Другие доходы") || !strings.Contains(text(p.doc), "рок") {
			t.Errorf("%d %s", p.status, text(p.doc))
		}
		if to := b.post(b.anna, base(draftID)+"/send", url.Values{"_version": {"2"}}).location(); to != base(draftID)+"/changes" {
			t.Errorf("sending leads to %s", to)
		}
		status, body := b.call(b.anna, "GET", "/api/v1/drafts/"+draftID, nil)
		if changes, _ := body["changes"].([]any); status != http.StatusOK || len(changes) < 2 || body["ready"] != false {
			t.Errorf("by the API: %v", body["changes"])
		}
		if to := b.post(b.anna, base(draftID)+"/changes", nil).location(); to != base(draftID)+"/income" {
			t.Errorf("goes on at %s", to)
		}
		d, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		if d.Version != 2 || d.Answers["family_size"] == nil || d.news() {
			t.Errorf("version %d, %v", d.Version, d.Answers)
		}
		b.post(b.anna, base(draftID)+"/income", b.get(b.anna, base(draftID)+"/income").with("other_income", "0")).location()
		if to := b.send(b.anna, base(draftID)+"/check").location(); to != base(draftID)+"/sent" {
			t.Errorf("sent: %s", to)
		}
		if s := b.cases.sent[draftID]; s.Version != 2 {
			t.Errorf("sent with version %d", s.Version)
		}
	})
}

func TestWhatWasTypedOnAnOldPageIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	step := b.start(b.anna, "child-benefit")
	open := b.get(b.anna, step)
	b.renew(sterner...)
	if to := b.post(b.anna, step, open.with("relation", "parent", "snils", "112-233-445 95")).location(); to != base(draftOf(step)) {
		t.Errorf("led to %s", to)
	}
	if a := b.answersOf(step); a["relation"] != "parent" {
		t.Errorf("lost: %v", a)
	}
}

func TestSmallChangeIsCarriedSilently(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	draftID := b.ready(b.anna)
	b.renew("Доход семьи за год, en", "Доход всей семьи за год, en")
	if p := b.get(b.anna, base(draftID)+"/check"); p.status != http.StatusOK || !strings.Contains(text(p.doc), "Доход всей семьи") {
		t.Errorf("%d", p.status)
	}
	if to := b.send(b.anna, base(draftID)+"/check").location(); to != base(draftID)+"/sent" {
		t.Errorf("sent: %s", to)
	}
}

func TestVersionThatIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	draftID := b.ready(b.anna)
	b.renew()
	b.services.old = nil
	p := b.get(b.anna, base(draftID)+"/changes")
	if p.status != http.StatusOK || !strings.Contains(text(p.doc), "сравнить их с прежними нельзя") {
		t.Errorf("%d %s", p.status, text(p.doc))
	}
	if to := b.post(b.anna, base(draftID)+"/changes", nil).location(); to != base(draftID)+"/check" {
		t.Errorf("goes on at %s", to)
	}
}

func TestWithdrawnServiceSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		sent := b.ready(b.anna)
		_, err := b.Send(b.as(b.anna), sent, 0, fromPage)
		must(t, err)
		b.services.old = append(b.services.old, b.services.all["child-benefit"])
		delete(b.services.all, "child-benefit")
		for _, path := range []string{"", "/check", "/income", "/changes"} {
			p := b.get(b.anna, base(draftID)+path)
			if p.status != http.StatusConflict || len(p.find(func(n *htmlNode) bool { return attr(n, "href") == "/services" })) == 0 {
				t.Errorf("%q: %d %s", path, p.status, text(p.doc))
			}
		}
		if status, _ := b.call(b.anna, "POST", "/api/v1/drafts/"+draftID+"/submit", nil); status != http.StatusConflict {
			t.Errorf("by the API: %d", status)
		}
		if p := b.get(b.anna, base(sent)+"/sent"); p.status != http.StatusOK {
			t.Errorf("what was sent: %d", p.status)
		}
		if to := b.post(b.anna, base(draftID)+"/delete", nil).location(); to != "/cabinet" {
			t.Errorf("deleting leads to %s", to)
		}
	})
}

func TestHoldersAreToldOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := i18n.With(secret.WithCache(t.Context()), b.words, "ru")
		b.ready(b.anna)
		b.ready(b.boris)
		must(t, b.watch(ctx, watch{}))
		if len(b.told.sent) != 0 {
			t.Error("told of nothing")
		}
		b.renew(sterner...)
		for range 2 {
			must(t, b.watch(ctx, watch{}))
		}
		if len(b.told.sent) != 2 || !strings.Contains(b.told.sent[0].Subject, "Ежемесячное пособие") || b.told.sent[0].To == b.told.sent[1].To {
			t.Errorf("told: %+v", b.told.sent)
		}
	})
}

func TestNobodyIsToldOfWords(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	b.ready(b.anna)
	b.renew("Доход семьи за год, en", "Доход всей семьи за год, en")
	must(t, b.watch(secret.WithCache(t.Context()), watch{}))
	if len(b.told.sent) != 0 {
		t.Errorf("told: %+v", b.told.sent)
	}
}

func TestDecisionsAreExplained(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	check := b.get(b.anna, base(b.ready(b.anna))+"/check")
	for _, want := range []string{"Почему так", "Право на услугу", "Доход на человека", "Что изменило бы решение"} {
		if !strings.Contains(text(check.doc), want) {
			t.Errorf("the check does not say %q", want)
		}
	}
	step := b.start(b.anna, "child-benefit")
	to := b.post(b.anna, step, b.get(b.anna, step).with("relation", "other")).location()
	stop := b.get(b.anna, to)
	if !strings.HasSuffix(to, "/stop") || !strings.Contains(text(stop.doc), "Что учли: Кем вы приходитесь детям: Никто из перечисленных") {
		t.Errorf("%s: %s", to, text(stop.doc))
	}
}
