package notify

import (
	"context"
	"errors"
	"fmt"

	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify/notifydb"
)

// Gateway takes letters of one channel out of the portal.
type Gateway interface {
	Name() string
	// Deliver returns nil once the other side has taken the letter; the error of
	// Refused when it never will. messageID is the same at each try.
	Deliver(ctx context.Context, l Letter, messageID string) error
	// Check reports whether the gateway could take a letter now.
	Check(ctx context.Context) error
}

// ErrNoGateway says that no gateway serves the letter's channel.
var ErrNoGateway = errors.New("no gateway for the channel")

// Batch is letters sealed and ready for the transaction.
type Batch struct {
	id      string
	owner   string
	key     *secret.DataKey
	letters []notifydb.NotifyLetter
	notices []notifydb.InsertNoticeParams
}

// deliverBatch is the job of a batch's letters to the outside.
type deliverBatch struct {
	Owner string `json:"owner"`
	Batch string `json:"batch"`
}

// Kind is the name of the job.
func (deliverBatch) Kind() string { return "notify.deliver" }

// Seal makes a batch of letters, all of one owner. Call it before the
// transaction: it may have to make the owner's key.
func (n *Notify) Seal(ctx context.Context, letters ...Letter) (*Batch, error) {
	b := &Batch{id: id.New()}
	for _, l := range letters {
		if b.owner == "" {
			b.owner = l.Owner
		}
		if l.Owner == "" || l.Owner != b.owner || (l.Channel == Cabinet && l.To != l.Owner) {
			return nil, fmt.Errorf("letters of a batch need one owner")
		}
	}
	if len(letters) == 0 {
		return b, nil
	}
	key, err := n.sealer.Key(ctx, b.owner, secret.Person)
	if err != nil {
		return nil, fmt.Errorf("seal letters: %w", err)
	}
	b.key = key
	now := db.At(n.clock.Now())
	for _, l := range letters {
		if err := b.add(key, l, now); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *Batch) add(key *secret.DataKey, l Letter, now db.Time) error {
	row := id.New()
	if l.Channel == Cabinet {
		sealed, err := sealJSON(key, secret.At("notify_notices", "notice_sealed", row), content{Subject: l.Subject, Text: l.Text, Link: l.Link})
		if err != nil {
			return err
		}
		b.notices = append(b.notices, notifydb.InsertNoticeParams{
			OwnerID: l.To, ID: row, Kind: l.Kind, Ref: l.Ref, CreatedAt: now, NoticeSealed: sealed,
		})
		return nil
	}
	sealed, err := sealJSON(key, secret.At("notify_letters", "letter_sealed", row),
		content{To: l.To, Subject: l.Subject, Text: l.Text, Link: l.Link})
	if err != nil {
		return err
	}
	b.letters = append(b.letters, notifydb.NotifyLetter{
		OwnerID: l.Owner, ID: row, BatchID: b.id, Channel: l.Channel, Kind: l.Kind, State: waiting, Secret: l.Secret,
		CreatedAt: now, ExpiresAt: db.At(l.Expires), LetterSealed: sealed,
	})
	return nil
}

// Send writes the batch in the transaction: notices stand at once, letters go
// out after the commit.
func (n *Notify) Send(ctx context.Context, tx *db.Tx, b *Batch) error {
	if err := n.insert(ctx, tx, b); err != nil || len(b.letters) == 0 {
		return err
	}
	return n.queue.Enqueue(ctx, tx, deliverBatch{Owner: b.owner, Batch: b.id})
}

func (n *Notify) insert(ctx context.Context, tx *db.Tx, b *Batch) error {
	q := notifydb.New(tx)
	for _, p := range b.notices {
		if err := q.InsertNotice(ctx, p); err != nil {
			return err
		}
		n.live.Touch(tx, p.OwnerID, "notices")
	}
	return putLetters(ctx, tx, b.letters)
}

// Notices lists the owner's notices, newest first. The owner is whoever the
// caller has let in.
func (n *Notify) Notices(ctx context.Context, owner string, limit int) ([]Notice, error) {
	rows, err := notifydb.New(n.db.Reader()).Notices(ctx, notifydb.NoticesParams{OwnerID: owner, Limit: int32(min(max(limit, 1), 500))})
	if err != nil || len(rows) == 0 {
		return nil, db.Classify(err)
	}
	key, err := n.sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return nil, err
	}
	notices := make([]Notice, len(rows))
	for i, r := range rows {
		var c content
		if err := openJSON(key, secret.At("notify_notices", "notice_sealed", r.ID), r.NoticeSealed, &c); err != nil {
			return nil, err
		}
		notices[i] = Notice{ID: r.ID, Kind: r.Kind, Subject: c.Subject, Text: c.Text, Link: c.Link, Ref: r.Ref, At: r.CreatedAt, Read: r.ReadAt != 0}
	}
	return notices, nil
}

// Unread counts the owner's notices that were not read.
func (n *Notify) Unread(ctx context.Context, owner string) (int, error) {
	c, err := notifydb.New(n.db.Reader()).Unread(ctx, owner)
	return int(c), db.Classify(err)
}

// MarkRead marks notices as read; none named means all.
func (n *Notify) MarkRead(ctx context.Context, owner string, ids ...string) error {
	return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := notifydb.New(tx)
		n.live.Touch(tx, owner, "notices")
		if len(ids) == 0 {
			return q.MarkAllRead(ctx, notifydb.MarkAllReadParams{OwnerID: owner, ReadAt: tx.Now()})
		}
		for _, one := range ids {
			if err := q.MarkRead(ctx, notifydb.MarkReadParams{OwnerID: owner, ReadAt: tx.Now(), ID: one}); err != nil {
				return err
			}
		}
		return nil
	})
}

// newsMost is how many refs one question about news may name.
const newsMost = 200

// News tells of which refs the owner has notices that were not read. Its cost is
// that of the refs, not that of all notices.
func (n *Notify) News(ctx context.Context, owner string, refs ...string) (map[string]bool, error) {
	if len(refs) == 0 {
		return map[string]bool{}, nil
	}
	return n.news(ctx, owner, refs[:min(len(refs), newsMost)])
}

// Seen marks the notices of the refs as read, as what they speak of was opened.
// Where there are none it writes nothing.
func (n *Notify) Seen(ctx context.Context, owner string, refs ...string) error {
	news, err := n.News(ctx, owner, refs...)
	if err != nil || len(news) == 0 {
		return err
	}
	return n.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n.live.Touch(tx, owner, "notices")
		for ref := range news {
			if err := notifydb.New(tx).MarkSeen(ctx, notifydb.MarkSeenParams{OwnerID: owner, ReadAt: tx.Now(), Ref: ref}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Export gives the owner's notices; letters are copies of them and codes.
func (n *Notify) Export(ctx context.Context, owner string) (map[string]any, error) {
	all, err := n.Notices(ctx, owner, 500)
	if err != nil {
		return nil, err
	}
	return map[string]any{"notices": all}, nil
}

// Erase deletes the owner's letters and notices.
func (n *Notify) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := notifydb.New(tx)
	if err := q.EraseLetters(ctx, owner); err != nil {
		return err
	}
	return q.EraseNotices(ctx, owner)
}
