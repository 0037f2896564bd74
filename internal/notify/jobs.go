package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
	return n.deliverAll(ctx, key, rows)
}

// outcome is what became of a letter.
type outcome struct {
	letter  notifydb.NotifyLetter
	to      state
	gateway string
	emptied bool // the words are not kept
}

// deliverAll claims the letters in one transaction, hands them over, and
// writes what became of them in another. SMS go first: for them the time
// between claim and answer is a time of doubt.
func (n *Notify) deliverAll(ctx context.Context, key *secret.DataKey, rows []notifydb.NotifyLetter) error {
	var done []outcome
	var open []notifydb.NotifyLetter
	for _, r := range rows {
		if o, over := n.judge(ctx, r); over {
			done = append(done, o...)
		} else {
			open = append(open, r)
		}
	}
	claimed, failed := n.claim(ctx, open)
	return errors.Join(failed, n.handOver(ctx, key, claimed, done...))
}

// handOver gives claimed letters to the gateways and writes what became of
// them and of those that are over already.
func (n *Notify) handOver(ctx context.Context, key *secret.DataKey, claimed []notifydb.NotifyLetter, over ...outcome) error {
	slices.SortStableFunc(claimed, func(a, b notifydb.NotifyLetter) int {
		return cmp.Compare(isSMS(b), isSMS(a))
	})
	var failed error
	for _, r := range claimed {
		o, err := n.deliverOne(ctx, key, r)
		failed = errors.Join(failed, err)
		over = append(over, o)
	}
	return errors.Join(failed, n.finish(ctx, over))
}

func isSMS(r notifydb.NotifyLetter) int {
	if r.Channel == SMS {
		return 1
	}
	return 0
}

// judge ends letters that are not to be sent (again); over is false for the others.
func (n *Notify) judge(ctx context.Context, r notifydb.NotifyLetter) (ended []outcome, over bool) {
	switch {
	case r.State == sent || r.State == doubtful || r.State == expired || r.State == refused:
		return nil, true
	case r.State == sending && r.Channel == SMS:
		// The process died after handing the message over, maybe. A second SMS
		// is worse than a doubt: codes can be asked for again.
		n.log.WarnContext(ctx, "delivery in doubt", "letter", r.ID, "channel", r.Channel)
		return []outcome{{r, doubtful, "", false}}, true
	case r.ExpiresAt != 0 && db.At(n.clock.Now()) > r.ExpiresAt:
		return []outcome{{r, expired, "", true}}, true
	}
	return nil, false
}

// deliverOne hands a claimed letter over; an error means that it waits for the
// next try.
func (n *Notify) deliverOne(ctx context.Context, key *secret.DataKey, r notifydb.NotifyLetter) (outcome, error) {
	again := outcome{r, waiting, "", false}
	var c content
	if err := openJSON(key, secret.At("notify_letters", "letter_sealed", r.ID), r.LetterSealed, &c); err != nil {
		return again, err
	}
	l := Letter{Channel: r.Channel, To: c.To, Owner: r.OwnerID, Kind: r.Kind, Subject: c.Subject, Text: c.Text, Link: c.Link}
	gateway, err := n.send(ctx, l, r.ID)
	if err != nil && !isRefused(err) {
		return again, fmt.Errorf("letter %s by %s: %w", r.ID, r.Channel, err)
	}
	if err != nil {
		n.log.WarnContext(ctx, "letter refused", "letter", r.ID, "channel", r.Channel, "err", err)
		return outcome{r, refused, gateway, r.Secret}, nil
	}
	return outcome{r, sent, gateway, r.Secret}, nil
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

// claim marks the letters as being sent, and gives those that nobody else claims.
func (n *Notify) claim(ctx context.Context, open []notifydb.NotifyLetter) ([]notifydb.NotifyLetter, error) {
	if len(open) == 0 {
		return nil, nil
	}
	var claimed []notifydb.NotifyLetter
	err := n.db.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
		claimed = claimed[:0]
		for _, r := range open {
			rows, err := notifydb.New(tx).StartSending(ctx, notifydb.StartSendingParams{OwnerID: r.OwnerID, ID: r.ID, State: r.State})
			if err != nil {
				return err
			}
			if rows == 1 {
				claimed = append(claimed, r)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// finish writes what became of the letters, also when the node is stopping.
func (n *Notify) finish(ctx context.Context, done []outcome) error {
	if len(done) == 0 {
		return nil
	}
	ends := map[state][]outcome{}
	for _, o := range done {
		ends[o.to] = append(ends[o.to], o)
	}
	owner := done[0].letter.OwnerID
	return n.db.WriteOnly(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		for to, alike := range ends {
			at := tx.Now()
			if to == waiting {
				at = 0
			}
			if err := finishLetters(ctx, tx, owner, to, at, alike); err != nil {
				return err
			}
		}
		for _, o := range done {
			if !o.emptied {
				continue
			}
			err := notifydb.New(tx).EmptyLetter(ctx, notifydb.EmptyLetterParams{OwnerID: owner, ID: o.letter.ID, LetterSealed: []byte{}})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
