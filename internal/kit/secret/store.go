package secret

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"okno/internal/kit/db"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations make the tables of the key store, in its own database.
func Migrations() db.Migrations {
	folder, _ := fs.Sub(migrations, "migrations") // fails on an invalid name only
	return db.Migrations{Room: "secret", FS: folder}
}

// store keeps wrapped data keys.
type store struct{ db *db.DB }

// wrapped is a row of secret_keys.
type wrapped struct {
	owner string
	kind  Kind
	epoch uint32
	key   []byte
}

// find gives the keys of the owners that exist. The list is padded to a power of two,
// so that lists of every length share a few prepared statements.
func (s store) find(ctx context.Context, kind Kind, owners []string) ([]wrapped, error) {
	size := 1
	for size < len(owners) {
		size *= 2
	}
	args := make([]any, 0, size+1)
	args = append(args, string(kind))
	for i := range size {
		args = append(args, owners[min(i, len(owners)-1)])
	}
	return query(ctx, s.db.Reader(), `SELECT owner_id, kind, epoch, wrapped FROM secret_keys
		WHERE kind = $1 AND owner_id IN `+db.In(2, size), args...)
}

// any reports whether there is a key at all.
func (s store) any(ctx context.Context) (bool, error) {
	all, err := query(ctx, s.db.Reader(), `SELECT owner_id, kind, epoch, wrapped FROM secret_keys LIMIT 1`)
	return len(all) > 0, err
}

// pair gives the keys of a person and of a case that exist.
func (s store) pair(ctx context.Context, person, caseID string) ([]wrapped, error) {
	return query(ctx, s.db.Reader(), `SELECT owner_id, kind, epoch, wrapped FROM secret_keys
		WHERE owner_id = $1 AND kind = $2 OR owner_id = $3 AND kind = $4`, person, string(Person), caseID, string(Case))
}

// addNew keeps the key of an owner that is new; false when there is one already.
func (s store) addNew(ctx context.Context, w wrapped) (added bool, err error) {
	var r sql.Result
	err = s.db.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = tx.ExecContext(ctx, insertKey, w.owner, string(w.kind), int64(w.epoch), w.key, tx.Now())
		return err
	})
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n > 0, err
}

const insertKey = `INSERT INTO secret_keys (owner_id, kind, epoch, wrapped, created_at)
	VALUES ($1, $2, $3, $4, $5) ON CONFLICT (owner_id, kind) DO NOTHING`

// add keeps a new key unless the owner has one or was erased, and gives what stands.
func (s store) add(ctx context.Context, w wrapped) (standing wrapped, erased bool, err error) {
	var added, undone sql.Result
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		added, err = tx.ExecContext(ctx, insertKey, w.owner, string(w.kind), int64(w.epoch), w.key, tx.Now())
		if err != nil {
			return err
		}
		// An erased owner gets no key. Nothing is asked in between, so that both
		// statements and the commit are one round trip.
		undone, err = tx.ExecContext(ctx, `DELETE FROM secret_keys WHERE owner_id = $1
			AND EXISTS (SELECT 1 FROM secret_erasures WHERE secret_erasures.owner_id = $1)`, w.owner)
		return err
	})
	if err != nil {
		return w, false, err
	}
	if n, err := undone.RowsAffected(); err != nil || n > 0 {
		return w, true, err
	}
	if n, err := added.RowsAffected(); err != nil || n > 0 {
		return w, false, err
	}
	rows, err := s.find(ctx, w.kind, []string{w.owner})
	if err != nil || len(rows) == 0 { // erased since
		return w, err == nil, err
	}
	return rows[0], false, nil
}

// erase destroys the owner's keys and notes it; erased again, the first time stays.
func (s store) erase(ctx context.Context, erasures []Erasure) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, e := range erasures {
			at := e.At
			if at.IsZero() {
				at = tx.Now()
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM secret_keys WHERE owner_id = $1`, e.Owner); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO secret_erasures (owner_id, erased_at) VALUES ($1, $2)
				ON CONFLICT (owner_id) DO NOTHING`, e.Owner, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s store) erasures(ctx context.Context, since db.Time, after string, limit int) ([]Erasure, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT owner_id, erased_at FROM secret_erasures
		WHERE erased_at > $1 OR (erased_at = $1 AND owner_id > $2) ORDER BY erased_at, owner_id LIMIT $3`, since, after, limit)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var all []Erasure
	for rows.Next() {
		var e Erasure
		if err := rows.Scan(&e.Owner, &e.At); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, db.Classify(rows.Err())
}

// wrappedBy gives keys that the epochs wrap.
func (s store) wrappedBy(ctx context.Context, epochs []uint32, limit int) ([]wrapped, error) {
	args := []any{limit}
	for _, epoch := range epochs {
		args = append(args, int64(epoch))
	}
	return query(ctx, s.db.Reader(), `SELECT owner_id, kind, epoch, wrapped FROM secret_keys
		WHERE epoch IN `+db.In(2, len(epochs))+` ORDER BY epoch, owner_id, kind LIMIT $1`, args...)
}

// replace puts re-wrapped keys in place of those of the epochs they were read with.
func (s store) replace(ctx context.Context, old, fresh []wrapped) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for i, w := range fresh {
			if _, err := tx.ExecContext(ctx, `UPDATE secret_keys SET epoch = $1, wrapped = $2
				WHERE owner_id = $3 AND kind = $4 AND epoch = $5`,
				int64(w.epoch), w.key, w.owner, string(w.kind), int64(old[i].epoch)); err != nil {
				return err
			}
		}
		return nil
	})
}

// used counts the keys that an epoch wraps.
func (s store) used(ctx context.Context, epoch uint32) (int, error) {
	var n int
	err := s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM secret_keys WHERE epoch = $1`, int64(epoch)).Scan(&n)
	return n, db.Classify(err)
}

func query(ctx context.Context, q db.Q, text string, args ...any) ([]wrapped, error) {
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var found []wrapped
	for rows.Next() {
		var w wrapped
		if err := rows.Scan(&w.owner, &w.kind, &w.epoch, &w.key); err != nil {
			return nil, err
		}
		found = append(found, w)
	}
	return found, db.Classify(rows.Err())
}
