package cases

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
)

// Redo is what a satisfied complaint makes of a case: a refusal is cancelled, an
// ask is dropped, or the agency is bound to a day.
type Redo struct {
	Owner, CaseID string
	// Deed is Reopen, Waive or Oblige.
	Deed Deed
	// Days is the new term, in working days from now.
	Days int
	// Text stands in the chronology, for the citizen to read.
	Text string
	// Also writes what belongs to it in the same transaction.
	Also func(ctx context.Context, tx *db.Tx) error
}

// Redo changes a case after a complaint. Where another application stands in for
// a refused one, that is helped instead (family.go). It is for complaint, which
// has checked the permission. Errors: ErrMove, ErrChanged.
func (c *Cases) Redo(ctx context.Context, r Redo) error {
	for try := 1; ; try++ {
		err := c.redo(ctx, r)
		if !errors.Is(err, ErrChanged) || try == replyTries {
			return err
		}
	}
}

func (c *Cases) redo(ctx context.Context, r Redo) error {
	k, err := c.store.byID(ctx, r.Owner, r.CaseID)
	if err != nil {
		return err
	}
	before := k.row.RedoOf
	if r.Deed == Reopen {
		if k.Status != Refused {
			return ErrMove
		}
		family, err := c.store.family(ctx, c.store.read(), r.Owner, r.CaseID)
		if err != nil {
			return err
		}
		if other := standsIn(family); other != nil {
			return c.divert(ctx, r, k, *other)
		}
		deciders, err := c.Deciders(ctx, r.Owner, r.CaseID)
		if err != nil {
			return err
		}
		before = strings.Join(deciders, " ")
	}
	return c.move(ctx, k, change{deed: r.Deed, side: System, text: r.Text, reads: true, edit: c.newTerm(k, r), also: func(ctx context.Context, tx *db.Tx) error {
		if err := c.redone(ctx, tx, k, r, before); err != nil {
			return err
		}
		return r.Also(ctx, tx)
	}})
}

// newTerm gives the row a new term, and takes the decision off a reopened one:
// its words stay in the chronology.
func (c *Cases) newTerm(k Case, r Redo) func(*casesdb.ApplicationsCase, db.Time) {
	return func(row *casesdb.ApplicationsCase, now db.Time) {
		if r.Deed == Reopen {
			row.DecidedAt, row.Ground, row.DecisionSealed, row.AssignedTo, row.PausedAt = 0, "", []byte{}, "", 0
			if !k.Status.Open() {
				row.DeadlineAt = 0
			}
		}
		if !Status(row.Status).Open() {
			return
		}
		due := Term{Days: r.Days, Working: true}.due(c.Calendar, c.zone(k.Agency, k.Office), now.Time())
		if row.DeadlineAt.IsZero() || row.DeadlineAt.Time().Before(now.Time()) || due.At.Time().Before(row.DeadlineAt.Time()) {
			row.DeadlineAt, row.DeadlineDate = due.At, string(due.Date)
		}
	}
}

// redone writes what goes with it beside the case's row.
func (c *Cases) redone(ctx context.Context, tx *db.Tx, k Case, r Redo, before string) error {
	q := casesdb.New(tx)
	switch r.Deed {
	case Waive:
		err := q.WaiveAsks(ctx, casesdb.WaiveAsksParams{AnsweredAt: tx.Now(), OwnerID: k.Owner, CaseID: k.ID})
		return errors.Join(c.store.unsent(ctx, tx, k.Owner, k.ID), err)
	case Reopen:
		family, err := c.store.family(ctx, q, k.Owner, k.ID)
		if err == nil && standsIn(family) != nil {
			err = ErrChanged // one was sent in its place this moment: look once more
		}
		return errors.Join(
			err,
			q.ReopenFacets(ctx, casesdb.ReopenFacetsParams{AgencyID: k.Agency, CaseID: k.ID}),
			c.bar(ctx, tx, k, strings.Fields(before)),
		)
	}
	return nil
}

// Redone reports whether a refusal of the case was cancelled after a complaint.
func (k Case) Redone() bool { return k.row.RedoOf != "" }

// anew keeps who made a cancelled decision from working on the case again.
func (k Case) anew(account string) error {
	if k.Redone() && slices.Contains(strings.Fields(k.row.RedoOf), account) {
		return ErrDecidedBefore
	}
	return nil
}

// Deciders are the accounts that have a part in what a complaint may be about:
// who decided, prepared a decision, asked, or holds the case.
func (c *Cases) Deciders(ctx context.Context, owner, caseID string) ([]string, error) {
	k, err := c.store.byID(ctx, owner, caseID)
	if err != nil {
		return nil, err
	}
	events, err := c.store.read().Events(ctx, casesdb.EventsParams{OwnerID: owner, CaseID: caseID})
	if err != nil {
		return nil, db.Classify(err)
	}
	all := strings.Fields(k.row.RedoOf)
	add := func(account string) {
		if account != "" && !slices.Contains(all, account) {
			all = append(all, account)
		}
	}
	add(k.AssignedTo)
	for _, e := range events {
		if deed := Deed(e.Deed); deed == Approve || deed == Refuse || deed == Propose || deed == Request {
			add(e.ActorID)
		}
	}
	return all, nil
}

// Complained counts a complaint in what reports count of the case.
func (c *Cases) Complained(ctx context.Context, tx *db.Tx, agencyCode, caseID string) error {
	return casesdb.New(tx).ComplainedFacets(ctx, casesdb.ComplainedFacetsParams{AgencyID: agencyCode, CaseID: caseID})
}

// Materials are the card of a case for who decides about a complaint, who may
// work for another agency. The caller has checked the right and written the journal.
func (c *Cases) Materials(ctx context.Context, owner, caseID string) (*Card, error) {
	k, err := c.store.byID(ctx, owner, caseID)
	if err != nil {
		return nil, err
	}
	k.Left = c.left(k.Agency, k.Office, k.Due, k.PausedAt)
	card, err := c.card(ctx, k, Officer)
	if err == nil {
		card.Can = nil
	}
	return card, err
}

// Material opens a file of such a case, or an issued document of it; close it.
// The caller has checked the right and written the journal.
func (c *Cases) Material(ctx context.Context, owner, caseID, fileID string) (File, io.ReadCloser, error) {
	k, err := c.store.byID(ctx, owner, caseID)
	if err != nil {
		return File{}, nil, err
	}
	return c.file(ctx, k, fileID, func(f File) error {
		if f.AskID == "" {
			return nil
		}
		unsent, err := c.store.asking(ctx, c.store.read(), k.Owner, k.ID, f.AskID)
		if err == nil && unsent {
			return ErrFile
		}
		return db.Classify(err)
	})
}

// Impartial refuses an account that may not judge about an applicant: the
// applicant, and who has declared an interest in them or in somebody whom the case
// names. Errors: ErrOwnCase, ErrInterest.
func (c *Cases) Impartial(ctx context.Context, agencyCode, owner, caseID, account string) error {
	return c.impartial(ctx, agencyCode, owner, caseID, account)
}
