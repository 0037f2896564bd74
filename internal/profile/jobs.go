package profile

import (
	"context"
	"errors"
	"time"

	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/profile/profiledb"
)

// farewellLife is for how long the last letter of a deleted account is tried.
const farewellLife = 72 * time.Hour

// purgeGrace keeps a registration that is being finished at its last moment.
const purgeGrace = time.Hour

// purgeBatch is how many old registrations one run clears away.
const purgeBatch = 500

// purgeRegistrations clears away registrations that were not finished.
type purgeRegistrations struct{}

// Kind is the name of the job.
func (purgeRegistrations) Kind() string { return "profile.purge_registrations" }

// eraseKeys destroys the keys of a deleted account, and letters that are left
// under them.
type eraseKeys struct {
	Owner string `json:"owner"`
}

// Kind is the name of the job.
func (eraseKeys) Kind() string { return "profile.erase_keys" }

func (p *Profile) registerJobs() {
	job.Handle(p.Queue, func(ctx context.Context, _ purgeRegistrations) error { return p.purge(ctx) })
	job.Handle(p.Queue, p.eraseKeys)
}

// purge destroys the keys of those that became no account, then the rows.
func (p *Profile) purge(ctx context.Context) error {
	rows, err := profiledb.New(p.DB.Reader()).OldRegistrations(ctx, profiledb.OldRegistrationsParams{
		ExpiresAt: db.At(p.Clock.Now().Add(-purgeGrace)), Limit: purgeBatch,
	})
	if err != nil {
		return db.Classify(err)
	}
	for _, row := range rows {
		if row.AccountID == "" {
			if err := p.Sealer.Erase(ctx, row.ID); err != nil {
				return err
			}
		}
		err := p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if row.AccountID == "" {
				if err := p.Notify.Erase(ctx, tx, row.ID); err != nil {
					return err
				}
			}
			return profiledb.New(tx).DeleteRegistration(ctx, row.TokenHash)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *Profile) eraseKeys(ctx context.Context, j eraseKeys) error {
	if err := p.Sealer.Erase(ctx, j.Owner); err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return p.Notify.Erase(ctx, tx, j.Owner) })
}

// gone makes nothing of an error that says that the citizen was deleted.
func gone(err error) error {
	if errors.Is(err, secret.ErrErased) || errs.IsKind(err, errs.NotFound) {
		return nil
	}
	return err
}
