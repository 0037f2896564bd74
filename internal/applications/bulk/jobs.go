package bulk

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/bulk/bulkdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

const (
	chunkRows  = 25                   // rows of one job
	stalled    = time.Minute          // a running batch that does not move is taken up again
	lookEvery  = time.Minute          //
	keepBatch  = 90 * 24 * time.Hour  // a report
	keepKeys   = 365 * 24 * time.Hour // by what a row is known again
	sweepEvery = 6 * time.Hour
)

// chunk sends the next rows of a batch.
type chunk struct {
	Owner string `json:"owner"`
	Batch string `json:"batch"`
}

// Kind is the name of the job.
func (chunk) Kind() string { return "applications.batch.chunk" }

// resume goes on with batches whose node has died.
type resume struct{}

// Kind is the name of the job.
func (resume) Kind() string { return "applications.batch.resume" }

// sweep clears away old reports and keys.
type sweep struct{}

// Kind is the name of the job.
func (sweep) Kind() string { return "applications.batch.sweep" }

func (r *Room) jobs() {
	job.Handle(r.Queue, r.chunk)
	job.Handle(r.Queue, r.resume)
	job.Handle(r.Queue, r.sweep)
	r.Queue.Every(lookEvery, resume{})
	r.Queue.Every(sweepEvery, sweep{})
}

// chunk sends rows as their owner, who has confirmed them. Another chunk of the
// same batch may run beside it: each row is taken by one of them.
func (r *Room) chunk(ctx context.Context, args chunk) error {
	ctx = secret.WithCache(identity.WithActor(ctx, identity.Actor{ID: args.Owner}))
	b, key, err := r.one(ctx, args.Batch)
	switch {
	case errors.Is(err, secret.ErrErased), errs.IsKind(err, errs.NotFound):
		return job.Cancel(err)
	case err != nil || b.State != Running:
		return err
	}
	_, facts, err := r.Drafts.Basis(ctx, b.ServiceID)
	if e, known := errs.As(err); known && (e.Kind == errs.Forbidden || e.Kind == errs.NotFound) {
		r.Log.WarnContext(ctx, "a batch can't be sent any more", "batch", b.ID, "err", err)
		return r.turn(ctx, b, Stopped, "applications.batch_stopped")
	}
	if err != nil {
		return err
	}
	rows, err := r.store.toSend(ctx, b, chunkRows, key)
	if err != nil {
		return err
	}
	for _, x := range rows {
		if now, err := r.One(ctx, b.ID); err != nil || now.State != Running {
			return err
		}
		if err := r.sendRow(ctx, b, x, facts, key); err != nil {
			return err
		}
	}
	if len(rows) < chunkRows {
		return r.finish(ctx, b)
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.Queue.Enqueue(ctx, tx, args) })
}

// sendRow sends one row: application, key, mark and count in one transaction.
func (r *Room) sendRow(ctx context.Context, b Batch, x Row, facts forms.Facts, key *secret.DataKey) error {
	s, err := r.Service(b.ServiceID)
	if err != nil {
		return err
	}
	c := &check{room: r, service: s, facts: facts, columns: layout(s)}
	result := forms.Fill(s, x.answers, facts)
	if !result.Ready() {
		again := c.answered(x.Number, "", x.answers)
		again.key, again.print, again.State = x.key, x.print, Bad
		return r.settle(ctx, b, again, key, nil)
	}
	prepared, err := r.Drafts.Compose(ctx, x.caseID, facts, result, b.Source)
	if err != nil {
		return err
	}
	return r.settle(ctx, b, x, key, func(ctx context.Context, tx *db.Tx) (string, error) { return r.Cases.Create(ctx, tx, prepared) })
}

// errTaken: another chunk has the row.
var errTaken = errs.NewConflict("applications.bulk.error.state")

// settle marks a row with what became of it; create is nil for one that turned
// out bad.
func (r *Room) settle(ctx context.Context, b Batch, x Row, key *secret.DataKey, create func(context.Context, *db.Tx) (string, error)) error {
	done := x
	if done.State != Bad {
		done.State, done.answers = Sent, nil
	}
	row, err := sealRow(b.Owner, b.ID, done, key)
	if err != nil {
		return err
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q, now := bulkdb.New(tx), row
		count := bulkdb.CountSentParams{OwnerID: b.Owner, ID: b.ID, UpdatedAt: tx.Now()}
		if create == nil {
			count.RowsBad = 1
		} else if now, err = r.sendOnce(ctx, tx, x, row, create); err != nil {
			return err
		} else if now.State == string(Before) {
			count.RowsBefore = 1
		} else {
			count.RowsSent = 1
		}
		n, err := q.SetRow(ctx, bulkdb.SetRowParams{
			OwnerID: b.Owner, BatchID: b.ID, Number: now.Number, State: now.State, AnswersSealed: now.AnswersSealed,
			CellsSealed: now.CellsSealed, FaultsSealed: now.FaultsSealed, CaseNumber: now.CaseNumber,
		})
		if err == nil && n == 0 {
			err = errTaken
		}
		if err != nil {
			return err
		}
		r.Live.Touch(tx, b.Owner, "batch:"+b.ID)
		return q.CountSent(ctx, count)
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// sendOnce makes the application, unless one was made under the row's key.
func (r *Room) sendOnce(ctx context.Context, tx *db.Tx, x Row, row bulkdb.InsertRowParams, create func(context.Context, *db.Tx) (string, error)) (bulkdb.InsertRowParams, error) {
	q := bulkdb.New(tx)
	fresh, err := q.InsertKey(ctx, bulkdb.InsertKeyParams{
		OwnerID: row.OwnerID, KeyHash: x.key, PrintHash: x.print, CaseID: x.caseID, CaseNumber: "", CreatedAt: tx.Now(),
	})
	if err != nil {
		return row, err
	}
	if fresh == 0 {
		row.State = string(Before)
		row.CaseNumber, _, err = r.store.sentBefore(ctx, tx, row.OwnerID, x.key)
		return row, err
	}
	if row.CaseNumber, err = create(ctx, tx); err != nil {
		return row, err
	}
	return row, q.NumberKey(ctx, bulkdb.NumberKeyParams{OwnerID: row.OwnerID, KeyHash: x.key, CaseNumber: row.CaseNumber})
}

// finish ends a batch of which no row waits, and tells its owner.
func (r *Room) finish(ctx context.Context, b Batch) error {
	b, err := r.One(ctx, b.ID)
	if err != nil || b.Good() > 0 {
		return err
	}
	letter, err := r.letter(ctx, b)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := bulkdb.New(tx).SetBatchState(ctx, bulkdb.SetBatchStateParams{OwnerID: b.Owner, ID: b.ID, State: string(Running), State_2: string(Done), UpdatedAt: tx.Now()})
		if err != nil || n == 0 {
			return err
		}
		r.Live.Touch(tx, b.Owner, "batch:"+b.ID)
		if err := r.Notify.Send(ctx, tx, letter); err != nil {
			return err
		}
		return r.note(ctx, tx, identity.ActorOf(ctx), "applications.batch_done", b)
	})
}

func (r *Room) letter(ctx context.Context, b Batch) (*notify.Batch, error) {
	account, err := r.Accounts.Account(ctx, b.Owner)
	if err != nil {
		return nil, err
	}
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	title := b.Title.In(forms.Lang(lang))
	return r.Notify.Seal(ctx, notify.Letter{
		Channel: notify.Cabinet, To: b.Owner, Owner: b.Owner, Kind: "status", Ref: "batch:" + b.ID, Link: basePath + "/" + b.ID,
		Subject: r.Texts.T(lang, "applications.bulk.told.subject", "Service", title),
		Text:    r.Texts.T(lang, "applications.bulk.told.text", "Service", title, "Sent", b.Sent, "Bad", b.Bad),
	})
}

// resume takes up what does not move.
func (r *Room) resume(ctx context.Context, _ resume) error {
	rows, err := r.store.read().Stalled(ctx, db.At(r.Clock.Now().Add(-stalled)))
	if err != nil {
		return db.Classify(err)
	}
	for _, row := range rows {
		err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := bulkdb.New(tx).TouchBatch(ctx, bulkdb.TouchBatchParams{OwnerID: row.OwnerID, ID: row.ID, UpdatedAt: tx.Now()}); err != nil {
				return err
			}
			return r.Queue.Enqueue(ctx, tx, chunk{Owner: row.OwnerID, Batch: row.ID})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) sweep(ctx context.Context, _ sweep) error {
	rows, err := r.store.read().OldBatches(ctx, db.At(r.Clock.Now().Add(-keepBatch)))
	if err != nil {
		return db.Classify(err)
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := bulkdb.New(tx)
		for _, row := range rows {
			if _, err := q.DeleteBatch(ctx, bulkdb.DeleteBatchParams(row)); err != nil {
				return err
			}
			if err := q.DeleteBatchRows(ctx, bulkdb.DeleteBatchRowsParams{OwnerID: row.OwnerID, BatchID: row.ID}); err != nil {
				return err
			}
		}
		return q.DeleteOldKeys(ctx, db.At(r.Clock.Now().Add(-keepKeys)))
	})
}
