package cases

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/vault"
)

// rescan asks the scanner about a held file once more.
type rescan struct {
	Owner string `json:"owner"`
	Case  string `json:"case"`
	File  string `json:"file"`
}

// Kind is the name of the job.
func (rescan) Kind() string { return "applications.rescan" }

// forget deletes old idempotency keys.
type forget struct{}

// Kind is the name of the job.
func (forget) Kind() string { return "applications.forget" }

// sweep deletes stored files that no row names: what was left when a node died
// between storing and committing.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "applications.sweep" }

const (
	blobs      = "applications/" // where the files are in the store
	keepStrays = 24 * time.Hour  // a stored file that no row names (yet)
	sweepEvery = 6 * time.Hour
)

// keepOnce is how long an idempotency key works.
const keepOnce = 30 * 24 * time.Hour

// scanPause is how long a file waits for a scanner that does not answer.
const scanPause = time.Minute

func (c *Cases) registerJobs() {
	job.Handle(c.Jobs, c.rescan)
	job.Handle(c.Jobs, c.forget)
	job.Handle(c.Jobs, c.remind)
	job.Handle(c.Jobs, c.heed)
	job.Handle(c.Jobs, c.sweep)
	job.Handle(c.Jobs, c.collect)
	job.Handle(c.Jobs, func(ctx context.Context, _ balance) error { return c.Balance(ctx) })
	c.Jobs.Every(balanceEvery, balance{})
	job.Handle(c.Jobs, func(ctx context.Context, _ pace) error { return c.Measure(ctx) })
	c.Jobs.Every(paceEvery, pace{})
	job.Handle(c.Jobs, func(ctx context.Context, _ lookout) error { return c.Watch(ctx) })
	c.Jobs.Every(c.Waits.Every, lookout{})
	job.Handle(c.Jobs, c.tellChain)
	c.Jobs.Every(24*time.Hour, forget{})
	c.Jobs.Every(sweepEvery, sweep{})
	c.Bus.OnSome(Moved, "applications.tell", heard, c.tell)
	c.Bus.OnSome(Moved, "applications.parts", concernsParts, c.advanceParts)
	c.Bus.On(vault.Downloaded, "applications.deliver", c.downloaded)
}

func (c *Cases) forget(ctx context.Context, _ forget) error {
	return c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := casesdb.New(tx)
		return errors.Join(q.ForgetOnce(ctx, tx.Now().Add(-keepOnce)), q.ForgetLate(ctx, tx.Now().Add(-keepLate)))
	})
}

func (c *Cases) sweep(ctx context.Context, _ sweep) error {
	n, err := blob.Sweep(ctx, c.Files.Store(), blobs, c.Clock.Now().Add(-keepStrays), c.store.named)
	if n > 0 {
		c.Log.InfoContext(ctx, "files that belong to no case are deleted", "files", n)
	}
	return err
}

func (c *Cases) rescan(ctx context.Context, r rescan) error {
	row, err := c.store.read().FindFile(ctx, casesdb.FindFileParams{OwnerID: r.Owner, CaseID: r.Case, ID: r.File})
	if db.IsNone(err) || err == nil && upload.Scan(row.Scan) != upload.Checking {
		return nil
	}
	if err != nil {
		return db.Classify(err)
	}
	key, err := c.Sealer.Key(ctx, r.Case, secret.Case)
	if errors.Is(err, secret.ErrErased) {
		return nil
	}
	if err != nil {
		return err
	}
	scan, err := c.Intake.Again(ctx, refOf(row), key, filePlace(row.ID))
	if errors.Is(err, blob.ErrNone) || errors.Is(err, secret.ErrDamaged) {
		return job.Cancel(err)
	}
	if err != nil {
		return job.Snooze(scanPause)
	}
	set := func(ctx context.Context, tx *db.Tx) error {
		return casesdb.New(tx).SetScan(ctx, casesdb.SetScanParams{Scan: string(scan), OwnerID: r.Owner, CaseID: r.Case, ID: r.File})
	}
	if scan == upload.Infected {
		f, err := fileOf(key, row)
		if err != nil {
			return err
		}
		if done, err := c.infected(identity.AsSystem(ctx), r, f, set); done || err != nil {
			return err
		}
	}
	return c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := set(ctx, tx); err != nil {
			return err
		}
		c.Live.Touch(tx, r.Owner, "case:"+r.Case)
		return c.Audit.Write(ctx, tx, identity.ActorOf(identity.AsSystem(ctx)).Entry("applications.scanned", r.Owner, "file:"+r.File))
	})
}

// infected tells both sides that a file which the agency counts on can't be
// opened. done is false where nobody counts on it: the case is decided, or the
// file has not been sent yet.
func (c *Cases) infected(ctx context.Context, r rescan, f File, set func(context.Context, *db.Tx) error) (done bool, err error) {
	k, err := c.store.byID(ctx, r.Owner, r.Case)
	if err != nil || !k.Status.Open() {
		return false, err
	}
	if f.Field == ofMessage {
		return false, nil // the page of both sides shows it
	}
	if f.AskID != "" {
		open, err := c.store.asking(ctx, c.store.read(), r.Owner, r.Case, f.AskID)
		if open || err != nil {
			return false, db.Classify(err)
		}
	}
	return true, c.move(ctx, k, change{deed: Infected, side: System, text: f.Name, also: set})
}

func refOf(row casesdb.ApplicationsFile) blob.Ref {
	ref := blob.Ref{Key: row.BlobKey, Size: row.Size}
	copy(ref.SHA256[:], row.FileHash)
	return ref
}

// downloaded completes an approved case whose owner has the result.
func (c *Cases) downloaded(ctx context.Context, e event.Event) error {
	caseID := e.Refs["case"]
	if caseID == "" {
		return nil
	}
	k, err := c.store.byID(ctx, e.Owner, caseID)
	if errors.Is(err, ErrNotFound) || err == nil && k.Status != Approved {
		return nil
	}
	if err != nil {
		return err
	}
	d, _, err := c.deliveryOf(ctx, k)
	if err != nil || d.Paper() {
		return err // the paper is still to be handed over
	}
	err = c.move(identity.AsSystem(ctx), k, change{deed: Deliver, side: System})
	if errors.Is(err, ErrChanged) || errors.Is(err, ErrMove) {
		return nil // somebody was faster
	}
	return err
}
