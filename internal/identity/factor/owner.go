package factor

import (
	"context"
	"time"

	"okno/internal/kit/db"
)

// Export is what is known of the owner's factors, ready for JSON. Secrets stay.
func (r *Room) Export(ctx context.Context, owner string) ([]map[string]any, error) {
	rows, err := r.rows(ctx, owner)
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(rows))
	for n, f := range rows {
		out[n] = map[string]any{"kind": f.Kind, "name": f.Name, "created_at": stamp(f.CreatedAt), "last_used_at": stamp(f.UsedAt)}
	}
	return out, nil
}

func stamp(t db.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Time().Format(time.RFC3339)
}

// Erase deletes the owner's factors in the caller's transaction.
func (r *Room) Erase(ctx context.Context, tx *db.Tx, owner string) error {
	q := in(tx)
	for _, f := range []func(context.Context, string) error{q.DeleteFactors, q.DeleteRecovery, q.DeleteChoice, q.DeleteAttempts} {
		if err := f(ctx, owner); err != nil {
			return err
		}
	}
	return nil
}
