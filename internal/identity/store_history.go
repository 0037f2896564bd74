package identity

import (
	"context"
	"fmt"
	"slices"

	"okno/internal/identity/identitydb"
	"okno/internal/kit/db"
)

// narrowing is one thing that lines are filtered by, with its index; common says
// that most lines of anybody pass it.
type narrowing struct {
	column, value, index string
	common               bool
}

// narrowings are what the filter asks for, what is rarest first.
func (f HistoryFilter) narrowings() []narrowing {
	f = f.clean() // whoever calls, only known words get into the text
	all := []narrowing{
		{"act", f.Act, "identity_history_act", f.Act == passSignIn},
		{"outcome", f.Outcome, "identity_history_outcome", f.Outcome == passOK},
		{"device_kind", f.Kind, "identity_history_kind", false},
	}
	all = slices.DeleteFunc(all, func(n narrowing) bool { return n.value == "" })
	slices.SortStableFunc(all, func(a, b narrowing) int {
		if a.common == b.common {
			return 0
		}
		return map[bool]int{true: 1, false: -1}[a.common]
	})
	return all
}

// historyQuery asks for lines from an instant on, below the cursor, newest first.
// Each index of the history begins with the owner, goes on with one thing to
// filter by and ends with the order of the lines. The rarest of what is filtered
// by chooses the index: the others are hidden by an empty word behind them, and
// SQLite, which keeps no numbers to choose by, is told its name. So a page is read
// where it stands, however long the history is and however far down the page. What
// is filtered by is one of a few words of our own (clean) and stands in the text
// with the limit: PostgreSQL, which keeps plans, would otherwise keep one made for
// common words.
func historyQuery(e db.Engine, owner string, f HistoryFilter, from db.Time, c cursor, limit int) (query string, args []any) {
	query = "SELECT owner_id, noted_at, id, act, outcome, method, device_kind, session_id, denied_at, from_sealed FROM identity_history"
	by := f.narrowings()
	if e == db.SQLite && len(by) > 0 {
		query += " INDEXED BY " + by[0].index
	}
	query += " WHERE owner_id = $1 AND noted_at >= $2 AND (noted_at, id) < ($3, $4)"
	args = []any{owner, from, c.at, c.id}
	for n, b := range by {
		column := b.column
		if n > 0 {
			column += " || ''"
		}
		query += " AND " + column + " = '" + b.value + "'"
	}
	return query + fmt.Sprintf(" ORDER BY noted_at DESC, id DESC LIMIT %d", limit), args
}

func (s store) history(ctx context.Context, owner string, f HistoryFilter, from db.Time, c cursor, limit int) ([]identitydb.IdentityHistory, error) {
	query, args := historyQuery(s.db.Engine(), owner, f, from, c, limit)
	rows, err := s.db.Reader().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	var all []identitydb.IdentityHistory
	for rows.Next() {
		var r identitydb.IdentityHistory
		if err := rows.Scan(&r.OwnerID, &r.NotedAt, &r.ID, &r.Act, &r.Outcome, &r.Method, &r.DeviceKind, &r.SessionID, &r.DeniedAt, &r.FromSealed); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, db.Classify(rows.Err())
}
