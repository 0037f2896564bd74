package cases

import (
	"context"
	"errors"
	"maps"
	"slices"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/audit"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// change is what a use case does with a case: the deed, and what goes with it
// in the same transaction.
type change struct {
	deed Deed
	side Side
	// text stands in the chronology; inner hides it from the citizen.
	text  string
	inner bool
	// stage is where in the new status the case stands, "" for its usual stage.
	stage Stage
	// details stand in the journal beside the deed.
	details map[string]string
	// key is the idempotency key, "" for none.
	key string
	// edit changes the row beyond its status; now is the transaction's time.
	edit func(row *casesdb.ApplicationsCase, now db.Time)
	// also writes what belongs to the change; it reads nothing unless reads says so.
	also  func(ctx context.Context, tx *db.Tx) error
	reads bool
	// parts: the case may have parts of other agencies. asked is since when one of
	// them waits for the applicant, where that matters to the move.
	parts bool
	asked db.Time
}

// move carries a change out: one short transaction with chronology, journal,
// queue row and announcement. The case must still be as it was read.
func (c *Cases) move(ctx context.Context, k Case, ch change) error {
	m, ok := Step(k.Status, ch.deed, ch.side)
	if !ok || !ch.deed.fits(k.IsPart()) {
		return ErrMove
	}
	ends := m.From.Open() && !m.To.Open()
	ch.parts = c.parted(ctx, k)
	ch.reads = ch.reads || ends && ch.parts
	if ch.parts && m.To == InWork && m.From != InWork {
		asked, err := partsAsk(ctx, c.store.read(), k, "")
		if err != nil {
			return err
		}
		ch.asked = asked
	}
	text, err := c.sealEvent(ctx, k, ch.text)
	if err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	// The case's row is changed under the version that was read, and whoever
	// changes anything of the case changes that row first, or holds it: that is all
	// the order that is needed. Of a whole and its parts several rows count.
	write := c.DB.WriteOnly
	if ch.reads || k.Status == Waiting && (ch.parts || k.IsPart()) {
		write = c.DB.Write
	}
	var left casesdb.ApplicationsCase
	err = write(ctx, func(ctx context.Context, tx *db.Tx) error {
		fresh, err := c.store.once(ctx, tx, actor.ID, ch.key)
		if err != nil {
			return err
		}
		if !fresh {
			return errDone
		}
		row := c.changed(k, m, ch, tx.Now())
		left = row
		err = c.store.moved(ctx, tx, k.row, row, c.look(k, row, tx.Now()), casesdb.InsertEventParams{
			OwnerID: k.Owner, CaseID: k.ID, Version: row.Version, DoneAt: tx.Now(), Deed: string(ch.deed),
			FromStatus: string(m.From), ToStatus: string(m.To), Side: string(ch.side), ActorID: actor.ID,
			InnerNote: ch.inner, TextSealed: text,
		})
		if err != nil {
			return err
		}
		if m.From == Waiting && !m.To.Open() {
			// What was kept for an answer that never came; the sweep deletes the files.
			if err := c.store.unsent(ctx, tx, k.Owner, k.ID); err != nil {
				return err
			}
		}
		if err := c.settled(ctx, tx, k, ch.deed); err != nil {
			return err
		}
		if ends {
			if err := c.outcome(ctx, tx, k, row, actor.ID); err != nil {
				return err
			}
		}
		if ends && ch.parts {
			if err := c.closeParts(ctx, tx, k); err != nil {
				return err
			}
		}
		if ch.also != nil {
			if err := ch.also(ctx, tx); err != nil {
				return err
			}
		}
		if err := c.Audit.Write(ctx, tx, entryOf(actor, k, ch)); err != nil {
			return err
		}
		return c.announce(ctx, tx, newsOf(k, row, m, ch))
	})
	if errors.Is(err, errDone) {
		return nil
	}
	if w, ok := ctx.Value(watchKey{}).(*watch); ok && err == nil {
		w.left = &left
	}
	return err
}

// turn carries a change of another case out in the transaction of a move, with
// chronology, journal, queue row and announcement. It ends no case. text is what
// sealEvent made of the change's.
func (c *Cases) turn(ctx context.Context, tx *db.Tx, k Case, ch change, text []byte) error {
	m, ok := Step(k.Status, ch.deed, ch.side)
	if !ok {
		return ErrMove
	}
	actor := identity.ActorOf(ctx)
	row := c.changed(k, m, ch, tx.Now())
	err := c.store.moved(ctx, tx, k.row, row, c.look(k, row, tx.Now()), casesdb.InsertEventParams{
		OwnerID: k.Owner, CaseID: k.ID, Version: row.Version, DoneAt: tx.Now(), Deed: string(ch.deed),
		FromStatus: string(m.From), ToStatus: string(m.To), Side: string(ch.side), ActorID: actor.ID,
		InnerNote: ch.inner, TextSealed: text,
	})
	if err != nil {
		return err
	}
	if err := c.settled(ctx, tx, k, ch.deed); err != nil {
		return err
	}
	if err := c.Audit.Write(ctx, tx, entryOf(actor, k, ch)); err != nil {
		return err
	}
	return c.announce(ctx, tx, newsOf(k, row, m, ch))
}

func newsOf(k Case, row casesdb.ApplicationsCase, m Move, ch change) news {
	return news{
		id: k.ID, owner: k.Owner, number: k.Number, service: k.ServiceID, agency: row.AgencyID, was: k.Agency, version: row.Version,
		deed: ch.deed, from: m.From, to: m.To, inner: ch.inner || ch.deed == Assign, partOf: k.PartOf, parts: ch.parts,
	}
}

type watchKey struct{}

// watch holds a case as the last move of a request left it.
type watch struct{ left *casesdb.ApplicationsCase }

// watching lets the answer to a change tell how the case stands without
// reading it once more.
func watching(ctx context.Context) context.Context {
	return context.WithValue(ctx, watchKey{}, &watch{})
}

// seen is the case as this request left it; known is false when it moved none.
func (c *Cases) seen(ctx context.Context) (k Case, known bool) {
	w, ok := ctx.Value(watchKey{}).(*watch)
	if !ok || w.left == nil {
		return Case{}, false
	}
	k = caseOf(*w.left)
	k.Left = c.left(k.Agency, k.Office, k.Due, k.PausedAt)
	return k, true
}

// entryOf is the line of the journal: an officer who works on a colleague's case
// stands in for them, and the line says so.
func entryOf(actor identity.Actor, k Case, ch change) audit.Entry {
	e := actor.Entry("applications."+string(ch.deed), k.Owner, "case:"+k.ID)
	e.Details = ch.details
	if ch.side == Officer && k.AssignedTo != "" && k.AssignedTo != actor.ID && ch.deed != Comment {
		e.Details = maps.Clone(ch.details)
		if e.Details == nil {
			e.Details = map[string]string{}
		}
		e.Details["for"] = k.AssignedTo
	}
	return e
}

// changed is the row after the move. What depends on the status alone is done
// here, so that no use case can forget it.
func (c *Cases) changed(k Case, m Move, ch change, now db.Time) casesdb.ApplicationsCase {
	row := k.row
	row.Version++
	row.ChangedAt = now
	if m.From != m.To {
		row.Stage, row.PauseGround, row.ResumeOn = string(ch.stage), "", ""
	}
	row.Status, row.Epgu = string(m.To), int64(stageIn(m.To, Stage(row.Stage)).EPGU)
	if m.To == InWork && row.RegisteredAt.IsZero() {
		row.RegisteredAt = now
	}
	switch {
	case row.PausedAt == 0 && (m.To == Waiting && m.From != Waiting || ch.asked > 0):
		row.PausedAt = now
	case m.From == Waiting && m.To == InWork && ch.asked == 0:
		c.goOn(k, &row, now)
	}
	if !m.To.Open() && m.From.Open() {
		row.DecidedAt = now
	}
	if ch.edit != nil {
		ch.edit(&row, now)
	}
	return row
}

// sealEvent seals the words of the chronology; without words no key is needed.
func (c *Cases) sealEvent(ctx context.Context, k Case, text string) ([]byte, error) {
	if text == "" {
		return []byte{}, nil
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	return key.SealString(eventPlace(k.ID, k.Version+1), text), nil
}

// mine is the actor's own case by its number; anybody else's is not found.
func (c *Cases) mine(ctx context.Context, number string) (Case, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Case{}, identity.ErrSignIn
	}
	k, err := c.find(ctx, number)
	if err != nil {
		return Case{}, err
	}
	if k.Owner != actor.ID {
		return Case{}, ErrNotFound
	}
	return k, nil
}

// theirs is a case of an agency where the actor is officer or head; any other
// is not found.
func (c *Cases) theirs(ctx context.Context, number string) (Case, Side, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Case{}, "", identity.ErrSignIn
	}
	k, err := c.find(ctx, number)
	if err != nil {
		return Case{}, "", err
	}
	side := sideAt(actor, k.Agency)
	if side == "" {
		return Case{}, "", ErrNotFound
	}
	return k, side, c.fair(ctx, k)
}

// sideAt is as whom the actor works at the agency, "" for not at all. A machine
// of the agency is an officer, and comes with a token only.
func sideAt(actor identity.Actor, agencyCode string) Side {
	switch {
	case slices.Contains(actor.AgenciesAs(identity.Head), agencyCode):
		return Head
	case slices.Contains(actor.AgenciesAs(identity.Officer), agencyCode),
		actor.Bearer && slices.Contains(actor.AgenciesAs(identity.Integrator), agencyCode):
		return Officer
	}
	return ""
}
