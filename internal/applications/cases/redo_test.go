package cases

import (
	"context"
	"errors"
	"slices"
	"testing"

	"okno/internal/identity"
	"okno/internal/kit/db"
)

func (b *bundle) refused(t *testing.T) string {
	t.Helper()
	number := b.submit(t)
	must(t, b.Take(b.officer(), deal(number)))
	must(t, b.Refuse(b.officer(), deal(number), "none", "Нет сведений"))
	return number
}

func nothingElse(context.Context, *db.Tx) error { return nil }

func TestACancelledRefusalIsDecidedAnewByAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.refused(t)
		was := b.state(t, number)
		must(t, b.Redo(b.head(), Redo{Owner: "anna", CaseID: was.ID, Deed: Reopen, Days: 5, Text: "№ 1", Also: nothingElse}))
		k := b.state(t, number)
		if k.Status != Accepted || k.AssignedTo != "" || !k.DecidedAt.IsZero() || k.Ground != "" || k.Due.Date != "2026-11-23" {
			t.Fatalf("%+v", k)
		}
		if card, err := b.Look(b.officer(), number); err != nil || !card.Barred || slices.Contains(card.Can, Take) {
			t.Errorf("what who decided is offered: %v, %v", card.Can, err)
		}
		if card, err := b.Look(b.officer2(), number); err != nil || card.Barred || !slices.Contains(card.Can, Take) {
			t.Errorf("what another is offered: %v, %v", card.Can, err)
		}
		for name, err := range map[string]error{
			"take":   b.Take(b.officer(), deal(number)),
			"assign": b.Assign(b.head(), deal(number), "officer"),
		} {
			if !errors.Is(err, ErrDecidedBefore) {
				t.Errorf("%s by who decided: %v", name, err)
			}
		}
		must(t, b.Take(b.officer2(), deal(number)))
		must(t, b.Approve(b.officer2(), deal(number), ""))
		rows, err := b.Report(b.head(), ReportFilter{By: ByOutcome, From: "2026-11-01", To: "2026-11-30"})
		must(t, err)
		if len(rows) != 1 || rows[0].Key != string(Approved) {
			t.Errorf("the report counts %+v", rows)
		}
	})
}

func TestAHeadWhoRefusedDoesNotStepInAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Refuse(b.head(), deal(number), "none", "Нет"))
		must(t, b.Redo(b.as("x"), Redo{Owner: "anna", CaseID: b.state(t, number).ID, Deed: Reopen, Days: 5, Also: nothingElse}))
		must(t, b.Take(b.officer2(), deal(number)))
		if err := b.Approve(b.head(), deal(number), ""); !errors.Is(err, ErrDecidedBefore) {
			t.Fatal(err)
		}
	})
}

func TestWhatAComplaintMakesOfAnOpenCase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		number := b.submit(t)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Request(b.officer(), deal(number), AskMore{Preset: "scan"}))
		redo := Redo{Owner: "anna", CaseID: b.state(t, number).ID, Deed: Waive, Days: 1, Also: nothingElse}
		must(t, b.Redo(b.head(), redo))
		card, err := b.Mine(b.citizen(), number)
		must(t, err)
		if card.Status != InWork || card.Asked() != nil || card.Due.Date != "2026-11-17" {
			t.Fatalf("%s, asked %v, due %s", card.Status, card.Asked(), card.Due.Date)
		}
		redo.Deed, redo.Days = Oblige, 30 // a longer term than the one that runs changes nothing
		must(t, b.Redo(b.head(), redo))
		if k := b.state(t, number); k.Due.Date != "2026-11-17" {
			t.Error(k.Due)
		}
		redo.Deed = Reopen
		if err := b.Redo(b.head(), redo); !errors.Is(err, ErrMove) {
			t.Error(err)
		}
		all, err := b.Deciders(identity.AsSystem(context.Background()), "anna", redo.CaseID)
		must(t, err)
		if len(all) != 1 || all[0] != "officer" {
			t.Error(all)
		}
	})
}
