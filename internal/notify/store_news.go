package notify

import (
	"context"

	"okno/internal/kit/db"
)

// news are those of the refs of which a notice was not read.
func (n *Notify) news(ctx context.Context, owner string, refs []string) (map[string]bool, error) {
	args := []any{owner}
	for _, r := range refs {
		args = append(args, r)
	}
	rows, err := n.db.Reader().QueryContext(ctx, "SELECT DISTINCT ref FROM notify_notices WHERE owner_id = $1 AND read_at = 0 AND ref IN "+db.In(2, len(refs)), args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]bool{}
	for rows.Next() {
		var ref string
		if err := rows.Scan(&ref); err != nil {
			return nil, err
		}
		out[ref] = true
	}
	return out, db.Classify(rows.Err())
}
