package cases

import (
	"context"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
)

// The time of an application that is in work stands still while one of its parts
// waits for the applicant (docs/decisions/0018-clock-of-parts.md). What the
// application itself asks, and what several parts ask at a time, counts once.

// asksNow reports whether the case waits for the applicant's answer.
func (k Case) asksNow() bool { return k.Status == Waiting && !k.Stage.Halted() }

// askedSince is since when the first of the parts that ask now waits for the
// applicant, 0 for none of them; without is the id of a part that is left out.
func askedSince(parts []Case, without string) db.Time {
	var first db.Time
	for _, k := range parts {
		if k.ID != without && k.asksNow() && (first == 0 || k.PausedAt < first) {
			first = k.PausedAt
		}
	}
	return first
}

// casesOf are the newest tries of parts that have begun.
func casesOf(parts []Part) []Case {
	out := make([]Case, len(parts))
	for i := range parts {
		out[i] = parts[i].Case
	}
	return out
}

// partsAsk is askedSince for an application, from the store; q may be of a transaction.
func partsAsk(ctx context.Context, q *casesdb.Queries, k Case, without string) (db.Time, error) {
	rows, err := q.PartsOf(ctx, casesdb.PartsOfParams{OwnerID: k.Owner, PartOf: k.ID})
	if err != nil {
		return 0, db.Classify(err)
	}
	all := make([]Case, len(rows))
	for i := range rows {
		all[i] = caseOf(rows[i])
	}
	return askedSince(all, without), nil
}

// partClock stops the time of an application in work where a part of it asks, and
// lets it run when none does any more.
func (c *Cases) partClock(k Case, asked db.Time) func(*casesdb.ApplicationsCase, db.Time) {
	return func(row *casesdb.ApplicationsCase, now db.Time) {
		switch {
		case asked > 0 && row.PausedAt == 0 && Status(row.Status) == InWork:
			row.PausedAt = now
		case asked == 0 && row.PausedAt > 0 && Status(row.Status) != Waiting:
			c.goOn(k, row, now)
		}
	}
}

// goOn lets the time of a case run again: what was left of its term is left now.
func (c *Cases) goOn(k Case, row *casesdb.ApplicationsCase, now db.Time) {
	due := k.Term.resumed(c.Calendar, c.zone(k.Agency, k.Office), k.Due, row.PausedAt.Time(), now.Time())
	row.DeadlineAt, row.DeadlineDate, row.PausedAt = due.At, string(due.Date), 0
}
