package identity

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Lengths of a reason, in characters.
const minReason, maxReason = 10, 1000

// keeper is who may restrict accounts: the seniors of support.
func keeper(ctx context.Context) (Actor, error) {
	a, err := signedIn(ctx)
	if err == nil && !a.Restricts() {
		err = ErrForbidden
	}
	return a, err
}

// Held is an account as those who may restrict it see it: no contacts.
type Held struct {
	ID, Number, Restriction, Reason string
	Created, Since                  db.Time
}

// FindHeld looks for an account by any of its exact names; the look is in the
// journal. ErrNotFound for none.
func (i *Identity) FindHeld(ctx context.Context, name string) (Held, error) {
	if _, err := keeper(ctx); err != nil {
		return Held{}, err
	}
	owner, _, err := i.findName(ctx, name)
	if err == nil && owner == "" {
		err = ErrNotFound
	}
	if err != nil {
		return Held{}, err
	}
	return i.LookHeld(ctx, owner)
}

// LookHeld opens an account's state; the look is in the journal.
func (i *Identity) LookHeld(ctx context.Context, owner string) (Held, error) {
	actor, err := keeper(ctx)
	if err != nil {
		return Held{}, err
	}
	a, err := i.Account(ctx, owner)
	if err != nil {
		return Held{}, err
	}
	if err := i.Audit.Look(ctx, actor.Entry("identity.looked", owner, "account:"+owner)); err != nil {
		return Held{}, err
	}
	g, err := i.guardOf(ctx, i.store.read(), owner)
	if err != nil {
		return Held{}, err
	}
	h := Held{ID: owner, Restriction: g.Restriction, Created: a.CreatedAt, Since: g.RestrictedAt}
	if h.Number, err = i.store.read().NumberOf(ctx, owner); err != nil {
		return Held{}, db.Classify(err)
	}
	h.Reason, err = i.reasonOf(ctx, g)
	return h, err
}

func reasonPlace(owner string) secret.Place {
	return secret.At("identity_guards", "reason_sealed", owner)
}

// reasonOf opens the reason that staff gave, "" for none.
func (i *Identity) reasonOf(ctx context.Context, g identitydb.IdentityGuard) (string, error) {
	if len(g.ReasonSealed) == 0 {
		return "", nil
	}
	key, err := i.Sealer.Key(ctx, g.OwnerID, secret.Person)
	if err != nil {
		return "", err
	}
	return key.OpenString(reasonPlace(g.OwnerID), g.ReasonSealed)
}

// Restrict puts a restriction on an account, or takes it off with "": for the
// seniors of support, with a reason that the owner is told. Errors:
// ErrForbidden, also for one's own account; ErrFields with the field "reason".
func (i *Identity) Restrict(ctx context.Context, owner, restriction, reason string) error {
	actor, err := keeper(ctx)
	if err != nil {
		return err
	}
	if restriction != "" && oneOf(restriction, RestrictedTo, BlockedFor) == "" || actor.ID == owner {
		return ErrForbidden
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason {
		return ErrFields.WithField("reason", "identity.error.reason", "Min", minReason, "Max", maxReason)
	}
	a, err := i.Account(ctx, owner)
	if errors.Is(err, secret.ErrErased) || err == nil && a.Status == Erased {
		return ErrNotFound
	}
	if err != nil {
		return err
	}
	key, err := i.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return err
	}
	name := or(restriction, "free")
	batch, err := i.notice(ctx, a, true, "identity.notice."+name+"_subject", "identity.notice."+name, "Reason", reason)
	if err != nil {
		return err
	}
	status := Active
	if restriction == BlockedFor {
		status = Blocked
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := in(tx).SetStatus(ctx, identitydb.SetStatusParams{OwnerID: owner, Status: status}); err != nil {
			return err
		}
		err := i.changeGuard(ctx, tx, owner, func(g *identitydb.IdentityGuard) {
			g.Restriction, g.RestrictedAt, g.RestrictedBy = restriction, tx.Now(), actor.ID
			g.ReasonSealed = key.SealString(reasonPlace(owner), reason)
		})
		if err == nil {
			err = i.EndSessions(ctx, tx, owner, "")
		}
		if err != nil {
			return err
		}
		e := actor.Entry("identity."+map[string]string{"": "freed", RestrictedTo: "restricted", BlockedFor: "blocked"}[restriction], owner, "account:"+owner)
		e.Details = map[string]string{"reason": reason}
		if err := i.Audit.Write(ctx, tx, e); err != nil {
			return err
		}
		return i.Notify.Send(ctx, tx, batch)
	})
}
