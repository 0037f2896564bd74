package cases

import (
	"context"
	"fmt"
	"strings"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
)

// putPeople writes by what an applicant is found, in one statement.
func (s store) putPeople(ctx context.Context, tx *db.Tx, people []casesdb.ApplicationsPerson) error {
	if len(people) == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString("INSERT INTO applications_people (owner_id, agency_id, kind, person_index) VALUES ")
	args := make([]any, 0, 4*len(people))
	for i, p := range people {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "($%d, $%d, $%d, $%d)", 4*i+1, 4*i+2, 4*i+3, 4*i+4)
		args = append(args, p.OwnerID, p.AgencyID, p.Kind, p.PersonIndex)
	}
	text.WriteString(" ON CONFLICT (owner_id, agency_id, kind) DO UPDATE SET person_index = excluded.person_index" +
		" WHERE applications_people.person_index <> excluded.person_index") // who comes again is found already
	_, err := tx.ExecContext(ctx, text.String(), args...)
	return err
}

// putNamed writes whom a case names beside its applicant; most name nobody.
func (s store) putNamed(ctx context.Context, tx *db.Tx, named []casesdb.ApplicationsNamed) error {
	for _, n := range named {
		if err := casesdb.New(tx).InsertNamed(ctx, casesdb.InsertNamedParams(n)); err != nil {
			return err
		}
	}
	return nil
}

// naming are those of the cases that name somebody by any of the blind indexes.
func (s store) naming(ctx context.Context, agencyCode string, indexes [][]byte, ids []string) ([]string, error) {
	if len(indexes) == 0 || len(ids) == 0 {
		return nil, nil
	}
	args := []any{agencyCode}
	for _, x := range indexes {
		args = append(args, x)
	}
	for _, x := range ids {
		args = append(args, x)
	}
	return s.strings(ctx, "SELECT DISTINCT case_id FROM applications_named WHERE agency_id = $1 AND person_index IN "+
		db.In(2, len(indexes))+" AND case_id IN "+db.In(2+len(indexes), len(ids)), args)
}

// owners are those whom an agency knows by any of the blind indexes.
func (s store) owners(ctx context.Context, agencyCode string, indexes [][]byte) ([]string, error) {
	if len(indexes) == 0 {
		return nil, nil
	}
	args := []any{agencyCode}
	for _, x := range indexes {
		args = append(args, x)
	}
	return s.strings(ctx, "SELECT DISTINCT owner_id FROM applications_people WHERE agency_id = $1 AND person_index IN "+
		db.In(2, len(indexes)), args)
}

// strings reads a single column.
func (s store) strings(ctx context.Context, text string, args []any) ([]string, error) {
	rows, err := s.db.Reader().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, db.Classify(rows.Err())
}

// queueRows reads lines of a queue by the ids of their cases, most urgent first.
func (s store) queueRows(ctx context.Context, agencyCode string, ids []string) ([]casesdb.ApplicationsQueue, error) {
	args := []any{agencyCode}
	for _, x := range ids {
		args = append(args, x)
	}
	return s.scanQueue(ctx, "SELECT "+queueColumns+" FROM applications_queue WHERE agency_id = $1 AND case_id IN "+db.In(2, len(ids))+
		" ORDER BY undecided DESC, deadline_at, case_id", args)
}

func (s store) scanQueue(ctx context.Context, text string, args []any) ([]casesdb.ApplicationsQueue, error) {
	rows, err := s.db.Reader().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var all []casesdb.ApplicationsQueue
	for rows.Next() {
		var r casesdb.ApplicationsQueue
		if err := rows.Scan(&r.CaseID, &r.OwnerID, &r.Number, &r.ServiceID, &r.Status, &r.Version, &r.SubmittedAt, &r.DeadlineAt,
			&r.DeadlineDate, &r.PausedAt, &r.Region, &r.AssignedTo, &r.InitialsSealed, &r.EscalatedAt, &r.LapsedAt, &r.UnreadAt,
			&r.TypoDueAt, &r.Stage, &r.HelperID); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, db.Classify(rows.Err())
}
