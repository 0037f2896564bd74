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

func (s store) schedules(ctx context.Context, agency, account string) ([]schedule, error) {
	rows, err := deskdb.New(s.db.Reader()).Schedules(ctx, deskdb.SchedulesParams{AgencyID: agency, Account: account})
	if err != nil {
		return nil, db.Classify(err)
	}
	all := make([]schedule, len(rows))
	for i, r := range rows {
		all[i] = schedule{Agency: agency, ID: r.ID, Account: r.Account, Choice: r.Choice, Every: r.Every, Next: r.NextAt}
	}
	return all, nil
}

func (s store) addSchedule(ctx context.Context, tx *db.Tx, x schedule) error {
	return deskdb.New(tx).AddSchedule(ctx, deskdb.AddScheduleParams{
		AgencyID: x.Agency, ID: x.ID, Account: x.Account, Choice: x.Choice, Every: x.Every, NextAt: x.Next, MadeAt: tx.Now(),
	})
}

func (s store) deleteSchedule(ctx context.Context, tx *db.Tx, agency, account, scheduleID string) (bool, error) {
	n, err := deskdb.New(tx).DeleteSchedule(ctx, deskdb.DeleteScheduleParams{AgencyID: agency, Account: account, ID: scheduleID})
	return n > 0, err
}

func (s store) dueSchedules(ctx context.Context, now db.Time) ([]schedule, error) {
	rows, err := deskdb.New(s.db.Reader()).DueSchedules(ctx, now)
	if err != nil {
		return nil, db.Classify(err)
	}
	all := make([]schedule, len(rows))
	for i, r := range rows {
		all[i] = schedule{Agency: r.AgencyID, ID: r.ID, Account: r.Account, Choice: r.Choice, Every: r.Every, Next: r.NextAt}
	}
	return all, nil
}

// moveSchedule is false when another node was faster.
func (s store) moveSchedule(ctx context.Context, tx *db.Tx, x schedule, next db.Time) (bool, error) {
	n, err := deskdb.New(tx).MoveSchedule(ctx, deskdb.MoveScheduleParams{NextAt: next, AgencyID: x.Agency, ID: x.ID, NextAt_2: x.Next})
	return n > 0, err
}
