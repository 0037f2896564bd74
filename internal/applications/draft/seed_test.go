package draft

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/id"
)

// archive holds what one person has sent.
type archive struct {
	owner string
	copy  *cases.Copy
}

func (a *archive) Copy(ctx context.Context, number string) (*cases.Copy, error) {
	if me, err := owner(ctx); err != nil || me != a.owner || a.copy == nil || number != a.copy.Number {
		return nil, cases.ErrNotFound
	}
	return a.copy, nil
}

func (a *archive) Last(ctx context.Context, serviceID string, _ int, fits func(*cases.Copy) bool) (*cases.Copy, error) {
	if me, err := owner(ctx); err != nil || me != a.owner || a.copy == nil || serviceID != a.copy.Service.ID || !fits(a.copy) {
		return nil, nil
	}
	return a.copy, nil
}

// sentBefore has the person send the example, so that it can be begun from.
func (b *bundle) sentBefore(account string) *archive {
	b.t.Helper()
	draftID := b.ready(account)
	b.send(account, base(draftID)+"/check").location()
	s := b.cases.sent[draftID]
	service := b.services.all["child-benefit"]
	result := forms.Fill(service, s.Answers, s.Facts)
	a := &archive{owner: account, copy: &cases.Copy{
		CaseID: draftID, Number: b.cases.numbers[draftID], Service: service, Answers: result.Submission(),
	}}
	for _, f := range s.Files {
		body := b.cases.files[f.Name]
		f.Open = func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(string(body))), nil
		}
		a.copy.Files = append(a.copy.Files, f)
	}
	for _, step := range result.Steps {
		for i := range step.Fields {
			if step.Fields[i].Source.From == forms.FromKnown {
				a.copy.Known = append(a.copy.Known, step.Fields[i].Name)
			}
		}
	}
	b.Copies = a
	return a
}

func TestAnotherOneLikeIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.sentBefore(b.anna)
		form := url.Values{"again": {a.copy.Number}, "_once": {id.New()}}
		to := b.post(b.anna, "/cabinet/drafts", form).location()
		if again := b.post(b.anna, "/cabinet/drafts", form).location(); again != to {
			t.Errorf("a second press began another draft: %s, %s", to, again)
		}
		draftID := strings.TrimPrefix(to, base(""))
		d, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		for name, v := range a.copy.Answers {
			if f := d.service.Field(name); f != nil && !passing(f) && d.fill().Submission()[name] == nil {
				t.Errorf("%s is lost: %v", name, v)
			}
		}
		if p := b.post(b.boris, "/cabinet/drafts", form); p.status != http.StatusNotFound {
			t.Errorf("another person begins from it: %d", p.status)
		}
		if p := b.get(b.boris, to+"/begun"); p.status != http.StatusNotFound {
			t.Errorf("another person sees what became of it: %d", p.status)
		}
	})
}

func TestWhatDoesNotFitIsAskedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.sentBefore(b.anna)
		b.renew(sterner...)
		draftID, err := b.Again(b.as(b.anna), a.copy.Number, "")
		must(t, err)
		if to := b.get(b.anna, base(draftID)).location(); to != base(draftID)+"/begun" {
			t.Fatalf("leads to %s", to)
		}
		p := b.get(b.anna, base(draftID)+"/begun")
		if !strings.Contains(text(p.doc), "Другие доходы") || !strings.Contains(text(p.doc), a.copy.Number) {
			t.Errorf("%d %s", p.status, text(p.doc))
		}
		to := b.post(b.anna, base(draftID)+"/begun", nil).location()
		if to != base(draftID)+"/income" {
			t.Errorf("goes on at %s", to)
		}
		if to := b.get(b.anna, base(draftID)+"/begun").location(); to != base(draftID)+"/income" {
			t.Errorf("it is told twice: %s", to)
		}
	})
}

func TestFilesAreTakenOverWhereTheyMayBe(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		service := b.services.all["every-kind"]
		ref := func(fileID, name string) []any {
			return []any{map[string]any{"id": fileID, "name": name, "size": int64(len(pdfFile)), "type": "pdf"}}
		}
		good, bad := id.New(), id.New()
		open := func(body string) func(context.Context) (io.ReadCloser, error) {
			return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		}
		b.Copies = &archive{owner: b.anna, copy: &cases.Copy{
			CaseID: id.New(), Number: "1", Service: service,
			Answers: forms.Answers{"text": "Строка", "scan": ref(good, "скан.pdf"), "more": ref(bad, "прочее.pdf")},
			Files: []cases.FileRef{
				{ID: good, Name: "скан.pdf", Type: "pdf", Size: int64(len(pdfFile)), Scan: upload.Clean, Open: open(pdfFile)},
				{ID: bad, Name: "прочее.pdf", Type: "pdf", Size: 3, Scan: upload.Clean, Open: open("MZ\x90")},
			},
		}}
		draftID, err := b.Again(b.as(b.anna), "1", "")
		must(t, err)
		d, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		if len(d.files) != 1 || d.files[0].Name != "скан.pdf" || d.files[0].ID == good || d.Answers["more"] != nil {
			t.Errorf("files %v, answers %v", d.files, d.Answers)
		}
		if _, body, err := b.Read(b.as(b.anna), draftID, d.files[0].ID); err != nil {
			t.Error(err)
		} else if raw, err := io.ReadAll(body); err != nil || string(raw) != pdfFile {
			t.Errorf("%q %v", raw, err)
		}
		if p := b.get(b.anna, base(draftID)+"/begun"); !strings.Contains(text(p.doc), "прочее.pdf") {
			t.Errorf("not told: %s", text(p.doc))
		}
		if n := b.stored(); n != 1 {
			t.Errorf("%d files in the store", n)
		}
	})
}

func TestFactsAreRenewed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.Copies = &archive{owner: b.anna, copy: &cases.Copy{
			CaseID: id.New(), Number: "1", Service: b.services.all["every-kind"], Known: []string{"surname", "phone"},
			Answers: forms.Answers{"surname": "Сидорова", "phone": "+79131234567", "text": "Строка"},
		}}
		draftID, err := b.Again(b.as(b.anna), "1", "")
		must(t, err)
		d, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		if got := d.fill().Submission()["surname"]; got != "Петрова" {
			t.Errorf("the surname is %v", got)
		}
		if p := b.get(b.anna, base(draftID)+"/begun"); !strings.Contains(text(p.doc), "было «Сидорова», теперь «Петрова»") {
			t.Errorf("not told: %s", text(p.doc))
		}
		// what was typed by hand stays as it was typed
		b.Copies.(*archive).copy.Known = nil
		draftID, err = b.Again(b.as(b.anna), "1", "")
		must(t, err)
		d, err = b.load(b.as(b.anna), draftID)
		must(t, err)
		if got := d.fill().Submission()["surname"]; got != "Сидорова" {
			t.Errorf("what was typed became %v", got)
		}
	})
}

func TestOnePress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		known := func(account string) bool {
			t.Helper()
			yes, err := b.Known(b.as(account), "child-benefit")
			must(t, err)
			return yes
		}
		if known(b.anna) {
			t.Fatal("all is known of somebody who was never asked")
		}
		b.sentBefore(b.anna)
		if !known(b.anna) || known(b.boris) {
			t.Fatalf("known of Anna %v, of Boris %v", known(b.anna), known(b.boris))
		}
		b.profiles.level = "simplified"
		if known(b.anna) {
			t.Error("one press leads to a check that can't be sent")
		}
		b.profiles.level = "confirmed"
		to := b.post(b.anna, "/cabinet/drafts", url.Values{"quick": {"yes"}, "service": {"child-benefit"}}).location()
		for range 3 {
			if !strings.HasSuffix(to, "/check") && !strings.HasSuffix(to, "/sent") {
				if strings.HasSuffix(to, "/begun") {
					to = b.post(b.anna, to, nil).location()
				} else if p := b.get(b.anna, to); p.status == http.StatusSeeOther {
					to = p.location()
				}
			}
		}
		d, err := b.load(b.as(b.anna), strings.Split(to, "/")[3])
		must(t, err)
		if !allKnown(d.fill()) || d.Number != "" {
			t.Errorf("%s: %v", to, d.fill().Missing)
		}
	})
}
