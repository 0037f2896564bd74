package support

import (
	"context"
	"errors"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/job"
)

// keep is how long a closed ticket is kept, should the person come back to it.
const keep = 365 * 24 * time.Hour

// purgeAtOnce bounds one transaction of the purge.
const purgeAtOnce = 200

// purge is the daily round: tickets and requests whose time is over are deleted,
// requests that nobody decides are reminded of and ended.
type purge struct{}

// Kind is the name of the job.
func (purge) Kind() string { return "support.purge" }

// forgetKeys destroys the keys of tickets that are deleted, after the commit.
type forgetKeys struct {
	Tickets []string `json:"tickets"`
}

// Kind is the name of the job.
func (forgetKeys) Kind() string { return "support.forget" }

func (r *Room) registerJobs() {
	job.Handle(r.Queue, r.purge)
	job.Handle(r.Queue, r.forget)
	r.Queue.Every(24*time.Hour, purge{})
}

func (r *Room) purge(ctx context.Context, _ purge) error {
	var aged error
	if r.Intake != nil {
		aged = errors.Join(r.ageRequests(ctx), r.purgeRequests(ctx))
	}
	return errors.Join(aged, r.purgeTickets(ctx))
}

// purgeTickets deletes closed tickets whose time is over, with their keys.
func (r *Room) purgeTickets(ctx context.Context) error {
	for {
		n := 0
		err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			ids, err := r.store.closedBefore(ctx, tx, tx.Now().Add(-keep), purgeAtOnce)
			n = len(ids)
			if err != nil || n == 0 {
				return err
			}
			if err := r.store.delete(ctx, tx, ids...); err != nil {
				return err
			}
			for _, id := range ids {
				if err := r.Notify.Erase(ctx, tx, id); err != nil {
					return err
				}
			}
			return r.Queue.Enqueue(ctx, tx, forgetKeys{Tickets: ids})
		})
		if err != nil || n < purgeAtOnce {
			return err
		}
	}
}

func (r *Room) forget(ctx context.Context, j forgetKeys) error {
	for _, id := range j.Tickets {
		if err := r.Sealer.Erase(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
