package draft

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
)

// How long things are kept.
const (
	keepSent   = 30 * 24 * time.Hour // the number of a draft that was sent
	keepKeys   = 7 * 24 * time.Hour  // an idempotency key
	keepStrays = 24 * time.Hour      // a stored file that no row names (yet)
	sweepEvery = 6 * time.Hour
)

// discard deletes files from the store.
type discard struct {
	Keys []string `json:"keys"`
}

// Kind is the name of the job.
func (discard) Kind() string { return "applications.draft.discard" }

// rescan asks the scanner again about a file that is held.
type rescan struct {
	Owner string `json:"owner"`
	Draft string `json:"draft"`
	File  string `json:"file"`
}

// Kind is the name of the job.
func (rescan) Kind() string { return "applications.draft.rescan" }

// sweep clears away what is not needed any more.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "applications.draft.sweep" }

func (r *Room) jobs() {
	job.Handle(r.Queue, r.discard)
	job.Handle(r.Queue, r.rescan)
	job.Handle(r.Queue, r.sweep)
	job.Handle(r.Queue, r.watch)
	job.Handle(r.Queue, r.tell)
	r.Queue.Every(sweepEvery, sweep{})
	r.Queue.Every(watchEvery, watch{})
}

// letGo has files deleted once the transaction is committed.
func (r *Room) letGo(ctx context.Context, tx *db.Tx, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	return r.Queue.Enqueue(ctx, tx, discard{Keys: keys})
}

func (r *Room) discard(ctx context.Context, args discard) error {
	var failed error
	for _, key := range args.Keys {
		failed = errors.Join(failed, r.Intake.Files().Store().Delete(ctx, key))
	}
	return failed
}

func (r *Room) rescan(ctx context.Context, args rescan) error {
	key, err := r.Sealer.Key(ctx, args.Owner, secret.Person)
	if errors.Is(err, secret.ErrErased) {
		return job.Cancel(err)
	}
	if err != nil {
		return err
	}
	f, err := r.store.file(ctx, args.Owner, args.Draft, args.File, key)
	if errs.IsKind(err, errs.NotFound) || err == nil && f.Scan != upload.Checking {
		return nil // thrown away, or told by another run
	}
	if err != nil {
		return err
	}
	scan, err := r.Intake.Again(ctx, f.ref, key, bodyPlace(args.Draft, args.File))
	if errors.Is(err, blob.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return r.store.setState(ctx, tx, args.Owner, args.Draft, args.File, scan)
	})
}

func (r *Room) sweep(ctx context.Context, _ sweep) error {
	now := r.Clock.Now()
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return r.store.clear(ctx, tx, db.At(now.Add(-keepSent)), db.At(now.Add(-keepKeys)))
	})
	if err != nil {
		return err
	}
	return r.strays(ctx, now.Add(-keepStrays))
}

// strays deletes stored files that no row names: what was left when a node died
// between storing and committing.
func (r *Room) strays(ctx context.Context, before time.Time) error {
	files := r.Intake.Files().Store()
	return files.List(ctx, "drafts/", func(info blob.Info) error {
		part := strings.Split(info.Key, "/")
		if info.Modified.After(before) || len(part) != 4 {
			return nil
		}
		named, err := r.store.blobExists(ctx, part[1], part[2], part[3])
		if err != nil || named {
			return err
		}
		return files.Delete(ctx, info.Key)
	})
}
