package agency

import (
	"context"

	"okno/internal/agency/agencydb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// store keeps who works where.
type store struct{ db *db.DB }

func (s store) roles(ctx context.Context, account string) ([]Member, error) {
	rows, err := agencydb.New(s.db.Reader()).Roles(ctx, account)
	if err != nil {
		return nil, db.Classify(err)
	}
	members := make([]Member, len(rows))
	for i, row := range rows {
		members[i] = Member{Account: account, Agency: row.Agency, Office: row.Office, Role: identity.RoleName(row.Role)}
	}
	return members, nil
}

func (s store) members(ctx context.Context, agency string) ([]Member, error) {
	rows, err := agencydb.New(s.db.Reader()).Members(ctx, agency)
	if err != nil {
		return nil, db.Classify(err)
	}
	members := make([]Member, len(rows))
	for i, row := range rows {
		members[i] = Member{Account: row.OwnerID, Agency: agency, Office: row.Office, Role: identity.RoleName(row.Role)}
	}
	return members, nil
}

func (s store) add(ctx context.Context, tx *db.Tx, m Member) (bool, error) {
	n, err := agencydb.New(tx).AddStaff(ctx, agencydb.AddStaffParams{
		OwnerID: m.Account, Agency: m.Agency, Office: m.Office, Role: string(m.Role), AddedAt: tx.Now(),
	})
	return n > 0, err
}

func (s store) remove(ctx context.Context, tx *db.Tx, m Member) (bool, error) {
	n, err := agencydb.New(tx).RemoveStaff(ctx, agencydb.RemoveStaffParams{
		OwnerID: m.Account, Agency: m.Agency, Office: m.Office, Role: string(m.Role),
	})
	return n > 0, err
}

func (s store) erase(ctx context.Context, tx *db.Tx, account string) error {
	return agencydb.New(tx).EraseStaff(ctx, account)
}
