package identity

import (
	"context"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// store is the room's tables.
type store struct{ db *db.DB }

// in gives the queries inside a transaction.
func in(tx *db.Tx) *identitydb.Queries { return identitydb.New(tx) }

// read gives the queries outside of one.
func (s store) read() *identitydb.Queries { return identitydb.New(s.db.Reader()) }

// one makes of "no row" a false.
func one[T any](row T, err error) (T, bool, error) {
	if db.IsNone(err) {
		return row, false, nil
	}
	return row, err == nil, db.Classify(err)
}

// ownerOf is the owner of a contact, under any living version of its index.
func ownerOf(ctx context.Context, q *identitydb.Queries, indexes [][]byte) (string, error) {
	for _, index := range indexes {
		owner, found, err := one(q.OwnerOfContact(ctx, index))
		if err != nil || found {
			return owner, err
		}
	}
	return "", nil
}
