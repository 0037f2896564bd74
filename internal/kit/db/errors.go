package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite "modernc.org/sqlite"

	"okno/internal/kit/errs"
)

// ErrUnavailable is what a lost or full database becomes.
var ErrUnavailable = errs.NewUnavailable("kit.error.database_unavailable")

// IsNone reports whether a query for one row found none.
func IsNone(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// Classify turns a driver's error that means "not now" (connection lost, disk
// full, shutting down) into ErrUnavailable, and leaves every other as it is.
func Classify(err error) error {
	if err == nil || errs.KindOf(err) != errs.Internal {
		return err
	}
	if unavailable(err) {
		return ErrUnavailable.Wrap(err)
	}
	return err
}

func unavailable(err error) bool {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		return true // whatever the server has said: nobody is let in now
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return unavailableCode(pg.Code)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		// Primary codes: 5 BUSY, 6 LOCKED, 8 READONLY, 10 IOERR, 13 FULL, 14 CANTOPEN.
		switch lite.Code() & 0xff {
		case 5, 6, 8, 10, 13, 14:
			return true
		}
		return false
	}
	var network net.Error
	return closed(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.ErrUnexpectedEOF) || // the server went while it was answering
		pgconn.SafeToRetry(err) || pgconn.Timeout(err) ||
		(errors.As(err, &network) && !errors.Is(err, context.Canceled))
}

// closed knows the error of a pool that the node has closed: a request came in
// its last moments. database/sql does not export it.
func closed(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == "sql: database is closed" {
			return true
		}
	}
	return false
}

// unavailableCode knows PostgreSQL's classes 08 (connection), 53 (resources,
// disk full), 57 (operator: shutdown, crash), 58 (system) and lost order.
func unavailableCode(code string) bool {
	if code == "40001" || code == "40P01" {
		return true
	}
	switch code[:2] {
	case "08", "53", "57", "58":
		return true
	}
	return false
}
