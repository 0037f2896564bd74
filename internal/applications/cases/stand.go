package cases

import (
	"bytes"
	"context"
	"slices"

	"okno/internal/agency"
	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Rules tell the ways of work that an agency has chosen: who stands in for
// whom, who must not work on whose cases, how new cases are shared out.
type Rules interface {
	Rules(ctx context.Context, agency string) (agency.Rules, error)
	Today(agency string) db.Date
	NoteGiven(ctx context.Context, tx *db.Tx, agency, account string) error
}

// rules are those of the agency; none where nobody keeps any.
func (c *Cases) rules(ctx context.Context, agencyCode string) (agency.Rules, error) {
	if c.Rules == nil {
		return agency.Rules{Agency: agencyCode}, nil
	}
	return c.Rules.Rules(ctx, agencyCode)
}

// standsFor are the colleagues for whom the account stands in today.
func (c *Cases) standsFor(ctx context.Context, agencyCode, account string) ([]string, error) {
	r, err := c.rules(ctx, agencyCode)
	if err != nil || len(r.Leaves) == 0 {
		return nil, err
	}
	return r.StandsFor(account, c.Rules.Today(agencyCode)), nil
}

// holds reports whether the account works on a case that is assigned to
// somebody: itself, or who is on leave and has named it as substitute.
func (c *Cases) holds(ctx context.Context, k Case, account string) (bool, error) {
	if k.AssignedTo == account {
		return true, nil
	}
	if k.AssignedTo == "" {
		return false, nil
	}
	away, err := c.standsFor(ctx, k.Agency, account)
	return slices.Contains(away, k.AssignedTo), err
}

// impartial refuses an account that has declared an interest in the applicant.
// Errors: ErrOwnCase, ErrInterest.
func (c *Cases) impartial(ctx context.Context, agencyCode, owner, account string) error {
	if owner == account {
		return ErrOwnCase
	}
	r, err := c.rules(ctx, agencyCode)
	if err != nil {
		return err
	}
	declared := r.Indexes(account)
	if len(declared) == 0 {
		return nil
	}
	known, err := c.store.read().PersonIndexes(ctx, casesdb.PersonIndexesParams{OwnerID: owner, AgencyID: agencyCode})
	if err != nil {
		return db.Classify(err)
	}
	for _, d := range declared {
		if slices.ContainsFunc(known, func(k []byte) bool { return bytes.Equal(k, d) }) {
			return ErrInterest
		}
	}
	return nil
}

// barred are the owners whose cases the account must not see: itself, and the
// people in whom it has declared an interest. Few have declared any: for all
// others nothing is read.
func (c *Cases) barred(ctx context.Context, agencyCode, account string) ([]string, error) {
	r, err := c.rules(ctx, agencyCode)
	if err != nil {
		return nil, err
	}
	owners, err := c.store.owners(ctx, agencyCode, r.Indexes(account))
	return append([]string{account}, owners...), err
}

// fair is impartial for the actor, who may be a machine of the agency.
func (c *Cases) fair(ctx context.Context, k Case) error {
	return c.impartial(ctx, k.Agency, k.Owner, identity.ActorOf(ctx).ID)
}
