package cabinet

import (
	"context"
	"strings"

	"okno/internal/kit/db"
)

// choices keep what people want of recommendations. See migrations/0002_choices.sql.
type choices struct{ db *db.DB }

// Names of choices.
const (
	choiceOff  = "off"
	choiceHide = "hide:" // with the service's id
)

// chosen is what one person wants.
type chosen struct {
	off    bool
	hidden map[string]bool
}

// of is what the owner wants; without a database nobody has chosen anything.
func (c choices) of(ctx context.Context, owner string) (chosen, error) {
	out := chosen{hidden: map[string]bool{}}
	if c.db == nil {
		return out, nil
	}
	rows, err := c.db.Reader().QueryContext(ctx, "SELECT name FROM cabinet_choices WHERE owner_id = $1", owner)
	if err != nil {
		return out, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return out, err
		}
		if id, ok := strings.CutPrefix(name, choiceHide); ok {
			out.hidden[id] = true
		}
		out.off = out.off || name == choiceOff
	}
	return out, db.Classify(rows.Err())
}

// put notes a choice, once.
func (c choices) put(ctx context.Context, tx *db.Tx, owner, name string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO cabinet_choices (owner_id, name, chosen_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", owner, name, tx.Now())
	return err
}

// drop takes a choice back.
func (c choices) drop(ctx context.Context, tx *db.Tx, owner, name string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM cabinet_choices WHERE owner_id = $1 AND name = $2", owner, name)
	return err
}

// dropHidden shows again all that was hidden.
func (c choices) dropHidden(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM cabinet_choices WHERE owner_id = $1 AND name <> $2", owner, choiceOff)
	return err
}

// erase forgets what the owner chose.
func (c choices) erase(ctx context.Context, tx *db.Tx, owner string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM cabinet_choices WHERE owner_id = $1", owner)
	return err
}
