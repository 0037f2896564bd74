package identity

import (
	"context"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// Restrictions that staff may put on an account.
const (
	// RestrictedTo reading: nothing can be sent, changed, signed.
	RestrictedTo = "restricted"
	BlockedFor   = "blocked"
)

// guardOf is what closes the account or a part of it; the zero row for nothing.
func (i *Identity) guardOf(ctx context.Context, q *identitydb.Queries, owner string) (identitydb.IdentityGuard, error) {
	row, _, err := one(q.GuardOf(ctx, owner))
	row.OwnerID = owner
	if row.ReasonSealed == nil {
		row.ReasonSealed = []byte{}
	}
	return row, err
}

// changeGuard reads, changes and writes it in the transaction.
func (i *Identity) changeGuard(ctx context.Context, tx *db.Tx, owner string, f func(g *identitydb.IdentityGuard)) error {
	g, err := i.guardOf(ctx, in(tx), owner)
	if err != nil {
		return err
	}
	f(&g)
	return in(tx).PutGuard(ctx, identitydb.PutGuardParams(g))
}

// limitsOf puts into a session what the account may not do.
func (i *Identity) limitsOf(ctx context.Context, o *opening) error {
	g, err := i.guardOf(ctx, i.store.read(), o.row.OwnerID)
	if err != nil {
		return err
	}
	o.row.FrozenAt, o.row.Restricted = g.FrozenAt, g.Restriction == RestrictedTo
	return nil
}
