package cases

import (
	"context"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
)

// facetsOf are what reports will count of a submission: nothing that tells who.
func facetsOf(s Submission, agencyCode string) casesdb.InsertFacetsParams {
	return casesdb.InsertFacetsParams{
		AgencyID: agencyCode, CaseID: s.ID, ServiceID: s.ServiceID, Channel: s.Source, Level: s.Level, Region: s.Region,
		AgeBand: ageBand(factOf(s.Facts, "birth_date"), s.Facts.Today), Office: s.Office,
	}
}

// ageBand is a coarse age, "" where it is not known.
func ageBand(birth, today string) string {
	b, err := time.Parse(time.DateOnly, birth)
	if err != nil {
		return ""
	}
	t, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return ""
	}
	age := t.Year() - b.Year()
	if t.YearDay() < b.YearDay() {
		age--
	}
	switch {
	case age < 18:
		return "under18"
	case age < 25:
		return "18-24"
	case age < 40:
		return "25-39"
	case age < 60:
		return "40-59"
	}
	return "60plus"
}

// outcome writes what reports count of a decision.
func (c *Cases) outcome(ctx context.Context, tx *db.Tx, k Case, row casesdb.ApplicationsCase, by string) error {
	zone := c.zone(k.Agency, k.Office)
	ground := row.Ground
	if by == identity.SystemID {
		by = ""
	}
	if Status(row.Status) == Cancelled {
		by, ground = "", ""
	}
	return casesdb.New(tx).DecideFacets(ctx, casesdb.DecideFacetsParams{
		DecidedAt: tx.Now(), Outcome: row.Status, Ground: ground, DecidedBy: by,
		TookDays: int64(c.Calendar.WorkingDaysBetween(k.SubmittedAt.Time().In(zone), tx.Now().Time().In(zone))),
		Late:     k.Left.Overdue, AgencyID: k.Agency, CaseID: k.ID,
	})
}
