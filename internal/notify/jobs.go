package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"okno/internal/kit/db"
	"okno/internal/kit/secret"
	"okno/internal/notify/notifydb"
)

// content is the sealed part of a letter or notice.
type content struct {
	To      string `json:"to,omitempty"`
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	Link    string `json:"link,omitempty"`
}

func sealJSON(key *secret.DataKey, at secret.Place, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return key.Seal(at, raw), nil
}

func openJSON(key *secret.DataKey, at secret.Place, sealed []byte, v any) error {
	raw, err := key.Open(at, sealed)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v)
}

// deliver sends what of the batch is not sent yet. A letter that fails leaves
// the others alone; the job runs again for it.
func (n *Notify) deliver(ctx context.Context, j deliverBatch) error {
	rows, err := notifydb.New(n.db.Reader()).LettersOfBatch(ctx, notifydb.LettersOfBatchParams{OwnerID: j.Owner, BatchID: j.Batch})
	if err != nil {
		return db.Classify(err)
	}
	key, err := n.sealer.Key(ctx, j.Owner, secret.Person)
	if errors.Is(err, secret.ErrErased) {
		return nil // the person is gone, and so are the letters
	}
	if err != nil {
		return err
	}
	var failed error
	for _, r := range rows {
		failed = errors.Join(failed, n.deliverOne(ctx, key, r))
	}
	return failed
}

func (n *Notify) deliverOne(ctx context.Context, key *secret.DataKey, r notifydb.NotifyLetter) error {
	switch {
	case r.State == sent || r.State == doubtful || r.State == expired:
		return nil
	case r.State == sending && r.Channel == SMS:
		// The process died after handing the message over, maybe. A second SMS
		// is worse than a doubt: codes can be asked for again.
		n.log.WarnContext(ctx, "delivery in doubt", "letter", r.ID, "channel", r.Channel)
		return n.finish(ctx, r, doubtful, "", r.LetterSealed)
	case r.ExpiresAt != 0 && db.At(n.clock.Now()) > r.ExpiresAt:
		return n.finish(ctx, r, expired, "", []byte{})
	}
	var c content
	if err := openJSON(key, secret.At("notify_letters", "letter_sealed", r.ID), r.LetterSealed, &c); err != nil {
		return err
	}
	claimed, err := n.claim(ctx, r)
	if err != nil || !claimed {
		return err
	}
	l := Letter{Channel: r.Channel, To: c.To, Owner: r.OwnerID, Kind: r.Kind, Subject: c.Subject, Text: c.Text, Link: c.Link}
	gateway, err := n.send(ctx, l, r.ID)
	if err != nil && !isRefused(err) {
		return errors.Join(fmt.Errorf("letter %s by %s: %w", r.ID, r.Channel, err), n.release(ctx, r))
	}
	kept := r.LetterSealed
	if r.Secret {
		kept = []byte{}
	}
	if err != nil {
		n.log.WarnContext(ctx, "letter refused", "letter", r.ID, "channel", r.Channel, "err", err)
		return n.finish(ctx, r, "refused", gateway, kept)
	}
	return n.finish(ctx, r, sent, gateway, kept)
}

// send tries the channel's gateways in order, so that a broken one falls over
// to the next.
func (n *Notify) send(ctx context.Context, l Letter, messageID string) (string, error) {
	failed := ErrNoGateway
	for _, g := range n.gateways[l.Channel] {
		err := g.Deliver(ctx, l, messageID)
		if err == nil || isRefused(err) {
			return g.Name(), err
		}
		failed = err
	}
	return "", failed
}

func (n *Notify) claim(ctx context.Context, r notifydb.NotifyLetter) (bool, error) {
	claimed := false
	err := n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := notifydb.New(tx).StartSending(ctx, notifydb.StartSendingParams{OwnerID: r.OwnerID, ID: r.ID, State: r.State})
		claimed = rows == 1
		return err
	})
	return claimed, err
}

func (n *Notify) release(ctx context.Context, r notifydb.NotifyLetter) error {
	return n.finish(ctx, r, waiting, "", r.LetterSealed)
}

func (n *Notify) finish(ctx context.Context, r notifydb.NotifyLetter, to state, gateway string, sealed []byte) error {
	ctx = context.WithoutCancel(ctx)
	return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		at := tx.Now()
		if to == waiting {
			at = 0
		}
		return notifydb.New(tx).FinishLetter(ctx, notifydb.FinishLetterParams{
			OwnerID: r.OwnerID, ID: r.ID, State: to, SentAt: at, Gateway: gateway, LetterSealed: sealed,
		})
	})
}
