package cases

import (
	"bytes"
	"context"
	"database/sql"
	"strconv"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// store is the package's SQL.
type store struct{ db *db.DB }

func (s store) read() *casesdb.Queries { return casesdb.New(s.db.Reader()) }

// byNumber finds a case by the number that people read out.
func (s store) byNumber(ctx context.Context, number string) (Case, error) {
	row, err := s.read().CaseByNumber(ctx, number)
	if db.IsNone(err) {
		return Case{}, ErrNotFound
	}
	return caseOf(row), db.Classify(err)
}

func (s store) byID(ctx context.Context, owner, caseID string) (Case, error) {
	row, err := s.read().FindCase(ctx, casesdb.FindCaseParams{OwnerID: owner, ID: caseID})
	if db.IsNone(err) {
		return Case{}, ErrNotFound
	}
	return caseOf(row), db.Classify(err)
}

// numberOf is the number of a case, "" for none.
func (s store) numberOf(ctx context.Context, q *casesdb.Queries, owner, caseID string) (string, error) {
	number, err := q.NumberOf(ctx, casesdb.NumberOfParams{OwnerID: owner, ID: caseID})
	if db.IsNone(err) {
		return "", nil
	}
	return number, db.Classify(err)
}

// insert adds a case under its number; fresh is false when the case is there
// already. Number and case go out together. Numbers are random: that one is
// taken is rare, and several in a row mean that something is wrong.
func (s store) insert(ctx context.Context, tx *db.Tx, row casesdb.InsertCaseParams) (number string, fresh bool, err error) {
	q := casesdb.New(tx)
	reserved, err := q.InsertNumber(ctx, casesdb.InsertNumberParams{Number: row.Number, OwnerID: row.OwnerID, CaseID: row.ID})
	if err != nil {
		return "", false, err
	}
	made, err := q.InsertCase(ctx, row)
	if err != nil {
		return "", false, err
	}
	free, err := some(reserved)
	if err != nil {
		return "", false, err
	}
	if fresh, err = some(made); err != nil {
		return "", false, err
	}
	switch {
	case fresh && free:
		return row.Number, true, nil
	case fresh:
		number, err = s.renumber(ctx, q, row)
		return number, true, err
	case free:
		err = q.DeleteNumber(ctx, row.Number)
	}
	return "", false, err
}

func (s store) renumber(ctx context.Context, q *casesdb.Queries, row casesdb.InsertCaseParams) (string, error) {
	for range 10 {
		number := id.Number()
		r, err := q.InsertNumber(ctx, casesdb.InsertNumberParams{Number: number, OwnerID: row.OwnerID, CaseID: row.ID})
		if err != nil {
			return "", err
		}
		if free, err := some(r); err != nil || !free {
			if err != nil {
				return "", err
			}
			continue
		}
		return number, q.RenumberCase(ctx, casesdb.RenumberCaseParams{Number: number, OwnerID: row.OwnerID, ID: row.ID})
	}
	return "", ErrChanged
}

// some reports whether a statement changed a row.
func some(r sql.Result) (bool, error) {
	n, err := r.RowsAffected()
	return n > 0, err
}

// moved writes a changed case with its queue row and its event. look is when
// its term is to be looked at next, 0 leaves that as it is. ErrChanged when the
// case is no longer the one that was read.
func (s store) moved(ctx context.Context, tx *db.Tx, was, row casesdb.ApplicationsCase, look db.Time, e casesdb.InsertEventParams) error {
	q := casesdb.New(tx)
	moved, err := move(ctx, q, was, row)
	if err != nil {
		return err
	}
	done, err := some(moved)
	if err != nil {
		return err
	}
	if !done {
		return ErrChanged
	}
	err = q.MoveQueue(ctx, casesdb.MoveQueueParams{
		Status: row.Status, Undecided: Status(row.Status).Open(), AssignedTo: row.AssignedTo, DeadlineAt: row.DeadlineAt,
		DeadlineDate: row.DeadlineDate, PausedAt: row.PausedAt, Version: row.Version, Stage: row.Stage, RegisteredAt: row.RegisteredAt,
		Look: int64(look), AgencyID: was.AgencyID, CaseID: row.ID,
	})
	if err != nil {
		return err
	}
	return q.InsertEvent(ctx, e)
}

func move(ctx context.Context, q *casesdb.Queries, was, row casesdb.ApplicationsCase) (sql.Result, error) {
	if bytes.Equal(was.FormSealed, row.FormSealed) {
		return q.MoveCaseOnly(ctx, casesdb.MoveCaseOnlyParams{
			Status: row.Status, Epgu: row.Epgu, Version: row.Version, AssignedTo: row.AssignedTo, RegisteredAt: row.RegisteredAt,
			DeadlineAt: row.DeadlineAt, DeadlineDate: row.DeadlineDate, PausedAt: row.PausedAt, DecidedAt: row.DecidedAt,
			ChangedAt: row.ChangedAt, Ground: row.Ground, DecisionSealed: blank(row.DecisionSealed),
			Stage: row.Stage, PauseGround: row.PauseGround, ResumeOn: row.ResumeOn,
			OwnerID: row.OwnerID, ID: row.ID, Version_2: was.Version,
		})
	}
	return q.MoveCase(ctx, casesdb.MoveCaseParams{
		Status: row.Status, Epgu: row.Epgu, Version: row.Version, AssignedTo: row.AssignedTo, RegisteredAt: row.RegisteredAt,
		DeadlineAt: row.DeadlineAt, DeadlineDate: row.DeadlineDate, PausedAt: row.PausedAt, DecidedAt: row.DecidedAt,
		ChangedAt: row.ChangedAt, Ground: row.Ground, FormSealed: blank(row.FormSealed), DecisionSealed: blank(row.DecisionSealed),
		Stage: row.Stage, PauseGround: row.PauseGround, ResumeOn: row.ResumeOn,
		OwnerID: row.OwnerID, ID: row.ID, Version_2: was.Version,
	})
}

// once notes an idempotency key; false when it was used before. An empty key
// asks for nothing.
func (s store) once(ctx context.Context, tx *db.Tx, scope, key string) (bool, error) {
	if key == "" {
		return true, nil
	}
	n, err := casesdb.New(tx).InsertOnce(ctx, casesdb.InsertOnceParams{Scope: scope, KeyHash: id.Hash(key), UsedAt: tx.Now()})
	return n > 0, err
}

// unsent deletes the files that were kept for an answer which never came.
func (s store) unsent(ctx context.Context, tx *db.Tx, owner, caseID string) error {
	return casesdb.New(tx).DeleteUnsent(ctx, casesdb.DeleteUnsentParams{OwnerID: owner, CaseID: caseID})
}

// asking reports whether the ask waits for an answer; q may be of a transaction.
func (s store) asking(ctx context.Context, q *casesdb.Queries, owner, caseID, askID string) (bool, error) {
	n, err := q.CountOpenAsk(ctx, casesdb.CountOpenAskParams{OwnerID: owner, CaseID: caseID, ID: askID})
	return n > 0, err
}

// named tells which of the files in the store belong to a case.
func (s store) named(ctx context.Context, keys []string) (map[string]bool, error) {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT blob_key FROM applications_files WHERE blob_key IN "+db.In(1, len(keys)), args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	found := map[string]bool{}
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		found[key] = true
	}
	return found, db.Classify(rows.Err())
}

// toldKey marks that the message about a version of a case was handed over.
func toldKey(version int64) string { return "told:" + strconv.FormatInt(version, 10) }

// used reports whether an idempotency key was used.
func (s store) used(ctx context.Context, scope, key string) (bool, error) {
	n, err := s.read().CountOnce(ctx, casesdb.CountOnceParams{Scope: scope, KeyHash: id.Hash(key)})
	return n > 0, db.Classify(err)
}

// blank keeps an empty value from becoming NULL: SQLite reads it back as nil.
func blank(sealed []byte) []byte {
	if sealed == nil {
		return []byte{}
	}
	return sealed
}
