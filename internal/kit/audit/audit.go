// Package audit is the journal: what was done or looked at, by whom, from
// where. A row is written in the transaction of the change, or, for a look,
// committed before the data are shown. It is not a debugging log: it holds
// what a person or a court may ask for.
package audit

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// Entry is one line of the journal.
type Entry struct {
	// Act is room.what, such as "applications.submitted" or "cases.looked".
	Act string
	// Actor is the account, "system" for the portal itself, "" for nobody yet.
	Actor string
	// Role is as whom: "citizen", "officer", "system", …
	Role string
	// Owner is whose data were touched, "" for nobody's.
	Owner string
	// Object is kind:id of the thing.
	Object string
	// Request is the number of the request in the log.
	Request string
	// IP and Agent are from where; they are sealed.
	IP, Agent string
	// Details are sealed too; keep them few.
	Details map[string]string
}

// Line is an entry as it is read back.
type Line struct {
	ID string
	At db.Time
	Entry
}

// Log writes and reads the journal.
type Log struct {
	db  *db.DB
	key *secret.DataKey
}

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the journal's tables.
func Migrations() db.Migrations {
	sub, _ := fs.Sub(migrations, "migrations") // the folder is embedded
	return db.Migrations{Room: "audit", FS: sub}
}

// New opens the journal. Its key is the portal's own, so that the journal, which
// the law makes us keep, outlives the erasure of a person.
func New(ctx context.Context, d *db.DB, s *secret.Sealer) (*Log, error) {
	key, err := s.Key(ctx, "journal", secret.Agency)
	if err != nil {
		return nil, fmt.Errorf("key of the journal: %w", err)
	}
	return &Log{db: d, key: key}, nil
}

type origin struct {
	IP    string `json:"ip,omitempty"`
	Agent string `json:"agent,omitempty"`
}

// Write adds a line in the transaction.
func (l *Log) Write(ctx context.Context, tx *db.Tx, e Entry) error {
	row := id.New()
	from, err := l.seal("from_sealed", row, origin{e.IP, e.Agent})
	if err != nil {
		return err
	}
	details := []byte{}
	if len(e.Details) > 0 {
		if details, err = l.seal("details_sealed", row, e.Details); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_entries
		(id, at, act, role, actor_id, owner_id, object, request_id, from_sealed, details_sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		row, tx.Now(), e.Act, e.Role, e.Actor, e.Owner, e.Object, e.Request, from, details)
	return err
}

// Look commits a line of its own: call it before showing a card, a file or an
// export, and show nothing when it fails.
func (l *Log) Look(ctx context.Context, e Entry) error {
	return l.db.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error { return l.Write(ctx, tx, e) })
}

// Filter chooses lines; empty parts choose all.
type Filter struct {
	Owner, Actor, Act string
	Before            db.Time // lines before this instant
	Limit             int     // 50 when 0
}

// Find reads lines, newest first.
func (l *Log) Find(ctx context.Context, f Filter) ([]Line, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	if f.Before == 0 {
		f.Before = 1 << 62
	}
	query := `SELECT id, at, act, role, actor_id, owner_id, object, request_id, from_sealed, details_sealed
		FROM audit_entries WHERE at < $1`
	args := []any{f.Before}
	for _, c := range []struct{ column, value string }{{"owner_id", f.Owner}, {"actor_id", f.Actor}, {"act", f.Act}} {
		if c.value != "" {
			args = append(args, c.value)
			query += fmt.Sprintf(" AND %s = $%d", c.column, len(args))
		}
	}
	args = append(args, f.Limit)
	query += fmt.Sprintf(" ORDER BY at DESC, id DESC LIMIT $%d", len(args))
	rows, err := l.db.Reader().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var lines []Line
	for rows.Next() {
		var n Line
		var from, details []byte
		if err := rows.Scan(&n.ID, &n.At, &n.Act, &n.Role, &n.Actor, &n.Owner, &n.Object, &n.Request, &from, &details); err != nil {
			return nil, err
		}
		if err := l.open(&n, from, details); err != nil {
			return nil, err
		}
		lines = append(lines, n)
	}
	return lines, rows.Err()
}

func (l *Log) seal(column, row string, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return l.key.Seal(secret.At("audit_entries", column, row), raw), nil
}

func (l *Log) open(n *Line, from, details []byte) error {
	var o origin
	raw, err := l.key.Open(secret.At("audit_entries", "from_sealed", n.ID), from)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &o); err != nil {
		return err
	}
	n.IP, n.Agent = o.IP, o.Agent
	if len(details) == 0 {
		return nil
	}
	if raw, err = l.key.Open(secret.At("audit_entries", "details_sealed", n.ID), details); err != nil {
		return err
	}
	return json.Unmarshal(raw, &n.Details)
}
