package bulk

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"okno/internal/applications/bulk/bulkdb"
	"okno/internal/applications/sheet"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// From where a batch comes.
const (
	fromPage = "page"
	fromAPI  = "api"
)

// mine is the permission of every use case: a citizen's own batches.
func mine(ctx context.Context) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return a, identity.ErrSignIn
	}
	if a.IsStaff() {
		return a, ErrNotFound
	}
	return a, nil
}

// Service is one that takes many applications at once. Error: ErrService.
func (r *Room) Service(serviceID string) (*forms.Service, error) {
	s, ok := r.Services.Service(serviceID)
	if !ok || !s.Bulk || len(s.Form.Steps) == 0 {
		return nil, ErrService
	}
	return s, nil
}

// begin opens what rows are checked with: it refuses whoever may not send.
func (r *Room) begin(ctx context.Context, serviceID string) (*check, *secret.DataKey, error) {
	me, err := mine(ctx)
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.Service(serviceID); err != nil {
		return nil, nil, err
	}
	s, facts, err := r.Drafts.Basis(ctx, serviceID)
	if err != nil {
		return nil, nil, err
	}
	n, err := r.store.read().CountBatches(ctx, me.ID)
	if err != nil {
		return nil, nil, db.Classify(err)
	}
	if n >= maxBatches {
		return nil, nil, ErrMany
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	return &check{room: r, service: s, facts: facts, columns: layout(s)}, key, err
}

// Take checks a table and keeps it with its report; nothing is sent. Errors:
// ErrService, ErrMany, ErrHead, ErrColumn, ErrTwice, ErrRows, those of sheet, why
// the actor may not send.
func (r *Room) Take(ctx context.Context, serviceID, name string, raw []byte) (string, error) {
	c, key, err := r.begin(ctx, serviceID)
	if err != nil {
		return "", err
	}
	lines, err := sheet.Read(raw)
	if err != nil {
		return "", err
	}
	t, err := r.understood(c.columns, lines)
	if err != nil {
		return "", err
	}
	rows := make([]Row, len(t.rows))
	for i, line := range t.rows {
		rows[i] = c.row(t, line.Number, line.Cells)
	}
	return r.keep(ctx, c.service, Batch{ID: id.New(), Source: fromPage, Name: upload.CleanName(name)}, rows, key)
}

// Item is a row that comes by the API.
type Item struct {
	Key     string
	Answers forms.Answers
}

// TakeItems is Take for rows that come as answers. once is an idempotency key.
func (r *Room) TakeItems(ctx context.Context, serviceID string, items []Item, once string) (string, error) {
	c, key, err := r.begin(ctx, serviceID)
	if err != nil {
		return "", err
	}
	if len(items) == 0 || len(items) > maxRows {
		return "", ErrRows
	}
	b := Batch{ID: id.New(), Source: fromAPI}
	if me := identity.ActorOf(ctx).ID; once != "" {
		b.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("batch\x00"+me+"\x00"+once)).String()
		if _, err := r.store.batch(ctx, me, b.ID, key); !errors.Is(err, ErrNotFound) {
			return b.ID, err
		}
	}
	rows := make([]Row, len(items))
	for i, x := range items {
		rows[i] = c.answered(i+1, x.Key, x.Answers)
	}
	return r.keep(ctx, c.service, b, rows, key)
}

// keep writes a checked batch. Rows that were sent before are found by their keys.
func (r *Room) keep(ctx context.Context, s *forms.Service, b Batch, rows []Row, key *secret.DataKey) (string, error) {
	me := identity.ActorOf(ctx)
	b.Owner, b.ServiceID, b.Version, b.All = me.ID, s.ID, s.Version, len(rows)
	if err := r.familiar(ctx, me.ID, rows); err != nil {
		return "", err
	}
	sealed := make([]bulkdb.InsertRowParams, len(rows))
	for i := range rows {
		switch rows[i].State {
		case Bad:
			b.Bad++
		case Before:
			b.Before++
		}
		rows[i].caseID = id.New()
		var err error
		if sealed[i], err = sealRow(b.Owner, b.ID, rows[i], key); err != nil {
			return "", err
		}
	}
	name := key.SealString(namePlace(b.ID), b.Name)
	return b.ID, r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := bulkdb.New(tx)
		err := q.InsertBatch(ctx, bulkdb.InsertBatchParams{
			OwnerID: b.Owner, ID: b.ID, ServiceID: b.ServiceID, Version: int64(b.Version), Source: b.Source, NameSealed: name,
			RowsAll: int64(b.All), RowsBad: int64(b.Bad), RowsBefore: int64(b.Before), CreatedAt: tx.Now(),
		})
		if err != nil {
			return err
		}
		for _, row := range sealed {
			if err := q.InsertRow(ctx, row); err != nil {
				return err
			}
		}
		return r.note(ctx, tx, me, "applications.batch_checked", b)
	})
}

func (r *Room) note(ctx context.Context, tx *db.Tx, me identity.Actor, act string, b Batch) error {
	return r.Audit.Write(ctx, tx, me.Entry(act, b.Owner, "batch:"+b.ID))
}

// familiar marks rows that were sent before, and those that stand twice in the
// same table.
func (r *Room) familiar(ctx context.Context, owner string, rows []Row) error {
	seen := map[string]int{}
	for i := range rows {
		x := &rows[i]
		if x.State != Good {
			continue
		}
		if first, twice := seen[string(x.key)]; twice {
			x.fail(r.texts("applications.bulk.fault.twice", "Row", first))
			continue
		}
		seen[string(x.key)] = x.Number
		number, print, err := r.store.sentBefore(ctx, r.DB.Reader(), owner, x.key)
		switch {
		case err != nil:
			return err
		case print == nil:
		case string(print) == string(x.print):
			x.State, x.CaseNumber = Before, number
		default:
			x.fail(r.texts("applications.bulk.fault.other", "Number", number))
		}
	}
	return nil
}

func (x *Row) fail(text forms.Text) { x.State, x.Faults = Bad, append(x.Faults, Fault{Text: text}) }

// One is one of the actor's batches.
func (r *Room) One(ctx context.Context, batchID string) (Batch, error) {
	b, _, err := r.one(ctx, batchID)
	return b, err
}

func (r *Room) one(ctx context.Context, batchID string) (Batch, *secret.DataKey, error) {
	me, err := mine(ctx)
	if err != nil {
		return Batch{}, nil, err
	}
	if !id.Valid(batchID) {
		return Batch{}, nil, ErrNotFound
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return Batch{}, nil, err
	}
	b, err := r.store.batch(ctx, me.ID, batchID, key)
	r.name(&b)
	return b, key, err
}

func (r *Room) name(b *Batch) {
	b.Title = forms.Text{RU: b.ServiceID, EN: b.ServiceID}
	if s, ok := r.Services.Service(b.ServiceID); ok {
		b.Title = s.Title
	}
}

// Rows are the rows of one of the actor's batches.
func (r *Room) Rows(ctx context.Context, batchID string) (Batch, []Row, error) {
	b, key, err := r.one(ctx, batchID)
	if err != nil {
		return b, nil, err
	}
	rows, err := r.store.rows(ctx, b, key)
	return b, rows, err
}

// List gives the actor's batches, the newest first.
func (r *Room) List(ctx context.Context) ([]Batch, error) {
	me, err := mine(ctx)
	if err != nil {
		return nil, err
	}
	key, err := r.Sealer.Key(ctx, me.ID, secret.Person)
	if err != nil {
		return nil, err
	}
	all, err := r.store.list(ctx, me.ID, key)
	for i := range all {
		r.name(&all[i])
	}
	return all, err
}

// Send begins to send the good rows: the person has seen the report. Of a batch
// that was stopped it sends the rest. Errors: ErrNothing, why the actor may not
// send.
func (r *Room) Send(ctx context.Context, batchID string) error {
	b, err := r.One(ctx, batchID)
	if err != nil || b.State == Running || b.State == Done {
		return err // a second press
	}
	if b.Good() == 0 {
		return ErrNothing
	}
	if _, _, err := r.Drafts.Basis(ctx, b.ServiceID); err != nil {
		return err
	}
	return r.turn(ctx, b, Running, "applications.batch_confirmed")
}

// Stop lets no further row be sent; what was sent stays sent.
func (r *Room) Stop(ctx context.Context, batchID string) error {
	b, err := r.One(ctx, batchID)
	if err != nil || b.State == Stopped {
		return err
	}
	if b.State != Running {
		return ErrState
	}
	return r.turn(ctx, b, Stopped, "applications.batch_stopped")
}

// turn moves a batch on; one that has moved meanwhile stays as it is.
func (r *Room) turn(ctx context.Context, b Batch, to State, act string) error {
	me := identity.ActorOf(ctx)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := bulkdb.New(tx).SetBatchState(ctx, bulkdb.SetBatchStateParams{OwnerID: b.Owner, ID: b.ID, State: string(b.State), State_2: string(to), UpdatedAt: tx.Now()})
		if err != nil || n == 0 {
			return err
		}
		r.Live.Touch(tx, b.Owner, "batch:"+b.ID)
		if to == Running {
			if err := r.Queue.Enqueue(ctx, tx, chunk{Owner: b.Owner, Batch: b.ID}); err != nil {
				return err
			}
		}
		return r.note(ctx, tx, me, act, b)
	})
}

// Delete throws a batch away with its report; applications that were sent stay.
// Error: ErrState while it runs.
func (r *Room) Delete(ctx context.Context, batchID string) error {
	b, err := r.One(ctx, batchID)
	if err != nil {
		return err
	}
	me := identity.ActorOf(ctx)
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := bulkdb.New(tx).DeleteBatch(ctx, bulkdb.DeleteBatchParams{OwnerID: b.Owner, ID: b.ID})
		if err == nil && n == 0 {
			return ErrState
		}
		if err != nil {
			return err
		}
		if err := bulkdb.New(tx).DeleteBatchRows(ctx, bulkdb.DeleteBatchRowsParams{OwnerID: b.Owner, BatchID: b.ID}); err != nil {
			return err
		}
		return r.note(ctx, tx, me, "applications.batch_deleted", b)
	})
}

// Export is all that is kept of the owner.
func (r *Room) Export(ctx context.Context, owner string) (map[string]any, error) {
	key, err := r.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	all, err := r.store.list(ctx, owner, key)
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(all))
	for i, b := range all {
		rows, err := r.store.rows(ctx, b, key)
		if err != nil {
			return nil, err
		}
		list := make([]map[string]any, len(rows))
		for j, x := range rows {
			list[j] = map[string]any{"row": x.Number, "state": x.State, "number": x.CaseNumber, "cells": x.Cells, "answers": x.answers, "faults": x.Faults}
		}
		out[i] = map[string]any{
			"id": b.ID, "service": b.ServiceID, "state": b.State, "file": b.Name, "created": b.CreatedAt.Time().Format(time.RFC3339), "rows": list,
		}
	}
	return map[string]any{"batches": out}, nil
}

// Erase deletes all that is kept of the owner.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := bulkdb.New(tx)
	return errors.Join(q.DeleteRowsOf(ctx, owner), q.DeleteBatchesOf(ctx, owner), q.DeleteKeysOf(ctx, owner))
}
