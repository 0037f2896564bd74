package support

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/notify"
	"okno/internal/support/supportdb"
)

// A request that nobody decides reminds support, and ends by itself: a stranger's
// passport is not kept for longer than it may be of use, and whoever waits learns
// that they should go on in another way.
const (
	remindAfter  = 3 * 24 * time.Hour
	undecidedFor = 14 * 24 * time.Hour
)

// EndsAt is when the request ends if nobody decides it.
func (q Request) EndsAt() time.Time { return q.CreatedAt.Time().Add(undecidedFor) }

// ageRequests reminds of what waits for long and ends what has waited for too long.
// One that fails holds up no other: what failed is told at the end.
func (r *Room) ageRequests(ctx context.Context) error {
	ctx = identity.AsSystem(ctx)
	now := r.Clock.Now()
	q := supportdb.New(r.DB.Reader())
	ended := inRounds(func(limit int32) ([]supportdb.SupportRecovery, error) {
		return q.UndecidedRecoveries(ctx, supportdb.UndecidedRecoveriesParams{CreatedAt: db.At(now.Add(-undecidedFor)), Limit: limit})
	}, func(row supportdb.SupportRecovery) error { return r.endRequest(ctx, row) })
	dropped := inRounds(func(limit int32) ([]supportdb.SupportRecovery, error) {
		return q.EndedScans(ctx, limit)
	}, func(row supportdb.SupportRecovery) error { return r.dropScan(ctx, row) })
	reminded := inRounds(func(limit int32) ([]supportdb.SupportRecovery, error) {
		return q.UnremindedRecoveries(ctx, supportdb.UnremindedRecoveriesParams{CreatedAt: db.At(now.Add(-remindAfter)), Limit: limit})
	}, func(row supportdb.SupportRecovery) error { return r.remind(ctx, row) })
	return errors.Join(ended, dropped, reminded)
}

// inRounds does f to all that find gives, some at once, and tells at the end what
// failed. f takes its row out of what is found next; one that failed is found again,
// and passed over.
func inRounds(find func(limit int32) ([]supportdb.SupportRecovery, error), f func(supportdb.SupportRecovery) error) error {
	failed := map[string]error{}
	for {
		limit := purgeAtOnce + len(failed)
		rows, err := find(int32(limit)) //nolint:gosec // as many as there are requests
		if err != nil {
			return errors.Join(append(slices.Collect(maps.Values(failed)), db.Classify(err))...)
		}
		for _, row := range rows {
			if failed[row.ID] != nil {
				continue
			}
			if err := f(row); err != nil {
				failed[row.ID] = err
			}
		}
		if len(rows) < limit {
			return errors.Join(slices.Collect(maps.Values(failed))...)
		}
	}
}

// endRequest ends a request undecided and tells whoever asked, by the phone of the
// request. One that was decided meanwhile stays as it was decided.
func (r *Room) endRequest(ctx context.Context, row supportdb.SupportRecovery) error {
	q, err := r.openRequest(ctx, row)
	if err != nil {
		return err
	}
	letter, err := r.Notify.Seal(ctx, notify.Letter{
		Channel: notify.SMS, To: q.Phone, Owner: q.ID, Kind: "support", Ref: "recovery:" + q.ID, Link: "/recover/help",
		Text: r.Texts.T(q.Lang, "support.recovery.sms_over", "Number", q.Number),
	})
	if err != nil {
		return err
	}
	actor := identity.ActorOf(ctx)
	p := supportdb.MoveRecoveryParams{
		ID: q.ID, Version: q.Version, State: RecoveryOver, FirstBy: q.FirstBy, FirstAt: q.FirstAt, DecidedBy: actor.ID, DecidedAt: db.At(r.Clock.Now()),
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.moveRequest(ctx, tx, actor, q, p, "support.recovery_over"); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, letter)
	})
	if decided(err) {
		return nil
	}
	return err
}

// dropScan deletes the scan of a request that has ended undecided, at once and not
// with the request: the file first, so that nothing forgets it.
func (r *Room) dropScan(ctx context.Context, row supportdb.SupportRecovery) error {
	if err := r.Intake.Files().Store().Delete(ctx, row.BlobKey); err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return supportdb.New(tx).DropScan(ctx, row.ID)
	})
}

// remind opens a ticket for support about a request that waits for long.
func (r *Room) remind(ctx context.Context, row supportdb.SupportRecovery) error {
	t := r.alarmTicket(id.New(), "", row.Lang)
	sealed, err := r.seal(ctx, t.ID, "support_tickets", "ticket_sealed", t.ID, sealedTicket{Alarm: alarmUndecided, About: row.Number})
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := supportdb.New(tx).RemindedRecovery(ctx, supportdb.RemindedRecoveryParams{ID: row.ID, TicketID: t.ID})
		if err != nil || n == 0 {
			return err
		}
		_, err = r.enter(ctx, tx, t, sealed)
		return err
	})
}

// endReminder closes the ticket about a request that waits no more, whoever has it.
func (r *Room) endReminder(ctx context.Context, tx *db.Tx, actor identity.Actor, ticket string) error {
	if ticket == "" {
		return nil
	}
	row, err := r.store.ticket(ctx, tx, ticket)
	if err != nil {
		return err
	}
	t := plain(row)
	if !t.State.Open() {
		return nil
	}
	t.State, t.ClosedAt = Closed, tx.Now()
	return r.write(ctx, tx, t, actor, Close)
}
