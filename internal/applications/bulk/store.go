package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"okno/internal/applications/bulk/bulkdb"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// store keeps batches, sealed by the key that it is handed.
type store struct{ db *db.DB }

func (s store) read() *bulkdb.Queries { return bulkdb.New(s.db.Reader()) }

func namePlace(batchID string) secret.Place {
	return secret.At("applications_batches", "name_sealed", batchID)
}

func rowPlace(column, batchID string, number int) secret.Place {
	return secret.At("applications_batch_rows", column, batchID+"/"+strconv.Itoa(number))
}

func (s store) batch(ctx context.Context, owner, batchID string, key *secret.DataKey) (Batch, error) {
	row, err := s.read().Batch(ctx, bulkdb.BatchParams{OwnerID: owner, ID: batchID})
	if db.IsNone(err) {
		return Batch{}, ErrNotFound
	}
	if err != nil {
		return Batch{}, db.Classify(err)
	}
	return open(row, key)
}

func open(row bulkdb.ApplicationsBatch, key *secret.DataKey) (Batch, error) {
	b := Batch{
		ID: row.ID, Owner: row.OwnerID, ServiceID: row.ServiceID, Version: int(row.Version), Source: row.Source, State: State(row.State),
		All: int(row.RowsAll), Bad: int(row.RowsBad), Sent: int(row.RowsSent), Before: int(row.RowsBefore),
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
	var err error
	b.Name, err = key.OpenString(namePlace(b.ID), row.NameSealed)
	return b, err
}

func (s store) list(ctx context.Context, owner string, key *secret.DataKey) ([]Batch, error) {
	rows, err := s.read().Batches(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]Batch, len(rows))
	for i, row := range rows {
		if out[i], err = open(row, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sealRow is a row ready to be written.
func sealRow(owner, batchID string, x Row, key *secret.DataKey) (bulkdb.InsertRowParams, error) {
	row := bulkdb.InsertRowParams{
		OwnerID: owner, BatchID: batchID, Number: int64(x.Number), State: string(x.State), KeyHash: x.key, PrintHash: x.print,
		CaseID: x.caseID, CaseNumber: x.CaseNumber, AnswersSealed: []byte{}, CellsSealed: []byte{}, FaultsSealed: []byte{},
	}
	var err error
	if x.State == Good {
		row.AnswersSealed, err = seal(key, rowPlace("answers_sealed", batchID, x.Number), x.answers)
	}
	if x.State == Bad {
		var cerr error
		row.FaultsSealed, err = seal(key, rowPlace("faults_sealed", batchID, x.Number), x.Faults)
		row.CellsSealed, cerr = seal(key, rowPlace("cells_sealed", batchID, x.Number), x.Cells)
		err = errors.Join(err, cerr)
	}
	return row, err
}

func seal(key *secret.DataKey, place secret.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(place, raw), nil
}

func unseal(key *secret.DataKey, place secret.Place, sealed []byte, v any) error {
	if len(sealed) == 0 {
		return nil
	}
	raw, err := key.Open(place, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

func openRow(row bulkdb.ApplicationsBatchRow, key *secret.DataKey) (Row, error) {
	n := int(row.Number)
	x := Row{Number: n, State: RowState(row.State), CaseNumber: row.CaseNumber, key: row.KeyHash, print: row.PrintHash, caseID: row.CaseID}
	err := errors.Join(
		unseal(key, rowPlace("cells_sealed", row.BatchID, n), row.CellsSealed, &x.Cells),
		unseal(key, rowPlace("faults_sealed", row.BatchID, n), row.FaultsSealed, &x.Faults),
	)
	if err == nil && len(row.AnswersSealed) > 0 {
		var raw []byte
		if raw, err = key.Open(rowPlace("answers_sealed", row.BatchID, n), row.AnswersSealed); err == nil {
			x.answers, err = forms.DecodeAnswers(raw)
		}
	}
	if err != nil {
		return x, fmt.Errorf("row %d of batch %s: %w", n, row.BatchID, err)
	}
	return x, nil
}

func openRows(rows []bulkdb.ApplicationsBatchRow, key *secret.DataKey) ([]Row, error) {
	out := make([]Row, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = openRow(row, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) rows(ctx context.Context, b Batch, key *secret.DataKey) ([]Row, error) {
	rows, err := s.read().Rows(ctx, bulkdb.RowsParams{OwnerID: b.Owner, BatchID: b.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	return openRows(rows, key)
}

// toSend are the next rows that wait.
func (s store) toSend(ctx context.Context, b Batch, limit int32, key *secret.DataKey) ([]Row, error) {
	rows, err := s.read().RowsToSend(ctx, bulkdb.RowsToSendParams{OwnerID: b.Owner, BatchID: b.ID, Limit: limit})
	if err != nil {
		return nil, db.Classify(err)
	}
	return openRows(rows, key)
}

// sentBefore is what was sent under a row's key, "" for nothing; print is of what.
func (s store) sentBefore(ctx context.Context, q db.Q, owner string, key []byte) (number string, print []byte, err error) {
	row, err := bulkdb.New(q).Key(ctx, bulkdb.KeyParams{OwnerID: owner, KeyHash: key})
	if db.IsNone(err) {
		return "", nil, nil
	}
	return row.CaseNumber, row.PrintHash, db.Classify(err)
}
