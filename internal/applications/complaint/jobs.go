package complaint

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/job"
)

// watch registers what nobody registered in time, and notices terms that are over.
type watch struct{}

// Kind is the name of the job.
func (watch) Kind() string { return "applications.complaint_watch" }

// tidy deletes drafts that nobody touches, old idempotency keys and files that
// no row names.
type tidy struct{}

// Kind is the name of the job.
func (tidy) Kind() string { return "applications.complaint_tidy" }

const (
	watchEvery = 15 * time.Minute
	tidyEvery  = 6 * time.Hour
	keepOnce   = 30 * 24 * time.Hour // an idempotency key
	keepStrays = 24 * time.Hour      // a stored file that no row names (yet)
)

func (r *Complaints) registerJobs() {
	job.Handle(r.Jobs, r.rescan)
	job.Handle(r.Jobs, func(ctx context.Context, _ watch) error { return r.Watch(ctx) })
	job.Handle(r.Jobs, r.tidy)
	r.Jobs.Every(watchEvery, watch{})
	r.Jobs.Every(tidyEvery, tidy{})
	r.Bus.OnSome(Moved, "applications.complaint_tell", heard, r.tell)
	r.Bus.OnSome(Moved, "applications.complaint_heads", headsHear, r.tellHeads)
}

// Watch goes over the complaints whose time is up: one that nobody registered is
// registered by the portal, so that its term runs; of one whose term is over
// the citizen hears, with the next way.
func (r *Complaints) Watch(ctx context.Context) error {
	ctx = identity.AsSystem(ctx)
	over, err := r.store.read().QueueOver(ctx, db.At(r.Clock.Now()))
	if err != nil {
		return db.Classify(err)
	}
	var faults error
	for _, o := range over {
		c, err := r.store.byID(ctx, o.OwnerID, o.ComplaintID)
		if err == nil {
			err = r.overdue(ctx, c)
		}
		if err != nil && !errors.Is(err, ErrChanged) && !errors.Is(err, ErrMove) {
			faults = errors.Join(faults, err)
		}
	}
	return faults
}

func (r *Complaints) overdue(ctx context.Context, c Complaint) error {
	if c.Status == SentOff {
		return r.register(ctx, c, System, "")
	}
	return r.move(ctx, c, change{deed: Late, side: System, edit: func(_ context.Context, tx *db.Tx, row *complaintdb.ApplicationsComplaint) error {
		row.LateAt = tx.Now()
		return nil
	}})
}

func (r *Complaints) tidy(ctx context.Context, _ tidy) error {
	ctx = identity.AsSystem(ctx)
	now := r.Clock.Now()
	old, err := r.store.read().OldDrafts(ctx, db.At(now.Add(-keepDraft)))
	if err != nil {
		return db.Classify(err)
	}
	for _, o := range old {
		if err := r.throwAway(ctx, Complaint{Owner: o.OwnerID, ID: o.ID}); err != nil {
			return err
		}
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return complaintdb.New(tx).ForgetOnce(ctx, db.At(now.Add(-keepOnce)))
	})
	if err != nil {
		return err
	}
	_, err = blob.Sweep(ctx, r.Files.Store(), blobs, now.Add(-keepStrays), r.store.named)
	return err
}
