package identity

import (
	"context"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/job"
)

// keepSessions is for how long an expired session still tells that a device is
// known; it opens nothing.
const keepSessions = 90 * 24 * time.Hour

// keepLinks is for how long a link that is over still tells what became of it,
// keepVisits for how long it is known whose names an address has tried.
const (
	keepLinks  = 7 * 24 * time.Hour
	keepVisits = 24 * time.Hour
)

// sweep is the job that deletes what is over.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "identity.sweep" }

func (i *Identity) registerJobs() {
	if i.Live != nil {
		i.Live.On(liveTopic, i.sessions.dropOwner)
	}
	if i.Queue == nil {
		return
	}
	job.Handle(i.Queue, i.workRecover)
	job.Handle(i.Queue, i.workLocked)
	job.Handle(i.Queue, func(ctx context.Context, _ sweep) error { return i.Sweep(ctx) })
	i.Queue.Every(10*time.Minute, sweep{})
	job.Handle(i.Queue, func(ctx context.Context, _ remind) error { return i.RemindOfPasswords(AsSystem(ctx)) })
	i.Queue.Every(24*time.Hour, remind{})
}

// Sweep deletes codes, waits, limits and sessions that are long over.
func (i *Identity) Sweep(ctx context.Context) error {
	if err := i.settleChanges(ctx); err != nil {
		return err
	}
	if err := i.giveNumbers(ctx); err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q, now := in(tx), tx.Now()
		for _, s := range []struct {
			f      func(context.Context, db.Time) error
			before db.Time
		}{
			{q.SweepCodes, now.Add(-codeLife)},
			{q.SweepSignIns, now},
			{q.SweepLimits, now},
			{q.SweepSessions, now.Add(-keepSessions)},
			{q.SweepHistory, now.Add(-keepHistory)},
			{q.SweepDevices, now.Add(-keepDevices)},
			{q.SweepLinks, now.Add(-keepLinks)},
			{q.SweepVisits, now.Add(-keepVisits)},
			{q.SweepForms, now},
		} {
			if err := s.f(ctx, s.before); err != nil {
				return err
			}
		}
		return in(tx).SweepLocks(ctx, now.Add(-forgetWrong))
	})
}
