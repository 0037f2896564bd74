package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// resend sends an application in place of a refused one.
func (b *bundle) resend(t *testing.T, earlier string) string {
	t.Helper()
	s := submission()
	s.Earlier, s.Answers = b.state(t, earlier).ID, forms.Answers{"name": "Яна"}
	return b.send(t, s)
}

// complained is what a satisfied complaint about a refusal does.
func (b *bundle) complained(t *testing.T, number string) error {
	t.Helper()
	return b.Redo(b.head(), Redo{Owner: "anna", CaseID: b.state(t, number).ID, Deed: Reopen, Days: 2, Text: "По жалобе № 7.", Also: nothingElse})
}

// trySend is send with what is wrong.
func (b *bundle) trySend(s Submission) error {
	p, err := b.Prepare(b.citizen(), s)
	if err != nil {
		return err
	}
	return b.DB.Write(b.citizen(), func(ctx context.Context, tx *db.Tx) error {
		_, err := b.Create(ctx, tx, p)
		return err
	})
}

func (b *bundle) lastWords(t *testing.T, number string) (Deed, string) {
	t.Helper()
	events := b.eventsOf(b.citizen(), t, number)
	e := slices.MaxFunc(events, func(a, b Event) int { return int(a.Version - b.Version) })
	return e.Deed, e.Text
}

// TestAComplaintHelpsWhatWasSentInPlace: whatever became of the application that
// was sent in place of a refused one, a complaint never makes two of them live.
func TestAComplaintHelpsWhatWasSentInPlace(t *testing.T) {
	t.Parallel()
	take := func(b *bundle, ctx context.Context, number string) error { return b.Take(ctx, deal(number)) }
	for name, x := range map[string]struct {
		do     func(t *testing.T, b *bundle, number string)
		status Status // of what was sent in place
		first  Status // of the refused one
		free   bool   // nobody holds it
	}{
		"in the queue":     {func(*testing.T, *bundle, string) {}, Accepted, Refused, true},
		"with another":     {func(t *testing.T, b *bundle, n string) { must(t, take(b, b.officer2(), n)) }, InWork, Refused, false},
		"with who refused": {func(t *testing.T, b *bundle, n string) { must(t, take(b, b.officer(), n)) }, Accepted, Refused, true},
		"asked by who refused": {func(t *testing.T, b *bundle, n string) {
			must(t, take(b, b.officer(), n))
			must(t, b.Request(b.officer(), deal(n), AskMore{Text: "Что?"}))
		}, Accepted, Refused, true},
		"asked by another": {func(t *testing.T, b *bundle, n string) {
			must(t, take(b, b.officer2(), n))
			must(t, b.Request(b.officer2(), deal(n), AskMore{Text: "Что?"}))
		}, Waiting, Refused, false},
		"granted": {func(t *testing.T, b *bundle, n string) {
			must(t, take(b, b.officer(), n))
			must(t, b.Approve(b.officer(), deal(n), ""))
		}, Approved, Refused, false},
		"cancelled": {func(t *testing.T, b *bundle, n string) { must(t, b.Cancel(b.citizen(), deal(n))) }, Cancelled, Accepted, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bundle) {
				first := b.refused(t)
				second := b.resend(t, first)
				x.do(t, b, second)
				must(t, b.complained(t, first))
				k, was := b.state(t, second), b.state(t, first)
				if k.Status != x.status || was.Status != x.first {
					t.Fatalf("the refused one is %s, the other %s", was.Status, k.Status)
				}
				if x.first == Accepted {
					return
				}
				if deed, words := b.lastWords(t, first); deed != Oblige || !strings.Contains(words, second) || !strings.Contains(words, "№ 7") {
					t.Errorf("the refused one says %s %q", deed, words)
				}
				if !x.status.Open() {
					return
				}
				if k.Due.Date != "2026-11-18" || k.PausedAt.IsZero() == (k.Status == Waiting) || x.free != (k.AssignedTo == "") {
					t.Errorf("what is considered: %+v", k)
				}
				if x.free {
					if err := take(b, b.officer(), second); !errors.Is(err, ErrDecidedBefore) {
						t.Errorf("who refused takes it: %v", err)
					}
					must(t, take(b, b.officer2(), second))
				}
				if card, err := b.Mine(b.citizen(), second); err != nil || x.free && card.Asked() != nil {
					t.Errorf("still asked: %v, %v", card.Asked(), err)
				}
			})
		})
	}
}

// TestOfOneMatterOneIsConsidered: while one of a family goes on nothing more is
// sent in place of a refused one, nor is a grandparent considered anew beside it.
func TestOfOneMatterOneIsConsidered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		first := b.refused(t)
		again := submission()
		again.Earlier = b.state(t, first).ID
		must(t, b.complained(t, first))
		if err := b.trySend(again); !errors.Is(err, ErrStands) {
			t.Errorf("sent beside the refused one: %v", err)
		}
		must(t, b.Take(b.officer2(), deal(first)))
		must(t, b.Refuse(b.officer2(), deal(first), "none", "Нет"))
		must(t, b.trySend(again))
		other := submission()
		other.Earlier = again.Earlier
		if err := b.trySend(other); !errors.Is(err, ErrStands) {
			t.Errorf("a second one in its place: %v", err)
		}
		number, err := b.NumberOf(context.Background(), "anna", again.ID)
		must(t, err)
		must(t, b.Take(b.officer(), deal(number)))
		must(t, b.Refuse(b.officer(), deal(number), "none", "Нет"))
		third := b.resend(t, number)
		must(t, b.complained(t, first))
		if got := b.state(t, first).Status; got != Refused {
			t.Errorf("the first is %s beside the third", got)
		}
		if k := b.state(t, third); k.row.RedoOf == "" || k.Due.Date != "2026-11-18" {
			t.Errorf("the third: %+v", k)
		}
	})
}

// TestResendingAgainstAComplaint: whichever comes first, one is considered.
func TestResendingAgainstAComplaint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		for range 4 {
			first := b.refused(t)
			s := submission()
			s.Earlier = b.state(t, first).ID
			var all sync.WaitGroup
			var sent, redone error
			all.Go(func() { sent = b.trySend(s) })
			all.Go(func() { redone = b.complained(t, first) })
			all.Wait()
			if redone != nil || sent != nil && !errors.Is(sent, ErrStands) {
				t.Fatalf("sent: %v, complaint: %v", sent, redone)
			}
			open := b.state(t, first).Status.Open()
			if number, err := b.NumberOf(context.Background(), "anna", s.ID); err != nil || (number != "") == open {
				t.Errorf("the refused one is open: %v, the other is %q, %v", open, number, err)
			}
		}
	})
}
