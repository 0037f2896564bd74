package identity

import (
	"context"
	"strings"

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

// limitsOf refuses an account that can't be signed in to, and puts into a
// session what it may not do.
func (i *Identity) limitsOf(ctx context.Context, a Account, o *opening) error {
	g, err := i.guardOf(ctx, i.store.read(), a.ID)
	switch {
	case err != nil:
		return err
	case a.Status != Active:
		return ErrBlocked
	case g.PasswordDue && strings.HasPrefix(o.row.Method, "password") && ActorOf(ctx).ID != a.ID:
		return ErrPasswordDue
	}
	o.row.FrozenAt, o.row.Restricted = g.FrozenAt, g.Restriction == RestrictedTo
	return nil
}

// admissible reports why the account can't be signed in to: ErrBlocked, or for a
// sign-in that began with a password ErrPasswordDue and ErrPasswordOld where it must be
// set anew.
func (i *Identity) admissible(ctx context.Context, a Account, byPassword bool) error {
	g, err := i.guardOf(ctx, i.store.read(), a.ID)
	old := false
	if err == nil && byPassword {
		old, err = i.outlived(ctx, a.ID)
	}
	switch {
	case a.Status != Active:
		return ErrBlocked
	case err == nil && g.PasswordDue && byPassword:
		return ErrPasswordDue
	case err == nil && old:
		return ErrPasswordOld
	}
	return err
}

// passwordSet notes that the password is new: it is not due any more.
func (i *Identity) passwordSet(ctx context.Context, tx *db.Tx, owner string, line *passage) error {
	if err := i.keepPassage(ctx, tx, line); err != nil {
		return err
	}
	g, err := i.guardOf(ctx, in(tx), owner)
	if err != nil || !g.PasswordDue {
		return err
	}
	g.PasswordDue = false
	return in(tx).PutGuard(ctx, identitydb.PutGuardParams(g))
}
