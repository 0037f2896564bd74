package draft

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// changeables are applications that can be changed while err is nil.
type changeables struct {
	db    *db.DB
	err   error
	taken cases.Submission
}

func (o *changeables) Changeable(context.Context, string) error { return o.err }

func (o *changeables) Amend(ctx context.Context, _ string, s cases.Submission, also func(context.Context, *db.Tx) error) error {
	if o.err != nil {
		return o.err
	}
	o.taken = s
	return o.db.Write(ctx, also)
}

func TestRefusedApplicationOpensWithItsRemarks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.sentBefore(b.anna)
		form := url.Values{"mend": {a.copy.Number}, "_once": {id.New()}}
		if p := b.post(b.anna, "/cabinet/drafts", form); p.status != http.StatusConflict {
			t.Errorf("one that is not refused: %d", p.status)
		}
		field := firstTyped(a.copy)
		a.copy.Status, a.copy.Remarks = cases.Refused, map[string]string{field.id: "Не <то>"}
		if p := b.post(b.boris, "/cabinet/drafts", form); p.status != http.StatusNotFound {
			t.Errorf("a stranger: %d", p.status)
		}
		to := b.post(b.anna, "/cabinet/drafts", form).location()
		draftID := strings.TrimPrefix(to, base(""))
		b.post(b.anna, to+"/begun", nil)
		p := b.get(b.anna, stepPath(draftID, field.step)+"?back=check")
		if !strings.Contains(text(p.doc), "Не <то>") || !strings.Contains(text(p.doc), a.copy.Number) {
			t.Errorf("%d: the remark is not at its field: %s", p.status, text(p.doc))
		}
		d, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		if !d.mends() || d.Origin.Case != a.copy.CaseID || len(d.files) != len(a.copy.Files) {
			t.Fatalf("opened: %+v, %d files", d.Origin, len(d.files))
		}
		status, out := b.call(b.anna, "POST", "/api/v1/drafts", map[string]any{"application": a.copy.Number, "as": "mend"})
		other, _ := out["id"].(string)
		if d, err := b.load(b.as(b.anna), other); status != http.StatusCreated || err != nil || !d.mends() {
			t.Errorf("by a program: %d %v, %v", status, out, err)
		}
		consent(t, b, draftID)
		b.send(b.anna, base(draftID)+"/check").location()
		if s := b.cases.sent[draftID]; s.Earlier != a.copy.CaseID {
			t.Errorf("sent in place of %q", s.Earlier)
		}
	})
}

func TestApplicationIsChanged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a, o := b.sentBefore(b.anna), &changeables{db: b.DB}
		if _, err := b.Change(b.as(b.anna), a.copy.Number, ""); !errors.Is(err, cases.ErrNoChange) {
			t.Errorf("nothing can be changed: %v", err)
		}
		b.Changes = o
		draftID, err := b.Change(b.as(b.anna), a.copy.Number, "")
		must(t, err)
		if to := b.get(b.anna, base(draftID)).location(); to != base(draftID)+"/check" {
			t.Errorf("leads to %s", to) // nothing has to be answered again
		}
		status, out := b.call(b.anna, "POST", "/api/v1/drafts", map[string]any{"application": a.copy.Number, "as": "change"})
		other, _ := out["id"].(string)
		if d, err := b.load(b.as(b.anna), other); status != http.StatusCreated || err != nil || !d.changes() {
			t.Errorf("by a program: %d %v, %v", status, out, err)
		}
		o.err = cases.ErrTakenUp
		if to := b.send(b.anna, base(draftID)+"/check").location(); to != "/cabinet/applications/"+a.copy.Number+"/change" {
			t.Errorf("taken meanwhile: %s", to)
		}
		o.err = nil
		to := b.send(b.anna, base(draftID)+"/check").location()
		if p := b.get(b.anna, to); !strings.Contains(text(p.doc), "Изменения отправлены") || !strings.Contains(text(p.doc), a.copy.Number) {
			t.Errorf("%d %s", p.status, text(p.doc))
		}
		if len(o.taken.Answers) == 0 || o.taken.Earlier != "" {
			t.Errorf("sent: %+v", o.taken)
		}
		if number, err := b.Send(b.as(b.anna), draftID, 0, fromPage); number != a.copy.Number || err != nil {
			t.Errorf("sent again: %s, %v", number, err)
		}
	})
}

// place of a field in the example.
type where struct{ id, step string }

// firstTyped is a field that was answered.
func firstTyped(c *cases.Copy) where {
	for _, step := range c.Service.Form.Steps {
		for _, f := range step.Fields {
			if c.Answers[f.ID] != nil && !passing(&f) {
				return where{f.ID, step.ID}
			}
		}
	}
	return where{}
}

// consent gives the consents that each application needs anew.
func consent(t *testing.T, b *bundle, draftID string) {
	t.Helper()
	w, err := b.load(b.as(b.anna), draftID)
	must(t, err)
	for _, step := range w.service.Form.Steps {
		for _, f := range step.Fields {
			if f.Kind == "consent" {
				w.Answers[f.ID] = true
			}
		}
	}
	must(t, b.save(b.as(b.anna), w, nil))
}
