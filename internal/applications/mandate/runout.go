package mandate

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/mandate/mandatedb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

const (
	runOutEvery = 5 * time.Minute
	// runOutKept: what ran out longer ago is no news, such as before a release that
	// tells of it.
	runOutKept = 3 * 24 * time.Hour
	runOutMost = 200 // in one go
)

// runOut tells of mandates whose term is over.
type runOut struct{}

// Kind is the name of the job.
func (runOut) Kind() string { return "applications.mandate.run_out" }

func (r *Room) runOut(ctx context.Context, _ runOut) error {
	ctx = identity.AsSystem(ctx)
	now := r.Clock.Now()
	rows, err := r.store.read().RunOut(ctx, mandatedb.RunOutParams{
		ExpiresAt: db.At(now), ExpiresAt_2: db.At(now.Add(-runOutKept)), Limit: runOutMost,
	})
	if err != nil {
		return db.Classify(err)
	}
	var faults error
	for _, row := range rows { // one that can't be told must not keep the others waiting
		faults = errors.Join(faults, r.ranOut(ctx, mandateOf(row)))
	}
	return faults
}

// ranOut tells both, once: whoever notes the end sends the letters.
func (r *Room) ranOut(ctx context.Context, m Mandate) error {
	var letters []*notify.Batch
	for _, to := range []string{m.Owner, m.Helper} {
		what := "ran_out"
		if to == m.Helper {
			what = "ran_out_helper"
		}
		letter, err := r.letter(ctx, to, m, what)
		if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) {
			continue // they are gone
		}
		if err != nil {
			return err
		}
		letters = append(letters, letter)
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := mandatedb.New(tx)
		n, err := q.EndRunOut(ctx, mandatedb.EndRunOutParams{OwnerID: m.Owner, ID: m.ID})
		if err == nil && n > 0 {
			err = q.StepOutAll(ctx, m.ID)
		}
		if err != nil || n == 0 {
			return err
		}
		for _, letter := range letters {
			if err := r.Notify.Send(ctx, tx, letter); err != nil {
				return err
			}
		}
		return r.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("applications.mandate_ran_out", m.Owner, "mandate:"+m.ID))
	})
}
