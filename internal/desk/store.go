package desk

import (
	"context"

	"okno/internal/desk/deskdb"
	"okno/internal/kit/db"
)

// store keeps what officers and heads have named for themselves.
type store struct{ db *db.DB }

func (s store) filters(ctx context.Context, account string) ([]savedFilter, error) {
	rows, err := deskdb.New(s.db.Reader()).Filters(ctx, account)
	if err != nil {
		return nil, db.Classify(err)
	}
	all := make([]savedFilter, len(rows))
	for i, r := range rows {
		all[i] = savedFilter{ID: r.ID, Title: r.Title, Choice: r.Choice}
	}
	return all, nil
}

func (s store) addFilter(ctx context.Context, tx *db.Tx, account string, f savedFilter) (bool, error) {
	q := deskdb.New(tx)
	if n, err := q.CountFilters(ctx, account); err != nil || n >= filtersMost {
		return false, err
	}
	return true, q.AddFilter(ctx, deskdb.AddFilterParams{OwnerID: account, ID: f.ID, Title: f.Title, Choice: f.Choice, MadeAt: tx.Now()})
}

func (s store) deleteFilter(ctx context.Context, tx *db.Tx, account, filterID string) (bool, error) {
	n, err := deskdb.New(tx).DeleteFilter(ctx, deskdb.DeleteFilterParams{OwnerID: account, ID: filterID})
	return n > 0, err
}

func (s store) erase(ctx context.Context, tx *db.Tx, account string) error {
	q := deskdb.New(tx)
	if err := q.EraseFilters(ctx, account); err != nil {
		return err
	}
	return q.EraseSchedules(ctx, account)
}
