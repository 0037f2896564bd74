package identity

import (
	"context"
	"slices"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Reindex gives up to batch contacts the blind index of the version in use, and
// tells how many: repeat until 0, then the old version may be dropped.
func (i *Identity) Reindex(ctx context.Context, batch int) (int, error) {
	// An index begins with its version, so what is older sorts before this.
	current := i.keys().Index("identity contact", "", "")[:secret.IndexSize-16]
	rows, err := i.store.read().OldestContacts(ctx, identitydb.OldestContactsParams{ContactIndex: current, Limit: int32(batch)})
	if err != nil {
		return 0, db.Classify(err)
	}
	for _, row := range rows {
		if err := i.reindex(ctx, row); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

func (i *Identity) reindex(ctx context.Context, row identitydb.IdentityContact) error {
	a, err := i.Account(ctx, row.OwnerID)
	if err != nil {
		return err
	}
	all := a.contacts()
	n := slices.IndexFunc(all, func(c contact) bool { return c.kind == row.Kind })
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := in(tx).DeleteContact(ctx, row.ContactIndex); err != nil || n < 0 {
			return err
		}
		_, err := in(tx).InsertContact(ctx, identitydb.InsertContactParams{
			ContactIndex: i.contactIndexes(all[n])[0], Kind: row.Kind, OwnerID: row.OwnerID, CreatedAt: row.CreatedAt,
		})
		return err
	})
}
