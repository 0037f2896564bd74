package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"

	"okno/internal/catalog/catalogdb"
	"okno/internal/forms"
	"okno/internal/kit/db"
)

// key names a version.
type key struct {
	id      string
	version int
}

// published is a row without its source.
type published struct {
	key
	hash []byte
}

// edition is a file that may be published.
type edition struct {
	key
	source []byte
}

func (e edition) hash() []byte { h := sha256.Sum256(e.source); return h[:] }

type store struct{ db *db.DB }

// count tells whether anything was published since: rows are only added.
func (s store) count(ctx context.Context) (int64, error) {
	n, err := catalogdb.New(s.db.Reader()).Count(ctx)
	return n, db.Classify(err)
}

// heads are all versions, of each service the newest first.
func (s store) heads(ctx context.Context) ([]published, error) {
	rows, err := catalogdb.New(s.db.Reader()).Heads(ctx)
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]published, len(rows))
	for i, r := range rows {
		out[i] = published{key{r.ServiceID, int(r.Version)}, r.Hash}
	}
	return out, nil
}

// source is the file of a version; "" where there is none.
func (s store) source(ctx context.Context, k key) (string, error) {
	text, err := catalogdb.New(s.db.Reader()).Source(ctx, catalogdb.SourceParams{ServiceID: k.id, Version: int64(k.version)})
	if db.IsNone(err) {
		return "", nil
	}
	return text, db.Classify(err)
}

// publish adds versions. One that another node has added meanwhile stays as it is.
func (s store) publish(ctx context.Context, editions []edition) error {
	if len(editions) == 0 {
		return nil
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := catalogdb.New(tx)
		for _, e := range editions {
			row := catalogdb.PublishParams{ServiceID: e.id, Version: int64(e.version), Hash: e.hash(), Source: string(e.source), PublishedAt: tx.Now()}
			if err := q.Publish(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// offer notes since when the services are offered, and that those which are
// withdrawn are not. It writes only what has changed.
func (s store) offer(ctx context.Context, offered []*forms.Service, withdrawn []string) (map[string]db.Time, error) {
	since := map[string]db.Time{}
	rows, err := catalogdb.New(s.db.Reader()).Offers(ctx)
	if err != nil {
		return nil, db.Classify(err)
	}
	for _, r := range rows {
		since[r.ServiceID] = r.SinceAt
	}
	var come, gone []string
	for _, x := range offered {
		if since[x.ID].IsZero() {
			come = append(come, x.ID)
		}
	}
	for _, id := range withdrawn {
		if !since[id].IsZero() {
			gone = append(gone, id)
		}
	}
	if len(come)+len(gone) == 0 {
		return since, nil
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := catalogdb.New(tx)
		for _, id := range come {
			since[id] = tx.Now()
			if err := q.Offer(ctx, catalogdb.OfferParams{ServiceID: id, SinceAt: tx.Now()}); err != nil {
				return err
			}
		}
		for _, id := range gone {
			delete(since, id)
			if err := q.Offer(ctx, catalogdb.OfferParams{ServiceID: id}); err != nil {
				return err
			}
		}
		return nil
	})
	return since, err
}

func sameHash(a, b []byte) bool { return bytes.Equal(a, b) }
