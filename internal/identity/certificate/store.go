package certificate

import (
	"okno/internal/identity/certificate/certificatedb"
	"okno/internal/kit/db"
)

// store is the package's tables.
type store struct{ db *db.DB }

// in gives the queries inside a transaction.
func in(tx *db.Tx) *certificatedb.Queries { return certificatedb.New(tx) }

// read gives the queries outside of one.
func (s store) read() *certificatedb.Queries { return certificatedb.New(s.db.Reader()) }

// one makes of "no row" a false.
func one[T any](row T, err error) (T, bool, error) {
	if db.IsNone(err) {
		return row, false, nil
	}
	return row, err == nil, db.Classify(err)
}
