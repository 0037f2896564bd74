package device

import (
	"okno/internal/identity/device/devicedb"
	"okno/internal/kit/db"
)

// store is the package's tables.
type store struct{ db *db.DB }

// in gives the queries inside a transaction.
func in(tx *db.Tx) *devicedb.Queries { return devicedb.New(tx) }

// read gives the queries outside of one.
func (s store) read() *devicedb.Queries { return devicedb.New(s.db.Reader()) }

// one makes of "no row" a false.
func one[T any](row T, err error) (T, bool, error) {
	if db.IsNone(err) {
		return row, false, nil
	}
	return row, err == nil, db.Classify(err)
}
