package app

import (
	"context"
	"fmt"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// replayBatch is how many deletions are read at once.
const replayBatch = 500

// replayErasures erases again whoever the key store knows as erased: a backup
// may be older than their deletion. It gives their number. It is run after a
// restore, before anybody is served.
func (h *House) replayErasures(ctx context.Context) (int, error) {
	ctx = identity.AsSystem(ctx)
	total := 0
	var last secret.Erasure
	for {
		batch, err := h.stores.sealer.Erasures(ctx, last, replayBatch)
		if err != nil || len(batch) == 0 {
			return total, err
		}
		for _, e := range batch {
			if err := h.eraseAgain(ctx, e.Owner); err != nil {
				return total, err
			}
			total++
		}
		last = batch[len(batch)-1]
	}
}

func (h *House) eraseAgain(ctx context.Context, owner string) error {
	return h.stores.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := h.identity.EndSessions(ctx, tx, owner, ""); err != nil {
			return err
		}
		if err := h.profile.Erase(ctx, tx, owner); err != nil {
			return err
		}
		for _, o := range h.owners() {
			if err := o.Erase(ctx, tx, owner); err != nil {
				return fmt.Errorf("erase of %s: %w", o.Name, err)
			}
		}
		return nil
	})
}
