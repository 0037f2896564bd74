package complaint

import (
	"context"
	"errors"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
)

// Moved is the event of every change of a complaint that was sent. ID is the
// complaint; Refs: number, deed, from, to, service, agency, body.
const Moved = "applications.complaint_moved"

// Deal says on which complaint something is done, as it was shown.
type Deal struct {
	Number string
	// Version is Complaint.Version as it was shown; 0 takes it as it is now.
	Version int64
	// Key is an idempotency key; "" for none.
	Key string
}

func (d Deal) once(deed Deed) string {
	if d.Key == "" {
		return ""
	}
	return string(deed) + "/" + d.Number + "/" + d.Key
}

// change is what a use case does with a complaint, and what goes with it in the
// same transaction.
type change struct {
	deed Deed
	side Side
	key  string
	edit func(ctx context.Context, tx *db.Tx, row *complaintdb.ApplicationsComplaint) error
}

// move carries a change out in a transaction of its own.
func (r *Complaints) move(ctx context.Context, c Complaint, ch change) error {
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.write(ctx, tx, c, ch) })
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// write carries a change out in the caller's transaction, with chronology,
// journal, queue row and announcement. errDone: it was done before, under the
// same key.
func (r *Complaints) write(ctx context.Context, tx *db.Tx, c Complaint, ch change) error {
	m, ok := Step(c.Status, ch.deed, ch.side)
	if !ok {
		return ErrMove
	}
	actor := identity.ActorOf(ctx)
	fresh, err := r.store.once(ctx, tx, actor.ID, ch.key)
	if err != nil {
		return err
	}
	if !fresh {
		return errDone
	}
	row := c.row
	row.Version++
	row.Status, row.ChangedAt = string(m.To), tx.Now()
	if ch.edit != nil {
		if err := ch.edit(ctx, tx, &row); err != nil {
			return err
		}
	}
	if err := r.store.update(ctx, tx, c.Version, row); err != nil {
		return err
	}
	if err := r.queued(ctx, tx, m, row); err != nil {
		return err
	}
	err = complaintdb.New(tx).InsertEvent(ctx, complaintdb.InsertEventParams{
		OwnerID: row.OwnerID, ComplaintID: row.ID, Version: row.Version, DoneAt: tx.Now(), Deed: string(ch.deed), ToStatus: row.Status,
		Side: string(ch.side), ActorID: actor.ID,
	})
	if err != nil {
		return err
	}
	if err := r.Audit.Write(ctx, tx, actor.Entry("applications.complaint_"+string(ch.deed), row.OwnerID, "complaint:"+row.ID)); err != nil {
		return err
	}
	return r.announce(ctx, tx, m, row)
}

func (r *Complaints) queued(ctx context.Context, tx *db.Tx, m Move, row complaintdb.ApplicationsComplaint) error {
	if m.From == Draft {
		return complaintdb.New(tx).InsertQueue(ctx, complaintdb.InsertQueueParams{
			AgencyID: row.BodyID, ComplaintID: row.ID, OwnerID: row.OwnerID, Undecided: true, DeadlineAt: row.DeadlineAt,
		})
	}
	return complaintdb.New(tx).MoveQueue(ctx, complaintdb.MoveQueueParams{
		Undecided: m.To.Open(), DeadlineAt: row.DeadlineAt, LateAt: row.LateAt, AgencyID: row.BodyID, ComplaintID: row.ID,
	})
}

// announce tells the listeners, the owner's open pages and the body's.
func (r *Complaints) announce(ctx context.Context, tx *db.Tx, m Move, row complaintdb.ApplicationsComplaint) error {
	r.Live.Touch(tx, row.OwnerID, "complaint:"+row.ID)
	r.Live.Touch(tx, "agency:"+row.BodyID, "complaints")
	return r.Bus.Announce(ctx, tx, event.Event{Name: Moved, ID: row.ID, Owner: row.OwnerID, Version: row.Version, Refs: map[string]string{
		"number": row.Number, "deed": string(m.Deed), "from": string(m.From), "to": string(m.To), "service": row.ServiceID,
		"agency": row.AgencyID, "body": row.BodyID,
	}})
}

// again reports whether the deal was already done under its key: then what is
// changed since is its own doing.
func (r *Complaints) again(ctx context.Context, d Deal, deed Deed, err error) error {
	if err == nil || d.Key == "" {
		return err
	}
	used, uerr := r.store.used(ctx, identity.ActorOf(ctx).ID, d.once(deed))
	if uerr == nil && used {
		return nil
	}
	return err
}

// fresh refuses a complaint that has moved on since it was shown.
func fresh(c Complaint, d Deal) error {
	if d.Version != 0 && d.Version != c.Version {
		return ErrChanged
	}
	return nil
}
