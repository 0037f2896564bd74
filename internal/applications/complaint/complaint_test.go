package complaint

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

func TestAnUpheldComplaintCancelsTheRefusal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		application := b.refused(t)
		number := b.complain(t, application, "refusal")
		c := b.card1(t, number)
		if c.Status != SentOff || c.RegisterBy != "2026-11-17" || c.Words.Decision != "Сведений нет" || c.Words.Refusal.RU != "Нет сведений" || len(c.Files) != 1 {
			t.Fatalf("%+v", c)
		}
		b.taken(b.officer2(), t, number)
		if c := b.card1(t, number); c.Due.Date != "2026-12-07" || c.Days != 15 { // 15 working days
			t.Errorf("the term is %d, until %s", c.Days, c.Due.Date)
		}
		must(t, b.Decide(b.officer2(), Deal{Number: number}, Verdict{Deed: Satisfy, Measure: CancelDecision, Words: "Сведения нашлись"}))
		c = b.card1(t, number)
		if c.Status != Satisfied || c.Answer != "Сведения нашлись" || c.Document == "" || c.Above != "" || c.Court {
			t.Fatalf("%+v", c)
		}
		k, err := b.Cases.Mine(b.citizen(), application)
		must(t, err)
		last := k.Events[len(k.Events)-1]
		if k.Status != cases.Accepted || k.Due.Date != "2026-11-23" || last.Deed != cases.Reopen || !strings.Contains(last.Text, number) {
			t.Errorf("the application is %s until %s, %+v", k.Status, k.Due.Date, last)
		}
		if err := b.Cases.Take(b.officer(), cases.Deal{Number: application}); !errors.Is(err, cases.ErrDecidedBefore) {
			t.Errorf("who refused takes it again: %v", err)
		}
		must(t, b.Cases.Take(b.head(), cases.Deal{Number: application}))
		d, body, err := b.vault.Download(b.citizen(), c.Document)
		must(t, err)
		_ = body.Close()
		proof, err := b.vault.Verify(context.Background(), "192.0.2.1", d.Number)
		must(t, err)
		if proof.Kind.RU != "Ответ на жалобу" || proof.Agency != "mvd" || proof.Initials != "А. П." {
			t.Errorf("%+v", proof)
		}
		rows, err := b.Cases.Report(b.head(), cases.ReportFilter{By: cases.ByService, From: "2026-11-01", To: "2026-11-30"})
		must(t, err)
		if rows[0].Complaints != 1 {
			t.Errorf("the report counts %d complaints", rows[0].Complaints)
		}
	})
}

func TestWhoHadAPartDoesNotDecide(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.complain(t, b.refused(t), "refusal")
		for name, err := range map[string]error{
			"look":     second(b.Look(b.officer(), number)),
			"register": b.Register(b.officer(), Deal{Number: number}),
			"decide":   b.Decide(b.officer(), Deal{Number: number}, Verdict{Deed: Refuse, Words: "Нет"}),
		} {
			if !errors.Is(err, ErrPart) {
				t.Errorf("%s by who refused: %v", name, err)
			}
		}
		queue, err := b.Queue(b.officer(), "", false)
		must(t, err)
		if len(queue) != 0 {
			t.Error("who refused sees the complaint in the queue")
		}
		if queue, err = b.Queue(b.officer2(), "", false); err != nil || len(queue) != 1 {
			t.Errorf("another officer sees %d, %v", len(queue), err)
		}
		elsewhere := b.staff("else", identity.Officer, "fns")
		machine := b.staff("m", identity.Integrator, "mvd")
		for name, ctx := range map[string]context.Context{"elsewhere": elsewhere, "machine": machine, "the body above": b.higher(), "a citizen": b.as("ivan")} {
			if _, err := b.Look(ctx, number); !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := b.Mine(b.as("ivan"), number); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		// An officer who complains does not decide about it either.
		self := b.staff("anna", identity.Officer, "mvd")
		if _, err := b.Look(self, number); !errors.Is(err, ErrPart) {
			t.Error(err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestWhoTookTheCaseSinceDoesNotDecideEither(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		application := b.apply(t)
		number := b.complain(t, application, "late")
		b.taken(b.officer2(), t, number)
		must(t, b.Cases.Take(b.officer2(), cases.Deal{Number: application}))
		if err := b.Decide(b.officer2(), Deal{Number: number}, Verdict{Deed: Refuse, Words: "Нет"}); !errors.Is(err, ErrPart) {
			t.Fatal(err)
		}
		must(t, b.Decide(b.head(), Deal{Number: number}, Verdict{Deed: Satisfy, Measure: Hasten, Words: "Да"}))
		if k, err := b.Cases.State(b.citizen(), application); err != nil || k.Due.Date != "2026-11-19" { // the earlier term stays
			t.Errorf("%s, %v", k.Due.Date, err)
		}
	})
}

func TestTwoOfficersRace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.complain(t, b.refused(t), "refusal")
		must(t, b.Register(b.head(), Deal{Number: number}))
		c := b.card1(t, number)
		errs := make([]error, 2)
		var all sync.WaitGroup
		for i, ctx := range []context.Context{b.officer2(), b.staff("officer3", identity.Officer, "mvd")} {
			all.Go(func() { errs[i] = b.Take(ctx, Deal{Number: number, Version: c.Version}) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			switch {
			case err == nil:
				won++
			case !errors.Is(err, ErrChanged) && !errors.Is(err, ErrMove):
				t.Error(err)
			}
		}
		if won != 1 {
			t.Fatalf("%d officers took it: %v", won, errs)
		}
		var verdicts []error
		for _, ctx := range []context.Context{b.officer2(), b.staff("officer3", identity.Officer, "mvd")} {
			verdicts = append(verdicts, b.Decide(ctx, Deal{Number: number}, Verdict{Deed: Refuse, Words: "Нет"}))
		}
		if (verdicts[0] == nil) == (verdicts[1] == nil) || !errors.Is(errors.Join(verdicts...), ErrTaken) {
			t.Errorf("%v", verdicts)
		}
	})
}

func TestTheSecondStepGoesAbove(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		application := b.refused(t)
		first := b.complain(t, application, "refusal")
		if _, err := b.Appeal(b.citizen(), first); !errors.Is(err, ErrMove) {
			t.Fatalf("an appeal before the answer: %v", err)
		}
		b.taken(b.officer2(), t, first)
		must(t, b.Decide(b.officer2(), Deal{Number: first}, Verdict{Deed: Refuse, Words: "Нарушений нет"}))
		if c := b.card1(t, first); c.Above != "higher" {
			t.Fatalf("%+v", c)
		}
		draft, err := b.Appeal(b.citizen(), first)
		must(t, err)
		again, err := b.Appeal(b.citizen(), first)
		if err != nil || again.ID != draft.ID {
			t.Errorf("a second press: %v", err)
		}
		must(t, b.Save(b.citizen(), draft.ID, Form{Text: "Ответ неверен"}))
		number, err := b.Send(b.citizen(), draft.ID)
		must(t, err)
		if c := b.card1(t, first); c.Above != "" {
			t.Error("one may appeal twice")
		}
		if _, err := b.Look(b.head(), number); !errors.Is(err, ErrNotFound) {
			t.Errorf("the agency itself sees the appeal: %v", err)
		}
		card, err := b.Look(b.higher(), number)
		must(t, err)
		if card.Step != 2 || card.Words.Earlier.Words != "Нарушений нет" || card.Case.Status != cases.Refused || len(card.Case.Sections) == 0 {
			t.Errorf("%+v", card)
		}
		b.taken(b.higher(), t, number)
		must(t, b.Decide(b.higher(), Deal{Number: number}, Verdict{Deed: Satisfy, Measure: CancelDecision, Words: "Отказ незаконный"}))
		if k, err := b.Cases.State(b.citizen(), application); err != nil || k.Status != cases.Accepted {
			t.Errorf("%s, %v", k.Status, err)
		}
	})
}

func TestAfterTheBodyAboveComesTheCourt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		first := b.complain(t, b.refused(t), "refusal")
		b.taken(b.officer2(), t, first)
		must(t, b.Decide(b.officer2(), Deal{Number: first}, Verdict{Deed: Unanswer, Words: "Нельзя прочитать"}))
		draft, err := b.Appeal(b.citizen(), first)
		must(t, err)
		must(t, b.Save(b.citizen(), draft.ID, Form{Text: "Читается"}))
		number, err := b.Send(b.citizen(), draft.ID)
		must(t, err)
		b.taken(b.higher(), t, number)
		must(t, b.Decide(b.higher(), Deal{Number: number}, Verdict{Deed: Refuse, Words: "Нет"}))
		if c := b.card1(t, number); !c.Court || c.Above != "" {
			t.Errorf("%+v", c)
		}
		if _, err := b.Appeal(b.citizen(), number); !errors.Is(err, ErrCourt) {
			t.Error(err)
		}
	})
}

func TestTermsRunByThemselves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.complain(t, b.refused(t), "not_taken")
		b.clock.Advance(3 * 24 * time.Hour) // nobody registers it in time
		must(t, b.Watch(context.Background()))
		c := b.card1(t, number)
		if c.Status != Registered || c.Days != 5 || c.Due.Date != "2026-11-26" {
			t.Fatalf("%s, %d days until %s", c.Status, c.Days, c.Due.Date)
		}
		b.drain(t)
		b.letters.take()
		b.clock.Advance(14 * 24 * time.Hour)
		must(t, b.Watch(context.Background()))
		must(t, b.Watch(context.Background())) // once
		b.drain(t)
		sent := slices.DeleteFunc(b.letters.take(), func(l notify.Letter) bool { return l.Owner != "anna" })
		if len(sent) != 3 || !strings.Contains(sent[0].Text, "higher") {
			t.Errorf("%+v", sent)
		}
		if c := b.card1(t, number); c.Above != "higher" || !c.Left.Overdue || c.LateAt.IsZero() {
			t.Errorf("%+v", c)
		}
		draft, err := b.Appeal(b.citizen(), number) // against the delay
		if err != nil || draft.Step != 2 {
			t.Error(err)
		}
	})
}

func TestADraftIsKeptAndSentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		application := b.refused(t)
		c, err := b.Begin(b.citizen(), application)
		must(t, err)
		if c.Ground != "refusal" {
			t.Errorf("the ground is %q", c.Ground)
		}
		if again, err := b.Begin(b.citizen(), application); err != nil || again.ID != c.ID {
			t.Errorf("a second draft: %v", err)
		}
		if err := b.Save(b.citizen(), c.ID, Form{Ground: "typo", Text: " "}); !errors.Is(err, ErrFields) {
			t.Error(err)
		}
		if _, err := b.Send(b.citizen(), c.ID); !errors.Is(err, ErrFields) {
			t.Error(err)
		}
		must(t, b.Save(b.citizen(), c.ID, Form{Ground: "refusal", Text: "Не согласна", Wants: "Отменить"}))
		if _, err := b.Draft(b.as("ivan"), c.ID); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		number, err := b.Send(b.citizen(), c.ID)
		must(t, err)
		if twice, err := b.Send(b.citizen(), c.ID); err != nil || twice != number {
			t.Errorf("%s, %v", twice, err)
		}
		if _, err := b.Begin(b.citizen(), application); !errors.Is(err, ErrOpen) {
			t.Error(err)
		}
		must(t, b.Withdraw(b.citizen(), Deal{Number: number, Key: "k"}))
		must(t, b.Withdraw(b.citizen(), Deal{Number: number, Key: "k"}))
		if err := b.Withdraw(b.citizen(), Deal{Number: number}); !errors.Is(err, ErrMove) {
			t.Error(err)
		}
		b.drain(t)
		if sent := b.letters.take(); len(sent) == 0 {
			t.Error("nothing was told")
		}
	})
}

func TestAVerdictIsGivenOnceUnderItsKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		application := b.refused(t)
		number := b.complain(t, application, "refusal")
		b.taken(b.officer2(), t, number)
		v := Verdict{Deed: Satisfy, Measure: CancelDecision, Words: "Да"}
		for range 2 {
			must(t, b.Decide(b.officer2(), Deal{Number: number, Key: "k"}, v))
		}
		docs, err := b.vault.Documents(b.citizen(), "", 10)
		if err != nil || len(docs) != 1 {
			t.Errorf("%d answers, %v", len(docs), err)
		}
		k, err := b.Cases.Mine(b.citizen(), application)
		must(t, err)
		n := 0
		for _, e := range k.Events {
			if e.Deed == cases.Reopen {
				n++
			}
		}
		if n != 1 {
			t.Errorf("reopened %d times", n)
		}
	})
}

func TestAVerdictMustBeSound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.complain(t, b.refused(t), "refusal")
		b.taken(b.officer2(), t, number)
		for field, v := range map[string]Verdict{
			"words":    {Deed: Refuse},
			"measure":  {Deed: Part, Words: "x"},
			"measure ": {Deed: Satisfy, Measure: Other, Words: "x"},
			" measure": {Deed: Satisfy, Measure: Mend, Words: "x"},
		} {
			if err := b.Decide(b.officer2(), Deal{Number: number}, v); !errors.Is(err, ErrFields) {
				t.Errorf("%s: %v", field, err)
			}
		}
		if err := b.Decide(b.officer2(), Deal{Number: number}, Verdict{Deed: Withdraw, Words: "x"}); !errors.Is(err, ErrMove) {
			t.Error(err)
		}
	})
}

func TestAnUnneededAskIsDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		application := b.apply(t)
		must(t, b.Cases.Take(b.officer(), cases.Deal{Number: application}))
		must(t, b.Cases.Request(b.officer(), cases.Deal{Number: application}, cases.AskMore{Preset: "scan"}))
		number := b.complain(t, application, "documents")
		b.taken(b.head(), t, number)
		must(t, b.Decide(b.head(), Deal{Number: number}, Verdict{Deed: Part, Measure: WaiveAsk, Words: "Скан не нужен"}))
		k, err := b.Cases.Mine(b.citizen(), application)
		must(t, err)
		if k.Status != cases.InWork || k.Asked() != nil {
			t.Errorf("%s, asked %v", k.Status, k.Asked())
		}
		if err := b.Cases.Request(b.head(), cases.Deal{Number: application}, cases.AskMore{Preset: "scan"}); err != nil {
			t.Error(err)
		}
	})
}

func TestErasureAndExport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		first := b.refused(t)
		b.complain(t, first, "refusal")
		draft, err := b.Begin(b.citizen(), b.refused(t))
		must(t, err)
		must(t, b.Save(b.citizen(), draft.ID, Form{Ground: "refusal", Text: "Тайна", Files: []upload.File{pdfFile("a.pdf")}}))
		out, err := b.Export(b.citizen(), "anna")
		must(t, err)
		list, _ := out["complaints"].([]map[string]any)
		if len(list) != 2 || list[0]["text"] != "Тайна" || list[1]["text"] != "Сведения были" {
			t.Fatalf("%+v", out)
		}
		kept, err := b.Retain(b.citizen(), "anna")
		if err != nil || len(kept) != 1 {
			t.Errorf("%v, %v", kept, err)
		}
		must(t, b.DB.Write(b.citizen(), func(ctx context.Context, tx *db.Tx) error { return b.Erase(ctx, tx, "anna") }))
		all, err := b.List(b.citizen())
		if err != nil || len(all) != 1 || all[0].Status != SentOff {
			t.Errorf("%+v, %v", all, err)
		}
		if _, err := b.Sealer.Key(context.Background(), draft.ID, secret.Case); !errors.Is(err, secret.ErrErased) {
			t.Errorf("the draft's key stands: %v", err)
		}
		b.clock.Advance(48 * time.Hour)
		must(t, b.tidy(context.Background(), tidy{}))
	})
}

func TestOldDraftsGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c, err := b.Begin(b.citizen(), b.refused(t))
		must(t, err)
		b.clock.Advance(91 * 24 * time.Hour)
		must(t, b.tidy(context.Background(), tidy{}))
		if _, err := b.Draft(b.citizen(), c.ID); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	})
}
