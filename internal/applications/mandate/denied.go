package mandate

import (
	"context"
	"errors"

	"okno/internal/applications/mandate/mandatedb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
)

// onShut withdraws what an account has given, once its owner has said «It wasn't me»
// or an old contact has stopped a change: whoever was in the account may have let a
// helper of their own act in the owner's name, with no session and no password.
//
// All goes, of any age: an offer of a thief's may wait for weeks before it is taken,
// and the notice's link lives for 30 days. It harms the owner least: a helper whom
// they do want is asked again in a minute, and what a thief's helper sends stands.
// To show the mandate to support only would leave it working until somebody looks.
// What the account was given by others stays: it is not the owner's name that is
// acted in, and the sessions that acted have ended.
func (r *Room) onShut(ctx context.Context, e event.Event) error {
	ctx = identity.AsSystem(ctx)
	rows, err := r.store.read().Standing(ctx, mandatedb.StandingParams{OwnerID: e.Owner, ExpiresAt: db.At(r.Clock.Now())})
	if err != nil {
		return db.Classify(err)
	}
	var faults error
	for _, row := range rows { // one that can't be withdrawn must not keep the others standing
		faults = errors.Join(faults, r.turn(ctx, mandateOf(row), Withdrawn, "withdrawn"))
	}
	return faults
}
