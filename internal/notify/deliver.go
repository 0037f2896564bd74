package notify

import (
	"context"

	"okno/internal/kit/db"
	"okno/internal/notify/notifydb"
)

// Deliver writes the batch and hands it over at once: for whoever is in a job
// already. Send and a job of its own would be one job, one claim and one commit
// more for each batch.
//
// name is the batch's, the same when the job runs again. once runs with the
// letters in a transaction that reads nothing and tells whether they are new;
// when they are not, those go out that did not go before. An error means that
// a letter waits: let the job be tried again. What dies half-way is told as
// Send's job tells it: an SMS may be in doubt, an e-mail repeats its message id.
func (n *Notify) Deliver(ctx context.Context, name string, b *Batch, once func(ctx context.Context, tx *db.Tx) (bool, error)) error {
	b.claimed(name)
	fresh := false
	err := n.db.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if fresh, err = once(ctx, tx); err != nil || !fresh {
			return err
		}
		return n.insert(ctx, tx, b)
	})
	if err != nil || b.owner == "" {
		return err
	}
	if !fresh {
		return n.deliver(ctx, deliverBatch{Owner: b.owner, Batch: b.id})
	}
	rows := make([]notifydb.NotifyLetter, len(b.letters))
	for i, l := range b.letters {
		rows[i] = rowOf(l)
	}
	return n.handOver(ctx, b.key, rows)
}

// claimed names the batch; its letters are being sent from the moment they stand.
func (b *Batch) claimed(name string) {
	b.id = name
	for i := range b.letters {
		b.letters[i].BatchID, b.letters[i].State, b.letters[i].Attempts = name, sending, 1
	}
}

// rowOf is the letter as it was written.
func rowOf(l notifydb.InsertLetterParams) notifydb.NotifyLetter {
	return notifydb.NotifyLetter{
		OwnerID: l.OwnerID, ID: l.ID, BatchID: l.BatchID, Channel: l.Channel, Kind: l.Kind, State: l.State, Secret: l.Secret,
		Attempts: l.Attempts, CreatedAt: l.CreatedAt, ExpiresAt: l.ExpiresAt, LetterSealed: l.LetterSealed,
	}
}
