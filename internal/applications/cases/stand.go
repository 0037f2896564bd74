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

// impartial refuses an account that has declared an interest in the applicant of a
// case, or in somebody else whom it names. Errors: ErrOwnCase, ErrInterest.
func (c *Cases) impartial(ctx context.Context, agencyCode, owner, caseID, account string) error {
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
	named, err := c.store.read().NamedIndexes(ctx, casesdb.NamedIndexesParams{OwnerID: owner, CaseID: caseID, AgencyID: agencyCode})
	if err != nil {
		return db.Classify(err)
	}
	known = append(known, named...)
	for _, d := range declared {
		if slices.ContainsFunc(known, func(k []byte) bool { return bytes.Equal(k, d) }) {
			return ErrInterest
		}
	}
	return nil
}

// barred are cases that an account must not see.
type barred struct {
	account string   // that has sent them for somebody
	owners  []string // whose cases
	named   [][]byte // whom they name
}

// barred are the cases of the account itself, and those of or about people in
// whom it has declared an interest. Few have declared any: for all others nothing
// is read.
func (c *Cases) barred(ctx context.Context, agencyCode, account string) (barred, error) {
	r, err := c.rules(ctx, agencyCode)
	if err != nil {
		return barred{}, err
	}
	declared := r.Indexes(account)
	owners, err := c.store.owners(ctx, agencyCode, declared)
	if account != "" {
		owners = append([]string{account}, owners...)
	}
	return barred{account: account, owners: owners, named: declared}, err
}

// without leaves out what is barred.
func (c *Cases) without(ctx context.Context, agencyCode string, rows []casesdb.ApplicationsQueue, b barred) ([]casesdb.ApplicationsQueue, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.CaseID
	}
	named, err := c.store.naming(ctx, agencyCode, b.named, ids)
	return slices.DeleteFunc(rows, func(r casesdb.ApplicationsQueue) bool {
		return b.account != "" && r.HelperID == b.account || slices.Contains(b.owners, r.OwnerID) || slices.Contains(named, r.CaseID)
	}), err
}

// fair is fairFor the actor, who may be a machine of the agency.
func (c *Cases) fair(ctx context.Context, k Case) error {
	return c.fairFor(ctx, k, identity.ActorOf(ctx).ID)
}

// fairFor refuses an account that must not work on a case: that has sent it, for
// itself or another, or is not impartial. Nobody's account has sent nothing: most
// cases have no helper. Errors: ErrOwnCase, ErrInterest.
func (c *Cases) fairFor(ctx context.Context, k Case, account string) error {
	if account == "" {
		return nil
	}
	if k.row.HelperID == account {
		return ErrOwnCase
	}
	return c.impartial(ctx, k.Agency, k.Owner, k.ID, account)
}
