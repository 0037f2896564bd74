package support

import (
	"context"
	"database/sql"
	"errors"

	"okno/internal/kit/db"
	"okno/internal/support/supportdb"
)

type store struct{ db *db.DB }

// add inserts the ticket; false when its id or number is taken.
func (s store) add(ctx context.Context, tx *db.Tx, p supportdb.InsertTicketParams) (bool, error) {
	n, err := supportdb.New(tx).InsertTicket(ctx, p)
	return n == 1, err
}

func (s store) ticket(ctx context.Context, q db.Q, id string) (supportdb.SupportTicket, error) {
	row, err := supportdb.New(q).Ticket(ctx, id)
	if errors.Is(err, sql.ErrNoRows) {
		return row, ErrNoTicket
	}
	return row, db.Classify(err)
}

func (s store) byNumber(ctx context.Context, number string) (supportdb.SupportTicket, error) {
	row, err := supportdb.New(s.db.Reader()).TicketByNumber(ctx, number)
	if errors.Is(err, sql.ErrNoRows) {
		return row, ErrNoTicket
	}
	return row, db.Classify(err)
}

func (s store) byAuthor(ctx context.Context, author string) ([]supportdb.SupportTicket, error) {
	rows, err := supportdb.New(s.db.Reader()).TicketsByAuthor(ctx, author)
	return rows, db.Classify(err)
}

// list reads a page of the queue: after is the key of the last ticket before
// it, for closed tickets the instant.
func (s store) list(ctx context.Context, f Filter, limit int32) ([]supportdb.SupportTicket, error) {
	q := supportdb.New(s.db.Reader())
	var rows []supportdb.SupportTicket
	var err error
	switch f.Tab {
	case TabMine:
		rows, err = q.TicketsOf(ctx, supportdb.TicketsOfParams{TakenBy: f.Staff, QueueKey: f.After, Limit: limit})
	case TabClosed:
		rows, err = q.ClosedTickets(ctx, supportdb.ClosedTicketsParams{ClosedAt: f.before(), Limit: limit})
	case TabNew:
		rows, err = q.TicketsIn(ctx, supportdb.TicketsInParams{State: string(Waiting), QueueKey: f.After, Limit: limit})
	default:
		rows, err = q.OpenTickets(ctx, supportdb.OpenTicketsParams{QueueKey: f.After, Limit: limit})
	}
	return rows, db.Classify(err)
}

func (s store) countOpen(ctx context.Context) (map[State]int64, error) {
	rows, err := supportdb.New(s.db.Reader()).CountOpen(ctx)
	counts := map[State]int64{}
	for _, r := range rows {
		counts[State(r.State)] = r.Tickets
	}
	return counts, db.Classify(err)
}

// move writes the ticket's new state unless somebody else was faster.
func (s store) move(ctx context.Context, tx *db.Tx, t Ticket) error {
	n, err := supportdb.New(tx).MoveTicket(ctx, supportdb.MoveTicketParams{
		ID: t.ID, Version: t.Version, State: string(t.State), TakenBy: t.TakenBy, TakenAt: t.TakenAt, ClosedAt: t.ClosedAt,
	})
	if err == nil && n == 0 {
		return ErrMoved
	}
	return err
}

func (s store) addReply(ctx context.Context, tx *db.Tx, p supportdb.InsertReplyParams) error {
	return supportdb.New(tx).InsertReply(ctx, p)
}

func (s store) replies(ctx context.Context, ticket string) ([]supportdb.SupportReply, error) {
	rows, err := supportdb.New(s.db.Reader()).Replies(ctx, ticket)
	return rows, db.Classify(err)
}

func (s store) closedBefore(ctx context.Context, tx *db.Tx, before db.Time, limit int32) ([]string, error) {
	return supportdb.New(tx).TicketsClosedBefore(ctx, supportdb.TicketsClosedBeforeParams{ClosedAt: before, Limit: limit})
}

func (s store) deleteByAuthor(ctx context.Context, tx *db.Tx, author string) ([]string, error) {
	rows, err := supportdb.New(tx).TicketsByAuthor(ctx, author)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids, s.delete(ctx, tx, ids...)
}

func (s store) delete(ctx context.Context, tx *db.Tx, ids ...string) error {
	q := supportdb.New(tx)
	for _, id := range ids {
		if err := q.DeleteReplies(ctx, id); err != nil {
			return err
		}
		if err := q.DeleteTicket(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
