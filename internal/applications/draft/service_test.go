package draft

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/testkit"
)

// each runs f on a room over each engine.
func each(t *testing.T, f func(t *testing.T, b *bundle)) {
	t.Helper()
	testkit.Each(t, schema, clock.NewFake(testkit.Start), func(t *testing.T, d *db.DB) {
		clk := clock.NewFake(testkit.Start) // the engines run side by side, each in its own time
		f(t, around(t, testkit.OpenURL(t, d.URL(), clk), clk))
	})
}

// whole are answers that make the example complete.
func whole(t testing.TB) forms.Answers {
	t.Helper()
	a, err := forms.DecodeAnswers([]byte(`{
		"relation": "parent",
		"children": [{"person": {"last_name": "Петров", "first_name": "Иван", "birth_date": "2020-02-01"}, "certificate": "II-МЮ 123456", "disabled": false}],
		"family_size": 3, "income": 30000000, "has_spouse": false,
		"address": {"region": "Москва", "city": "Москва", "house": "1"}, "way": "post", "truth": true}`))
	must(t, err)
	return a
}

// ready is a draft that only needs to be sent.
func (b *bundle) ready(account string) string {
	b.t.Helper()
	ctx := b.as(account)
	draftID, err := b.Start(ctx, "child-benefit", "")
	must(b.t, err)
	w, err := b.load(ctx, draftID)
	must(b.t, err)
	w.Answers, w.Step = whole(b.t), stepCheck
	must(b.t, b.save(ctx, w, nil))
	return draftID
}

func TestDraftComesBackAsItWas(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		w, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		if w.RowVersion != 2 || w.Step != stepCheck || !w.fill().Ready() {
			t.Errorf("version %d, step %s, missing %v", w.RowVersion, w.Step, w.fill().Missing)
		}
		rows, err := b.Drafts(b.as(b.anna), b.anna)
		must(t, err)
		if len(rows) != 1 || rows[0].Title.RU != "Ежемесячное пособие на ребёнка" {
			t.Errorf("list: %+v", rows)
		}
		if _, err := b.load(b.as(b.boris), draftID); !errors.Is(err, ErrNotFound) {
			t.Errorf("another person's: %v", err)
		}
		if rows, _ := b.Drafts(b.as(b.boris), b.boris); len(rows) != 0 {
			t.Error("another person's list has it")
		}
	})
}

func TestAnswersAreSealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		row, err := b.store.draft(context.Background(), b.anna, draftID)
		must(t, err)
		if strings.Contains(string(row.AnswersSealed), "Петров") {
			t.Error("answers stand in the open")
		}
	})
}

func TestStaleSaveIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		one, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		two, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		must(t, b.save(b.as(b.anna), one, nil))
		if err := b.save(b.as(b.anna), two, nil); !errors.Is(err, errStale) {
			t.Errorf("saved over a newer version: %v", err)
		}
	})
}

func TestSentOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		var wg sync.WaitGroup
		numbers := make([]string, 8)
		for i := range numbers {
			wg.Go(func() {
				var err error
				if numbers[i], err = b.Send(b.as(b.anna), draftID, 0, fromPage); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, n := range numbers {
			if n == "" || n != numbers[0] {
				t.Errorf("numbers: %v", numbers)
				break
			}
		}
		if len(b.cases.numbers) != 1 {
			t.Errorf("%d cases", len(b.cases.numbers))
		}
		row, err := b.store.draft(context.Background(), b.anna, draftID)
		must(t, err)
		if len(row.AnswersSealed) != 0 || row.Number != numbers[0] {
			t.Error("a sent draft keeps its answers, or not its number")
		}
		if rows, _ := b.Drafts(b.as(b.anna), b.anna); len(rows) != 0 {
			t.Error("a sent draft is listed")
		}
	})
}

func TestApplyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := b.as(b.anna)
		number, err := b.Apply(ctx, "child-benefit", whole(t), "key-1")
		must(t, err)
		again, err := b.Apply(ctx, "child-benefit", whole(t), "key-1")
		must(t, err)
		if number == "" || again != number || len(b.cases.numbers) != 1 {
			t.Errorf("%q, then %q; %d cases", number, again, len(b.cases.numbers))
		}
		for _, s := range b.cases.sent {
			if s.Source != fromAPI || s.Answers["passport"] == nil {
				t.Errorf("sent %+v", s)
			}
		}
		other := whole(t)
		other["income"] = 5.0
		if _, err := b.Apply(ctx, "child-benefit", other, "key-1"); !errors.Is(err, ErrKeyUsed) {
			t.Errorf("another application under the same key: %v", err)
		}
		if n, err := b.Apply(b.as(b.boris), "child-benefit", whole(t), "key-1"); err != nil || n == number {
			t.Errorf("another person under the same key: %q, %v", n, err)
		}
		if n, err := b.Apply(ctx, "child-benefit", whole(t), "key-2"); err != nil || n == number {
			t.Errorf("another key: %q, %v", n, err)
		}
	})
}

func TestApplyOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		var wg sync.WaitGroup
		numbers := make([]string, 8)
		for i := range numbers {
			wg.Go(func() {
				var err error
				if numbers[i], err = b.Apply(b.as(b.anna), "child-benefit", whole(t), "key"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, n := range numbers {
			if n == "" || n != numbers[0] {
				t.Errorf("numbers: %v", numbers)
				break
			}
		}
		if len(b.cases.numbers) != 1 {
			t.Errorf("%d cases", len(b.cases.numbers))
		}
	})
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	deep := any("x")
	for range 20 {
		deep = []any{deep}
	}
	for name, c := range map[string]struct {
		change func(forms.Answers)
		field  string
	}{
		"missing":         {func(a forms.Answers) { delete(a, "way") }, "way"},
		"wrong":           {func(a forms.Answers) { a["snils"] = "112-233-445 96" }, "snils"},
		"unknown":         {func(a forms.Answers) { a["admin"] = true }, "admin"},
		"unknown in item": {func(a forms.Answers) { a["children"].([]any)[0].(map[string]any)["x"] = 1.0 }, "children.x"},
		"NUL":             {func(a forms.Answers) { a["way"] = "po\x00st" }, "way"},
		"deep":            {func(a forms.Answers) { a["way"] = deep }, "way"},
		"somebody's file": {func(a forms.Answers) { a["relation"] = "guardian"; a["guardianship"] = []any{id.New()} }, "guardianship"},
		"many": {func(a forms.Answers) {
			a["children"] = make([]any, 1000)
		}, "children"},
	} {
		a := whole(t)
		c.change(a)
		_, err := b.Apply(b.as(b.anna), "child-benefit", a, "k-"+name)
		e, ok := errs.As(err)
		if !ok || e.Kind != errs.Invalid {
			t.Errorf("%s: %v", name, err)
			continue
		}
		named := false
		for _, f := range e.Fields {
			named = named || f.Name == c.field
		}
		if !named {
			t.Errorf("%s: fields %v", name, e.Fields)
		}
	}
	if len(b.cases.numbers) != 0 {
		t.Errorf("%d cases", len(b.cases.numbers))
	}
	for want, err := range map[*errs.Error]error{
		ErrKey:     second(b.Apply(b.as(b.anna), "child-benefit", whole(t), "")),
		ErrService: second(b.Apply(b.as(b.anna), "nothing", whole(t), "k")),
	} {
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	b.profiles.level = "standard"
	if _, err := b.Apply(b.as(b.anna), "child-benefit", whole(t), "k"); !errors.Is(err, ErrLevel) {
		t.Errorf("level: %v", err)
	}
}

func second(_ string, err error) error { return err }

func TestFailedSendLeavesTheDraft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID := b.ready(b.anna)
		b.Room.Cases = failing{}
		if _, err := b.Send(b.as(b.anna), draftID, 0, fromPage); !errors.Is(err, errFailing) {
			t.Fatalf("sent: %v", err)
		}
		w, err := b.load(b.as(b.anna), draftID)
		must(t, err)
		if w.Number != "" || !w.fill().Ready() {
			t.Error("half sent")
		}
	})
}

var errFailing = errors.New("no case today")

type failing struct{}

func (failing) Prepare(context.Context, cases.Submission) (*cases.Prepared, error) {
	return &cases.Prepared{}, nil
}

func (failing) Offer(*forms.Service, forms.Facts) cases.Offer { return cases.Offer{} }

func (failing) Create(context.Context, *db.Tx, *cases.Prepared) (string, error) {
	return "", errFailing
}

func TestExportAndErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		draftID, other := b.ready(b.anna), b.ready(b.boris)
		_, err := b.Attach(b.as(b.anna), draftID, "guardianship", "решение.pdf", strings.NewReader(pdfFile))
		must(t, err)
		data, err := b.Export(context.Background(), b.anna)
		must(t, err)
		raw, err := json.Marshal(data)
		must(t, err)
		for _, want := range []string{"Петров", "решение.pdf", draftID} {
			if !strings.Contains(string(raw), want) {
				t.Errorf("export lacks %s", want)
			}
		}
		must(t, b.db.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error { return b.Erase(ctx, tx, b.anna) }))
		must(t, b.queue.Drain(context.Background()))
		if _, err := b.load(b.as(b.anna), draftID); !errors.Is(err, ErrNotFound) || b.stored() != 0 {
			t.Errorf("after erasure: %v, %d files", err, b.stored())
		}
		if _, err := b.load(b.as(b.boris), other); err != nil {
			t.Errorf("another person's: %v", err)
		}
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	clk := clock.NewFake(testkit.Start)
	b := around(t, testkit.Open(t, db.SQLite, schema, clk), clk)
	sent, open := b.ready(b.anna), b.ready(b.anna)
	_, err := b.Send(b.as(b.anna), sent, 0, fromPage)
	must(t, err)
	ctx := context.Background()
	_, err = b.files.Put(ctx, "drafts/"+b.anna+"/"+open+"/"+id.New(), strings.NewReader("stray"))
	must(t, err)
	_, err = b.Attach(b.as(b.anna), open, "guardianship", "решение.pdf", strings.NewReader(pdfFile))
	must(t, err)
	must(t, b.sweep(ctx, sweep{}))
	if _, err := b.load(b.as(b.anna), sent); err != nil {
		t.Errorf("swept too early: %v", err)
	}
	clk.Advance(31 * 24 * time.Hour)
	must(t, b.sweep(ctx, sweep{}))
	if _, err := b.load(b.as(b.anna), sent); !errors.Is(err, ErrNotFound) {
		t.Errorf("a sent draft is kept: %v", err)
	}
	if _, err := b.load(b.as(b.anna), open); err != nil {
		t.Errorf("an open draft is gone: %v", err)
	}
	must(t, b.strays(ctx, clock.System().Now().Add(time.Hour)))
	if n := b.stored(); n != 1 {
		t.Errorf("%d files, want the one that a row names", n)
	}
}

func TestManyDrafts(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	for range maxDrafts {
		_, err := b.Start(b.as(b.anna), "child-benefit", "")
		must(t, err)
	}
	if _, err := b.Start(b.as(b.anna), "child-benefit", ""); !errors.Is(err, ErrMany) {
		t.Errorf("one too many: %v", err)
	}
}

func TestLongGroup(t *testing.T) {
	t.Parallel()
	b := setup(t, db.SQLite)
	if n := textLimit(b.services.all["child-benefit"].Step("children")); n != maxPlain {
		t.Errorf("limit of a short group: %d", n)
	}
	b.services.all["child-benefit"].Group("children").Repeat.Max = 1000
	if n := textLimit(b.services.all["child-benefit"].Step("children")); n != maxRows {
		t.Errorf("limit of a long group: %d", n)
	}
}

// FuzzPostedForm sends whatever comes; the page answers and the draft stays whole.
func FuzzPostedForm(f *testing.F) {
	for _, seed := range []string{
		"relation=parent&_seen=x", "children.0.person.last_name=А&children.count=99999", "_do=add:children", "_do=remove:children.0&children.5.x=1",
		"guardianship=1&guardianship=2", "person.birth_date.day=99&person.birth_date.month=%00", "children.-1.x=1&children.00.x=1", "_do=unfile:", "=&==&%ff=%fe",
		"truth=yes&truth=no&income=1e9&family_size=-1",
	} {
		f.Add(seed, "applicant")
		f.Add(seed, "children")
	}
	b := setup(f, db.SQLite)
	base := "/cabinet/drafts/" + b.ready(b.anna) + "/"
	f.Fuzz(func(t *testing.T, body, step string) {
		if step != "applicant" && step != "children" && step != "income" && step != "payment" {
			return
		}
		here := *b
		here.t = t
		p := here.postRaw(b.anna, base+step, body)
		switch p.status {
		case 200, 303, 409, 413, 422:
		default:
			t.Errorf("%q: %d", body, p.status)
		}
		if _, err := b.load(b.as(b.anna), strings.Split(base, "/")[3]); err != nil {
			t.Errorf("%q breaks the draft: %v", body, err)
		}
	})
}

func BenchmarkApply(b *testing.B) {
	x := setup(b, db.SQLite)
	ctx, answers := x.as(x.anna), whole(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := x.Apply(ctx, "child-benefit", answers, id.New()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStepPage(b *testing.B) {
	x := setup(b, db.SQLite)
	path := "/cabinet/drafts/" + x.ready(x.anna) + "/applicant"
	b.ReportAllocs()
	for b.Loop() {
		if p := x.get(x.anna, path); p.status != 200 {
			b.Fatal(p.status)
		}
	}
}
