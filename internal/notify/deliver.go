package notify

import (
	"context"
	"slices"

	"okno/internal/kit/db"
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
	return n.handOver(ctx, b.key, slices.Clone(b.letters))
}

// claimed names the batch; its letters are being sent from the moment they stand.
func (b *Batch) claimed(name string) {
	b.id = name
	for i := range b.letters {
		b.letters[i].BatchID, b.letters[i].State, b.letters[i].Attempts = name, sending, 1
	}
}
