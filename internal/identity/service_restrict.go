package identity

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/notify"
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
	// Objections are the owner's, the latest first.
	Objections []Objection
}

// FindHeld looks for an account by any of its exact names; the look is in the
// journal. ErrNotFound for none.
func (i *Identity) FindHeld(ctx context.Context, name string) (Held, error) {
	if _, err := keeper(ctx); err != nil {
		return Held{}, err
	}
	owner, err := i.FindName(ctx, name)
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
	if h.Objections, err = i.objectionsOf(ctx, owner); err != nil {
		return Held{}, err
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
	d, err := i.prepareRestriction(ctx, owner, restriction, reason)
	if err != nil {
		return err
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		ended := identitydb.EndObjectionsParams{OwnerID: owner, State: ObjectionOver, DecidedAt: tx.Now(), DecidedBy: actor.ID}
		if restriction == "" {
			ended.State = ObjectionLifted
		}
		if _, err := in(tx).EndObjections(ctx, ended); err != nil {
			return err
		}
		return i.putRestriction(ctx, tx, d, "")
	})
}

// restrictionDraft is a restriction ready to be put on an account, or "" to be
// taken off.
type restrictionDraft struct {
	owner, restriction, reason string
	key                        *secret.DataKey
	batch                      *notify.Batch
	link                       identitydb.InsertLinkParams
}

// prepareRestriction seals what the owner is told: before the transaction. A
// restriction is told with a link by which the owner objects, as who is blocked
// can't come in to do it.
func (i *Identity) prepareRestriction(ctx context.Context, owner, restriction, reason string) (*restrictionDraft, error) {
	a, err := i.Account(ctx, owner)
	if errors.Is(err, secret.ErrErased) || err == nil && a.Status == Erased {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	d := &restrictionDraft{owner: owner, restriction: restriction, reason: reason}
	if d.key, err = i.Sealer.Key(ctx, owner, secret.Person); err != nil {
		return nil, err
	}
	path := securityPath
	if restriction != "" {
		d.link, path = newObjectLink(owner)
	}
	name := or(restriction, "free")
	letters, err := i.urgent(ctx, a, notify.Letter{
		Link: path, Subject: i.Texts.T(a.Lang, "identity.notice."+name+"_subject"), Text: i.Texts.T(a.Lang, "identity.notice."+name, "Reason", reason),
	})
	if err != nil {
		return nil, err
	}
	d.batch, err = i.Notify.Seal(ctx, letters...)
	return d, err
}

// putRestriction writes it; objection is the number of the one that it answers.
func (i *Identity) putRestriction(ctx context.Context, tx *db.Tx, d *restrictionDraft, objection string) error {
	actor, status := ActorOf(ctx), Active
	if d.restriction == BlockedFor {
		status = Blocked
	}
	if _, err := in(tx).SetStatus(ctx, identitydb.SetStatusParams{OwnerID: d.owner, Status: status}); err != nil {
		return err
	}
	err := i.changeGuard(ctx, tx, d.owner, func(g *identitydb.IdentityGuard) {
		g.Restriction, g.RestrictedAt, g.RestrictedBy = d.restriction, tx.Now(), actor.ID
		g.ReasonSealed = d.key.SealString(reasonPlace(d.owner), d.reason)
	})
	if err != nil {
		return err
	}
	if err := i.EndSessions(ctx, tx, d.owner, ""); err != nil {
		return err
	}
	if d.restriction != "" {
		if err := i.keepObjectLink(ctx, tx, d.link, tx.Now()); err != nil {
			return err
		}
	}
	e := actor.Entry(restrictionAct(d.restriction), d.owner, "account:"+d.owner)
	e.Details = map[string]string{"reason": d.reason}
	if objection != "" {
		e.Details["objection"] = objection
	}
	if err := i.Audit.Write(ctx, tx, e); err != nil {
		return err
	}
	return i.Notify.Send(ctx, tx, d.batch)
}

// restrictionAct is what the journal calls it.
func restrictionAct(restriction string) string {
	switch restriction {
	case RestrictedTo:
		return "identity.restricted"
	case BlockedFor:
		return "identity.blocked"
	}
	return "identity.freed"
}
