package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
)

// A refused application and those that were sent in its place are a family: of
// one matter at most one is considered at a time, whatever a complaint cancels
// (docs/decisions/0017-complaint-and-resent.md).

// familyMost is how many applications of a family are looked at; a person who
// was refused more often is not helped by the portal's counting on.
const familyMost = 50

// family are the other applications of a case's family; q may be of a transaction.
func (s store) family(ctx context.Context, q *casesdb.Queries, owner, caseID string) ([]Case, error) {
	root := caseID
	for range familyMost {
		row, err := q.FindEarlier(ctx, casesdb.FindEarlierParams{OwnerID: owner, CaseID: root})
		if db.IsNone(err) {
			break
		}
		if err != nil {
			return nil, db.Classify(err)
		}
		root = row.ID
	}
	var all []Case
	if root != caseID {
		k, err := q.FindCase(ctx, casesdb.FindCaseParams{OwnerID: owner, ID: root})
		if err != nil {
			return nil, db.Classify(err)
		}
		all = append(all, caseOf(k))
	}
	for next := []string{root}; len(next) > 0 && len(all) < familyMost; next = next[1:] {
		rows, err := q.Following(ctx, casesdb.FollowingParams{OwnerID: owner, EarlierID: next[0]})
		if err != nil {
			return nil, db.Classify(err)
		}
		for _, row := range rows {
			next = append(next, row.ID)
			if row.ID != caseID {
				all = append(all, caseOf(row))
			}
		}
	}
	return all, nil
}

// standsIn finds who stands in for a refused case in its family: the one that is
// still considered, or else the newest whose result was granted. nil for none.
func standsIn(family []Case) *Case {
	var granted *Case
	for i := range family {
		switch k := &family[i]; {
		case k.Status.Open():
			return k
		case k.Status.granted():
			granted = k
		}
	}
	return granted
}

// onlyOne refuses to send another application in place of a refused one while
// one of its family is considered. Errors: ErrStands.
func (c *Cases) onlyOne(ctx context.Context, q *casesdb.Queries, owner, caseID, earlierID string) error {
	earlier, err := q.FindCase(ctx, casesdb.FindCaseParams{OwnerID: owner, ID: earlierID})
	if err != nil {
		return db.Classify(err)
	}
	family, err := c.store.family(ctx, q, owner, earlierID)
	if err != nil {
		return err
	}
	open := func(k Case) bool { return k.ID != caseID && k.Status.Open() }
	if slices.ContainsFunc(append(family, caseOf(earlier)), open) {
		return ErrStands
	}
	return nil
}

// divert lets a satisfied complaint about a refusal help the application that
// stands in for the refused one: that stays refused, and says which one goes on.
func (c *Cases) divert(ctx context.Context, r Redo, k, other Case) error {
	words := "applications.redo.granted"
	var turn func(context.Context, *db.Tx) error
	if other.Status.Open() {
		words = "applications.redo.instead"
		var err error
		if turn, err = c.hasten(ctx, r, k, other); err != nil {
			return err
		}
	}
	text := strings.TrimSpace(r.Text + " " + c.Texts.T(i18n.RU, words, "Number", other.Number))
	return c.move(ctx, k, change{deed: Oblige, side: System, text: text, reads: true, also: func(ctx context.Context, tx *db.Tx) error {
		if turn != nil {
			if err := turn(ctx, tx); err != nil {
				return err
			}
		}
		return r.Also(ctx, tx)
	}})
}

// hasten gives the application that stands in the term of the complaint, and
// keeps those who refused away from it: what one of them holds goes back to the
// queue. It is carried out in the transaction of the refused case.
func (c *Cases) hasten(ctx context.Context, r Redo, k, other Case) (func(context.Context, *db.Tx) error, error) {
	barred, err := c.Deciders(ctx, k.Owner, k.ID)
	if err != nil {
		return nil, err
	}
	r.Deed = Oblige
	if slices.Contains(barred, other.AssignedTo) {
		r.Deed = Reopen
	}
	for _, account := range strings.Fields(other.row.RedoOf) {
		if !slices.Contains(barred, account) {
			barred = append(barred, account)
		}
	}
	text, err := c.sealEvent(ctx, other, r.Text)
	if err != nil {
		return nil, err
	}
	r.CaseID = other.ID
	return func(ctx context.Context, tx *db.Tx) error {
		ch := change{deed: r.Deed, side: System, text: r.Text, edit: c.newTerm(other, r)}
		if err := c.turn(ctx, tx, other, ch, text); err != nil {
			return err
		}
		if other.Status == Waiting && r.Deed == Reopen {
			q := casesdb.New(tx)
			err := q.WaiveAsks(ctx, casesdb.WaiveAsksParams{AnsweredAt: tx.Now(), OwnerID: other.Owner, CaseID: other.ID})
			if err := errors.Join(err, c.store.unsent(ctx, tx, other.Owner, other.ID)); err != nil {
				return err
			}
		}
		return c.bar(ctx, tx, other, barred)
	}, nil
}

// bar keeps accounts from deciding a case, and lets its new term be warned of anew.
func (c *Cases) bar(ctx context.Context, tx *db.Tx, k Case, barred []string) error {
	q := casesdb.New(tx)
	return errors.Join(
		q.RedoCase(ctx, casesdb.RedoCaseParams{RedoOf: strings.Join(barred, " "), OwnerID: k.Owner, ID: k.ID}),
		q.SetEscalated(ctx, casesdb.SetEscalatedParams{EscalatedAt: 0, AgencyID: k.Agency, CaseID: k.ID}),
	)
}
