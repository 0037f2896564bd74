package cases

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

func TestSubmissionIsOneCaseHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		s := submission()
		first := b.send(t, s)
		if again := b.send(t, s); again != first {
			t.Fatalf("sent twice: %s and %s", first, again)
		}
		if _, ok := id.ParseNumber(first); !ok {
			t.Fatalf("%q is no number", first)
		}
		list, err := b.List(b.citizen(), ListFilter{})
		must(t, err)
		if len(list.Rows) != 1 || list.Rows[0].Number != first || list.Rows[0].Title.RU != "Справка о пробе" {
			t.Fatalf("list: %+v", list)
		}
		if n, err := b.NumberOf(context.Background(), "anna", s.ID); n != first || err != nil {
			t.Fatalf("number of the draft: %q, %v", n, err)
		}
		k := b.state(t, first)
		if k.Status != Accepted || k.EPGU != 1 || k.Version != 1 || k.Due.Date != "2026-11-19" || k.RegisterBy != "2026-11-17" || k.Left.WorkingDays != 3 {
			t.Fatalf("case: %+v", k)
		}
		foreign := submission()
		if _, err := b.Prepare(b.as("boris"), foreign); !errors.Is(err, ErrNotFound) {
			t.Fatalf("for somebody else: %v", err)
		}
		if _, err := b.Prepare(identity.AsSystem(context.Background()), foreign); err != nil {
			t.Fatalf("by the portal: %v", err)
		}
	})
}

func TestTakenNumberIsReplaced(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		ctx := b.citizen()
		p, err := b.Prepare(ctx, submission())
		must(t, err)
		q, err := b.Prepare(ctx, submission())
		must(t, err)
		q.row.Number = p.row.Number
		var one, two string
		must(t, b.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			one, err = b.Create(ctx, tx, p)
			if err == nil {
				two, err = b.Create(ctx, tx, q)
			}
			return err
		}))
		if one != p.Number() || two == one || two == "" {
			t.Fatalf("numbers %q, %q", one, two)
		}
	})
}

func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		b.drain(t)
		sent := b.letters.take()
		if diff := cmp.Diff([]string{"cabinet", "email", "sms"}, channels(sent)); diff != "" {
			t.Fatalf("letters: %s", diff)
		}
		for _, l := range sent {
			if strings.Contains(l.Text, "[") || strings.Contains(l.Subject, "[") || !strings.Contains(l.Text+l.Subject, number) {
				t.Errorf("letter: %+v", l)
			}
			if l.Channel == "email" && !strings.Contains(l.Text, "Ждите, Анна") {
				t.Errorf("the service's own words are missing: %q", l.Text)
			}
			if l.Channel == "sms" && strings.Contains(l.Text, "Справка") {
				t.Errorf("an SMS names the service: %q", l.Text)
			}
		}
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "scan"}))
		if k := b.state(t, number); k.Status != Waiting || k.PausedAt.IsZero() || k.RegisteredAt.IsZero() {
			t.Fatalf("asked: %+v", k)
		}
		b.drain(t)
		b.letters.take()
		b.clock.Advance(48 * time.Hour)
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{Text: "Вот", Files: []Sent{{File: pdfFile("скан.pdf")}}}))
		k := b.state(t, number)
		if k.Status != InWork || !k.PausedAt.IsZero() || k.Due.Date != "2026-11-23" {
			t.Fatalf("answered: %+v", k)
		}
		must(t, b.Approve(b.officer(), deal(number), "Всё в порядке"))
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if card.Status != Approved || len(card.Documents) != 1 || card.Documents[0].Title.RU != "Справка для Анна" || card.Decision != "Всё в порядке" {
			t.Fatalf("approved: %+v", card)
		}
		b.drain(t)
		_, body, err := b.Vault.Download(b.citizen(), card.Documents[0].ID)
		must(t, err)
		data, err := io.ReadAll(body)
		must(t, errors.Join(err, body.Close()))
		if !bytes.HasPrefix(data, []byte("%PDF-")) {
			t.Fatal("the result is no PDF")
		}
		b.drain(t)
		if k := b.state(t, number); k.Status != Completed {
			t.Fatalf("delivered: %+v", k)
		}
		card, err = b.Mine(b.citizen(), number)
		must(t, err)
		var deeds []Deed
		for _, e := range card.Events {
			deeds = append(deeds, e.Deed)
		}
		if diff := cmp.Diff([]Deed{Submit, Take, Request, Answered, Approve, Deliver}, deeds); diff != "" {
			t.Fatalf("chronology: %s", diff)
		}
		if len(card.Asks) != 1 || card.Asks[0].Answer.Text != "Вот" || len(card.Asks[0].Files) != 1 {
			t.Fatalf("asks: %+v", card.Asks)
		}
		proof, err := b.Vault.Verify(context.Background(), "192.0.2.7", strings.ToLower(card.Documents[0].Number))
		must(t, err)
		if proof.Status != "valid" || proof.Initials != "А. П." || proof.ValidUntil != "2026-12-18" {
			t.Fatalf("proof: %+v", proof)
		}
	})
}

func TestMessagesGoOutOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		k := b.state(t, number)
		for range 2 {
			must(t, b.write(context.Background(), k, toldKey(1), "submit", "status"))
		}
		b.drain(t)
		if n := len(b.letters.take()); n != 3 {
			t.Fatalf("%d letters", n)
		}
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Text: "Где вы живёте?"}))
		b.drain(t)
		b.letters.take()
		b.clock.Advance(25 * time.Hour)
		b.drain(t)
		if got := b.letters.take(); len(got) != 3 || got[0].Kind != "deadline" {
			t.Fatalf("after a day: %+v", got)
		}
	})
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		for name, err := range map[string]error{
			"unknown ground": b.Refuse(b.officer(), deal(number), "other", "Нет"),
			"no words":       b.Refuse(b.officer(), deal(number), "none", "  "),
			"too long":       b.Refuse(b.officer(), deal(number), "none", strings.Repeat("я", textMost+1)),
		} {
			if !errors.Is(err, ErrFields) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, b.Refuse(b.officer(), deal(number), "none", "Нет сведений о пробе"))
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if card.Status != Refused || card.Refusal == nil || card.Refusal.Mend.RU != "Подайте снова" || card.Decision == "" || len(card.Can) != 0 {
			t.Fatalf("refused: %+v", card)
		}
		if err := b.Cancel(b.citizen(), deal(number)); !errors.Is(err, ErrMove) {
			t.Fatalf("cancelled after a refusal: %v", err)
		}
	})
}

func TestFieldIsCorrected(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		if err := b.Request(b.officer(), deal(number), AskMore{Text: "?", Fields: []string{"nobody"}}); !errors.Is(err, ErrFields) {
			t.Fatalf("unknown field: %v", err)
		}
		must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "name", Fields: []string{"scan"}}))
		for name, r := range map[string]Reply{
			"empty":        {Values: map[string][]string{"name": {" "}}},
			"other field":  {Values: map[string][]string{"name": {"Яна"}, "nick": {"Я"}}},
			"wrong file":   {Values: map[string][]string{"name": {"Яна"}}, Files: []Sent{{Field: "scan", File: pdfFile("a.png")}}},
			"file beside":  {Values: map[string][]string{"name": {"Яна"}}, Files: []Sent{{File: pdfFile("a.pdf")}}},
			"file unasked": {Values: map[string][]string{"name": {"Яна"}}, Files: []Sent{{Field: "name", File: pdfFile("a.pdf")}}},
		} {
			if err := b.Cases.Reply(b.citizen(), deal(number), r); !errors.Is(err, ErrFields) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{
			Values: map[string][]string{"name": {"Яна"}}, Files: []Sent{{Field: "scan", File: pdfFile("a.pdf")}},
		}))
		card, err := b.Look(b.officer(), number)
		must(t, err)
		want := []Change{{Field: "name", Old: "Анна", New: "Яна"}, {Field: "scan", Old: "не указано", New: "a.pdf"}}
		got := card.Asks[0].Answer.Changes
		if len(got) == 2 {
			want[1].Old = got[1].Old
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("changes: %s", diff)
		}
		rows := card.Sections[0].Rows
		if rows[0].Value != "Яна" || !rows[1].Empty || rows[2].Value != "a.pdf" || card.Initials != "А. П." {
			t.Fatalf("answers: %+v", rows)
		}
	})
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		deeds := map[string]func(ctx context.Context) error{
			"card":    func(ctx context.Context) error { _, err := b.Mine(ctx, number); return err },
			"look":    func(ctx context.Context) error { _, err := b.Look(ctx, number); return err },
			"take":    func(ctx context.Context) error { return b.Take(ctx, deal(number)) },
			"note":    func(ctx context.Context) error { return b.Note(ctx, deal(number), "x", true) },
			"ask":     func(ctx context.Context) error { return b.Request(ctx, deal(number), AskMore{Text: "x"}) },
			"approve": func(ctx context.Context) error { return b.Approve(ctx, deal(number), "") },
			"refuse":  func(ctx context.Context) error { return b.Refuse(ctx, deal(number), "none", "x") },
			"return":  func(ctx context.Context) error { return b.Return(ctx, deal(number)) },
			"assign":  func(ctx context.Context) error { return b.Assign(ctx, deal(number), "officer2") },
			"cancel":  func(ctx context.Context) error { return b.Cancel(ctx, deal(number)) },
			"answer":  func(ctx context.Context) error { return b.Cases.Reply(ctx, deal(number), Reply{Text: "x"}) },
		}
		for name, do := range deeds {
			if err := do(context.Background()); !errs.IsKind(err, errs.Unauthenticated) {
				t.Errorf("%s by nobody: %v", name, err)
			}
			for who, ctx := range map[string]context.Context{
				"another citizen": b.as("boris"), "another agency": b.stranger(),
				"administrator": b.as("admin", identity.Role{Name: identity.Administrator}), "auditor": b.as("aud", identity.Role{Name: identity.Auditor}),
			} {
				if err := do(ctx); !errs.IsKind(err, errs.NotFound) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
			}
			if err := do(b.citizen()); name != "card" && name != "cancel" && name != "answer" && !errs.IsKind(err, errs.NotFound) {
				t.Errorf("%s by the applicant: %v", name, err)
			}
			if name == "cancel" {
				number = b.submit(t) // the applicant has just cancelled it
				must(t, b.Take(b.officer(), deal(number)))
			}
		}
		if err := b.Assign(b.officer(), deal(number), "officer2"); !errs.IsKind(err, errs.Forbidden) {
			t.Errorf("assigned by an officer: %v", err)
		}
		if err := b.Assign(b.head(), deal(number), "nobody"); !errors.Is(err, ErrFields) {
			t.Errorf("assigned to nobody known: %v", err)
		}
		if err := b.Approve(b.officer2(), deal(number), ""); !errors.Is(err, ErrTaken) {
			t.Errorf("approved by who did not take it: %v", err)
		}
		must(t, b.Assign(b.head(), deal(number), "officer2"))
		must(t, b.Return(b.officer2(), deal(number)))
		own := submission()
		own.Owner = "officer"
		mine := b.send(t, own)
		if err := b.Take(b.officer(), deal(mine)); !errors.Is(err, ErrOwnCase) {
			t.Errorf("one's own case: %v", err)
		}
		if err := b.Assign(b.head(), deal(mine), "officer"); !errors.Is(err, ErrOwnCase) {
			t.Errorf("given to the applicant: %v", err)
		}
	})
}

func TestTwoOfficersRace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		results := make([]error, 2)
		var wg sync.WaitGroup
		for i, ctx := range []context.Context{b.officer(), b.officer2()} {
			wg.Add(1)
			go func() {
				defer wg.Done()
				results[i] = b.Take(ctx, Deal{Number: number, Version: 1})
			}()
		}
		wg.Wait()
		won := slices.Index(results, nil)
		if won < 0 || results[1-won] == nil || !errs.IsKind(results[1-won], errs.Conflict) {
			t.Fatalf("results %v", results)
		}
		if k := b.state(t, number); k.Version != 2 || k.AssignedTo != []string{"officer", "officer2"}[won] {
			t.Fatalf("case: %+v", k)
		}
		if err := b.Cancel(b.citizen(), Deal{Number: number, Version: 1}); !errors.Is(err, ErrChanged) {
			t.Fatalf("an old page: %v", err)
		}
	})
}

func TestDoubleClickIsOneDeed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		for range 2 {
			must(t, b.Take(b.officer(), Deal{Number: number, Version: 1, Key: "k1"}))
		}
		for range 2 {
			must(t, b.Approve(b.officer(), Deal{Number: number, Version: 2, Key: "k2"}, ""))
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if card.Version != 3 || len(card.Documents) != 1 {
			t.Fatalf("version %d, %d documents", card.Version, len(card.Documents))
		}
		must(t, b.forget(context.Background(), forget{}))
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		var numbers []string
		for range 3 {
			numbers = append(numbers, b.submit(t))
			b.clock.Advance(24 * time.Hour)
		}
		must(t, b.Take(b.officer(), deal(numbers[1])))
		all := func(f QueueFilter) []string {
			t.Helper()
			var out []string
			for {
				p, err := b.Cases.Queue(b.officer(), f)
				must(t, err)
				for _, r := range p.Rows {
					if r.Initials != "А. П." || r.Title.RU == "" {
						t.Errorf("row %+v", r)
					}
					out = append(out, r.Number)
				}
				if f.After = p.Next; p.Next == "" {
					return out
				}
			}
		}
		for name, c := range map[string]struct {
			f    QueueFilter
			want []string
		}{
			"by deadline, a page of one": {QueueFilter{Limit: 1}, numbers},
			"newest":                     {QueueFilter{Order: ByNewest, Limit: 2}, []string{numbers[2], numbers[1], numbers[0]}},
			"mine":                       {QueueFilter{Assigned: ByMe}, numbers[1:2]},
			"nobody's":                   {QueueFilter{Assigned: ByNobody}, []string{numbers[0], numbers[2]}},
			"new":                        {QueueFilter{Status: []Status{Accepted}, Service: "tiny"}, []string{numbers[0], numbers[2]}},
			"another service":            {QueueFilter{Service: "other"}, nil},
			"soon":                       {QueueFilter{Due: DueSoon}, numbers},
			"overdue":                    {QueueFilter{Due: DueOverdue}, nil},
			"closed":                     {QueueFilter{Closed: true}, nil},
			"a broken cursor":            {QueueFilter{After: "x' OR 1=1"}, numbers},
		} {
			if diff := cmp.Diff(c.want, all(c.f)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		b.clock.Advance(30 * 24 * time.Hour)
		n, err := b.QueueCounts(b.officer(), "")
		must(t, err)
		if diff := cmp.Diff(Counts{Undecided: 3, New: 2, Mine: 1, Nobody: 2, Overdue: 3}, n); diff != "" {
			t.Errorf("counts: %s", diff)
		}
		if _, err := b.Cases.Queue(b.stranger(), QueueFilter{Agency: "mvd"}); !errors.Is(err, ErrNotFound) {
			t.Errorf("another agency's queue: %v", err)
		}
		if _, err := b.Cases.Queue(b.citizen(), QueueFilter{}); !errs.IsKind(err, errs.Forbidden) {
			t.Errorf("a citizen's queue: %v", err)
		}
	})
}

func TestListOfMine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		first := b.submit(t)
		b.clock.Advance(48 * time.Hour)
		second := b.submit(t)
		must(t, b.Cancel(b.citizen(), deal(first)))
		for name, c := range map[string]struct {
			f    ListFilter
			want []string
		}{
			"all":      {ListFilter{Limit: 1}, []string{second, first}},
			"active":   {ListFilter{Group: Active}, []string{second}},
			"finished": {ListFilter{Group: Finished}, []string{first}},
			"from":     {ListFilter{From: "2026-11-17"}, []string{second}},
			"to":       {ListFilter{To: "2026-11-17"}, []string{first}},
			"service":  {ListFilter{Service: "other"}, nil},
		} {
			var got []string
			for {
				p, err := b.List(b.citizen(), c.f)
				must(t, err)
				for _, r := range p.Rows {
					got = append(got, r.Number)
				}
				if c.f.After = p.Next; p.Next == "" {
					break
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

func TestHeldFileIsNotPassed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.scanner.set(upload.Checking, errors.New("down"))
		s := submission()
		s.Files = []FileRef{{
			ID: id.New(), Name: "a.pdf", Type: "pdf", Size: 4, Scan: upload.Checking,
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("%PDF")), nil },
		}}
		number := b.send(t, s)
		if _, _, err := b.MyFile(b.citizen(), number, s.Files[0].ID); !errors.Is(err, ErrFileHeld) {
			t.Fatalf("held: %v", err)
		}
		b.drain(t)
		if _, _, err := b.TheirFile(b.officer(), number, s.Files[0].ID); !errors.Is(err, ErrFileHeld) {
			t.Fatalf("scanner still down: %v", err)
		}
		b.scanner.set(upload.Clean, nil)
		b.drain(t)
		f, body, err := b.TheirFile(b.officer(), number, s.Files[0].ID)
		must(t, err)
		data, err := io.ReadAll(body)
		must(t, errors.Join(err, body.Close()))
		if string(data) != "%PDF" || f.Name != "a.pdf" || f.Scan != upload.Clean {
			t.Fatalf("%+v: %q", f, data)
		}
		if _, _, err := b.TheirFile(b.stranger(), number, s.Files[0].ID); !errors.Is(err, ErrNotFound) {
			t.Fatalf("another agency: %v", err)
		}
	})
}

func TestEverythingStandsInTheJournal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		_, err := b.Look(b.officer(), number)
		must(t, err)
		must(t, b.Note(b.officer(), deal(number), "для своих", true))
		must(t, b.Approve(b.officer(), deal(number), ""))
		lines, err := b.Audit.Find(context.Background(), audit.Filter{Owner: "anna"})
		must(t, err)
		var acts []string
		for _, l := range lines {
			acts = append(acts, l.Act)
		}
		want := []string{"applications.approve", "applications.comment", "applications.looked", "applications.take", "applications.submitted"}
		slices.Sort(want)
		slices.Sort(acts)
		if diff := cmp.Diff(want, acts); diff != "" {
			t.Fatal(diff)
		}
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		for _, e := range card.Events {
			if e.Inner || e.Text == "для своих" {
				t.Errorf("an inner note is shown: %+v", e)
			}
		}
		all, err := b.Export(context.Background(), "anna")
		must(t, err)
		if len(all["applications"].([]map[string]any)) != 1 {
			t.Fatalf("export: %v", all)
		}
		kept, err := b.Retain(context.Background(), "anna")
		if err != nil || len(kept) != 1 {
			t.Fatalf("kept: %v, %v", kept, err)
		}
	})
}

func TestOnlyFactsThatAreUsedAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		s := submission()
		s.Facts.Known["profile.passport"] = forms.Known{Value: map[string]any{"series": "4510"}}
		number := b.send(t, s)
		k := b.state(t, number)
		key, err := b.Sealer.Key(context.Background(), k.ID, secret.Case)
		must(t, err)
		f, err := openForm(key, k.row)
		must(t, err)
		if _, ok := f.Facts.Known["profile.passport"]; ok || len(f.Facts.Known) != 1 {
			t.Fatalf("kept %v", f.Facts.Known)
		}
	})
}

func TestNoteDoesNotCostTheAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "scan"}))
		noted := false
		old := b.Intake
		b.Cases.Intake = upload.NewIntake(scanFunc(func() {
			if !noted {
				noted = true
				must(t, b.Note(b.officer(), deal(number), "между делом", true))
			}
		}), old.Files(), b.Log)
		must(t, b.Cases.Reply(b.citizen(), deal(number), Reply{Files: []Sent{{File: pdfFile("a.pdf")}}}))
		if k := b.state(t, number); !noted || k.Status != InWork || k.Version != 5 {
			t.Fatalf("case: %+v", k)
		}
	})
}

// scanFunc does something while a file is scanned.
type scanFunc func()

func (f scanFunc) Scan(_ context.Context, r io.Reader) (upload.Scan, error) {
	f()
	_, err := io.Copy(io.Discard, r)
	return upload.Clean, err
}
