package vault

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Export is all that the room knows of the owner, ready for JSON.
func (v *Vault) Export(ctx context.Context, owner string) (map[string]any, error) {
	rows, err := v.store.documents(ctx, owner, "", 10_000)
	if err != nil {
		return nil, err
	}
	docs, err := v.openAll(ctx, rows)
	if err != nil {
		return nil, err
	}
	list := make([]map[string]any, len(docs))
	for i, d := range docs {
		list[i] = map[string]any{
			"number": d.Number, "title": d.Title.RU, "agency": d.Agency, "service": d.ServiceID,
			"issued_at": d.IssuedAt.Time(), "valid_until": d.ValidUntil, "revoked": !d.RevokedAt.IsZero(), "reason": d.Reason,
		}
	}
	return map[string]any{"documents": list}, nil
}

// Erase deletes the documents that no case keeps. Their files can't be read
// once the owner's key is destroyed, and go after the commit.
func (v *Vault) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	blobs, err := v.store.erase(ctx, tx, owner)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	tx.AfterCommit(func() {
		for _, key := range blobs {
			if err := v.Files.Store().Delete(ctx, key); err != nil {
				v.Log.WarnContext(ctx, "file of an erased owner stays, unreadable", "err", err)
			}
		}
	})
	return nil
}

// Retain says that issued documents stay with their cases.
func (v *Vault) Retain(ctx context.Context, owner string) ([]identity.Kept, error) {
	rows, err := v.store.documents(ctx, owner, "", 1)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return []identity.Kept{{What: "vault.kept"}}, nil
}
