package vault

import (
	"context"
	"log/slog"
	"time"

	"okno/internal/kit/blob"
	"okno/internal/kit/job"
)

const (
	blobs      = "vault/"       // where the files are in the store
	keepStrays = 24 * time.Hour // a stored file that no row names (yet)
	sweepEvery = 6 * time.Hour
)

// sweep deletes the files of documents that were prepared and never issued.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "vault.sweep" }

func (v *Vault) registerJobs() {
	job.Handle(v.Queue, v.sweep)
	v.Queue.Every(sweepEvery, sweep{})
}

func (v *Vault) sweep(ctx context.Context, _ sweep) error {
	n, err := blob.Sweep(ctx, v.Files.Store(), blobs, v.Clock.Now().Add(-keepStrays), v.store.named)
	if n > 0 {
		v.Log.InfoContext(ctx, "files of documents that were never issued are deleted", slog.Int("files", n))
	}
	return err
}
