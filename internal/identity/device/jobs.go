package device

import (
	"context"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/job"
)

// keepAsks is for how long an ask that is over can still be looked at.
const keepAsks = time.Hour

// sweep is the job that deletes asks that are over.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "identity.device_sweep" }

func (r *Room) registerJobs() {
	if r.Queue == nil {
		return
	}
	job.Handle(r.Queue, func(ctx context.Context, _ sweep) error { return r.Sweep(ctx) })
	r.Queue.Every(10*time.Minute, sweep{})
}

// Sweep deletes asks that are over for an hour.
func (r *Room) Sweep(ctx context.Context) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return in(tx).SweepAsks(ctx, tx.Now().Add(-keepAsks))
	})
}
