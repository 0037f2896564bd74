package complaint

import (
	"context"

	"okno/internal/applications/complaint/complaintdb"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// store is the package's SQL.
type store struct{ db *db.DB }

func (s store) read() *complaintdb.Queries { return complaintdb.New(s.db.Reader()) }

func (s store) byID(ctx context.Context, owner, complaintID string) (Complaint, error) {
	row, err := s.read().FindComplaint(ctx, complaintdb.FindComplaintParams{OwnerID: owner, ID: complaintID})
	if db.IsNone(err) {
		return Complaint{}, ErrNotFound
	}
	return complaintOf(row), db.Classify(err)
}

func (s store) byNumber(ctx context.Context, number string) (Complaint, error) {
	row, err := s.read().ComplaintByNumber(ctx, number)
	if db.IsNone(err) {
		return Complaint{}, ErrNotFound
	}
	return complaintOf(row), db.Classify(err)
}

// about are the owner's complaints about a case; q may be of a transaction.
func (s store) about(ctx context.Context, q *complaintdb.Queries, owner, caseID string) ([]Complaint, error) {
	rows, err := q.ComplaintsAbout(ctx, complaintdb.ComplaintsAboutParams{OwnerID: owner, CaseID: caseID})
	return complaintsOf(rows), db.Classify(err)
}

func complaintsOf(rows []complaintdb.ApplicationsComplaint) []Complaint {
	all := make([]Complaint, len(rows))
	for i, row := range rows {
		all[i] = complaintOf(row)
	}
	return all
}

// update writes a changed row; ErrChanged when it is no longer as it was read.
func (s store) update(ctx context.Context, tx *db.Tx, was int64, row complaintdb.ApplicationsComplaint) error {
	n, err := complaintdb.New(tx).UpdateComplaint(ctx, complaintdb.UpdateComplaintParams{
		Number: row.Number, Ground: row.Ground, Status: row.Status, Version: row.Version, AssignedTo: row.AssignedTo, Barred: row.Barred,
		SentAt: row.SentAt, RegisterBy: row.RegisterBy, RegisteredAt: row.RegisteredAt, TermDays: row.TermDays,
		DeadlineAt: row.DeadlineAt, DeadlineDate: row.DeadlineDate, LateAt: row.LateAt, DecidedAt: row.DecidedAt,
		DecidedBy: row.DecidedBy, Measure: row.Measure, DocumentID: row.DocumentID, ChangedAt: row.ChangedAt,
		WordsSealed: blank(row.WordsSealed), AnswerSealed: blank(row.AnswerSealed), OwnerID: row.OwnerID, ID: row.ID, Version_2: was,
	})
	if err == nil && n == 0 {
		return ErrChanged
	}
	return err
}

// number gives the complaint a number that nobody has.
func (s store) number(ctx context.Context, tx *db.Tx, owner, complaintID string) (string, error) {
	for range 10 {
		number := id.Number()
		n, err := complaintdb.New(tx).InsertNumber(ctx, complaintdb.InsertNumberParams{Number: number, OwnerID: owner, ComplaintID: complaintID})
		if err != nil || n > 0 {
			return number, err
		}
	}
	return "", ErrChanged
}

// once notes an idempotency key; false when it was used before. An empty key
// asks for nothing.
func (s store) once(ctx context.Context, tx *db.Tx, scope, key string) (bool, error) {
	if key == "" {
		return true, nil
	}
	n, err := complaintdb.New(tx).InsertOnce(ctx, complaintdb.InsertOnceParams{Scope: scope, KeyHash: id.Hash(key), UsedAt: tx.Now()})
	return n > 0, err
}

// used reports whether an idempotency key was used.
func (s store) used(ctx context.Context, scope, key string) (bool, error) {
	n, err := s.read().CountOnce(ctx, complaintdb.CountOnceParams{Scope: scope, KeyHash: id.Hash(key)})
	return n > 0, db.Classify(err)
}

// named tells which of the files in the store belong to a complaint.
func (s store) named(ctx context.Context, keys []string) (map[string]bool, error) {
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	rows, err := s.db.Reader().QueryContext(ctx, "SELECT blob_key FROM applications_complaint_files WHERE blob_key IN "+db.In(1, len(keys)), args...)
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

// blank keeps an empty value from becoming NULL.
func blank(sealed []byte) []byte {
	if sealed == nil {
		return []byte{}
	}
	return sealed
}
