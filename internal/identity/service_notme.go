package identity

import (
	"context"
	"errors"
	"time"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// EventDenied says that an owner has said «It wasn't me»: ID is that of the
// ticket to be, Refs has "how": link, history.
const EventDenied = "identity.denied"

// EventStopped says that an old contact has stopped a change: as EventDenied.
const EventStopped = "identity.stopped"

// deniesADay bounds how often one account can be shut by its own links.
const deniesADay = 5

// denyByLink is «It wasn't me» behind the link of a notice: whoever got the
// notice may press it, signed in or not.
func (i *Identity) denyByLink(ctx context.Context, token string) error {
	owner, err := i.notMeOwner(token)
	if err != nil {
		return err
	}
	if err := i.Limit(ctx, "deny", owner, deniesADay, 24*time.Hour); err != nil {
		return err
	}
	return i.deny(ctx, owner, "link", nil)
}

// denyLine is «It wasn't me» at a line of the actor's history.
func (i *Identity) denyLine(ctx context.Context, key string) error {
	p, err := i.passageOf(ctx, key)
	if err != nil {
		return err
	}
	return i.deny(ctx, ActorOf(ctx).ID, "history", &p)
}

// deny ends all sessions but the owner's own, forgets all browsers, takes away
// factors that were added lately, forces a new password, tells every contact, and
// asks support to look.
func (i *Identity) deny(ctx context.Context, owner, how string, line *Passage) error {
	a, err := i.Account(ctx, owner)
	if errors.Is(err, secret.ErrErased) || err == nil && a.Status == Erased {
		return ErrLinkOver
	}
	if err != nil {
		return err
	}
	batch, err := i.notice(ctx, a, true, "identity.notice.denied_subject", "identity.notice.denied")
	if err != nil {
		return err
	}
	actor := ActorOf(ctx)
	keep := ""
	if actor.ID == owner {
		keep = actor.Session
	}
	return i.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if line != nil {
			if err := in(tx).DenyPassage(ctx, identitydb.DenyPassageParams{OwnerID: owner, NotedAt: line.At, ID: line.ID, DeniedAt: tx.Now()}); err != nil {
				return err
			}
		}
		if err := i.shut(ctx, tx, owner, keep, a.grace(tx.Now())); err != nil {
			return err
		}
		e := actor.Entry("identity.denied", owner, "account:"+owner)
		e.Details = map[string]string{"how": how}
		if err := i.Audit.Write(ctx, tx, e); err != nil {
			return err
		}
		if err := i.Notify.Send(ctx, tx, batch); err != nil {
			return err
		}
		return i.announce(ctx, tx, event.Event{Name: EventDenied, ID: id.New(), Owner: owner, Version: 1, Refs: map[string]string{"how": how}})
	})
}

// grace is since when what was added to the account may be a thief's: for as long as
// a change of contacts can be stopped, but never what the account began with.
func (a Account) grace(now db.Time) db.Time {
	return max(now.Add(-changeGrace), a.CreatedAt.Add(time.Minute))
}

// shut closes what a thief may hold: sessions but the one to keep, half-way
// sign-ins, codes, known browsers, links of access, keys and other factors that were
// added since; the password is due anew.
func (i *Identity) shut(ctx context.Context, tx *db.Tx, owner, keep string, since db.Time) error {
	if err := i.EndSessions(ctx, tx, owner, keep); err != nil {
		return err
	}
	tx.AfterCommit(i.waits.forget)
	q := in(tx)
	for _, f := range []func(context.Context, string) error{q.DeleteSignIns, q.DeleteCodesOf, q.DeleteDevices} {
		if err := f(ctx, owner); err != nil {
			return err
		}
	}
	if i.factors != nil {
		if err := i.factors.Withdraw(ctx, tx, owner, since); err != nil {
			return err
		}
	}
	if err := q.EndLinks(ctx, identitydb.EndLinksParams{OwnerID: owner, Purpose: linkAccess, ExpiresAt: tx.Now()}); err != nil {
		return err
	}
	return i.changeGuard(ctx, tx, owner, func(g *identitydb.IdentityGuard) { g.PasswordDue = true })
}

func (i *Identity) announce(ctx context.Context, tx *db.Tx, e event.Event) error {
	if i.Bus == nil {
		return nil
	}
	return i.Bus.Announce(ctx, tx, e)
}
