package factor

import (
	"context"

	"okno/internal/identity"
	"okno/internal/identity/factor/factordb"
	"okno/internal/kit/db"
)

// withdrawer is a kind that keeps elsewhere what an account has of it.
type withdrawer interface {
	// TakeSince takes away what was added since.
	TakeSince(ctx context.Context, tx *db.Tx, owner string, since db.Time) error
}

// Withdraw takes away what the account has added since the instant, and what it is
// about to add: whoever was in the account may have added a key, and would come back
// by it. Contacts stay; where nothing else is left, their codes count again.
func (r *Room) Withdraw(ctx context.Context, tx *db.Tx, owner string, since db.Time) error {
	q := in(tx)
	if err := q.DeleteFactorsSince(ctx, factordb.DeleteFactorsSinceParams{OwnerID: owner, CreatedAt: since}); err != nil {
		return err
	}
	if err := q.DeleteRecoverySince(ctx, factordb.DeleteRecoverySinceParams{OwnerID: owner, CreatedAt: since}); err != nil {
		return err
	}
	if err := q.DeleteAttempts(ctx, owner); err != nil {
		return err
	}
	for _, k := range r.kinds {
		if w, ok := k.(withdrawer); ok {
			if err := w.TakeSince(ctx, tx, owner, since); err != nil {
				return err
			}
		}
	}
	return nil
}

// MayGo is ErrLast where the actor would have no way to sign in left without the
// one of the kind, which another package keeps: its last device or certificate.
func (r *Room) MayGo(ctx context.Context, kind string) error {
	a, err := r.Account(ctx, identity.ActorOf(ctx).ID)
	if err != nil {
		return err
	}
	c := &change{account: a}
	if c.rows, err = r.rows(ctx, a.ID); err != nil {
		return err
	}
	if c.ways, err = r.waysOf(ctx, a, known(c.rows)); err != nil {
		return err
	}
	return r.mayGo(ctx, c, identity.Way{Ref: kind, Kind: kind})
}
