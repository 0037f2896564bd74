package cases

import (
	"context"
	"slices"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
)

// Dimensions by which a report counts.
const (
	ByService = "service"
	ByAgency  = "agency"
	ByStage   = "stage"
	ByMonth   = "month"
	ByGround  = "ground"
	ByChannel = "channel"
	ByRegion  = "region"
	ByAge     = "age"
	ByOutcome = "outcome"
)

// Dimensions are all of them, in the order of lists.
func Dimensions() []string {
	return []string{ByService, ByAgency, ByStage, ByOutcome, ByMonth, ByGround, ByChannel, ByRegion, ByAge}
}

// ErrReport says that a report can't be counted so.
var ErrReport = errs.NewInvalid("applications.error.report")

// ReportFilter says what a report counts: applications by the day of their
// submission, both days counted in.
type ReportFilter struct {
	// Agencies are codes; all that the actor may see when empty.
	Agencies []string
	Service  string
	// By is the dimension of the lines, Cross that of the columns or "".
	By, Cross string
	From, To  db.Date
}

// Tally is what a report counts of one cell: before anything is hidden.
type Tally struct {
	Key, Cross            string
	All, Decided, Refused int
	Late, Asked, TookDays int
	Complaints, Cancelled int
}

// Report counts facets. For heads of the agencies, and for administrators, who
// see no person in them. Small cells are for the caller to hide. Errors:
// identity.ErrForbidden, ErrReport.
func (c *Cases) Report(ctx context.Context, f ReportFilter) ([]Tally, error) {
	actor := identity.ActorOf(ctx)
	may := actor.AgenciesAs(identity.Head)
	if all, ok := c.Offices.(agencies); ok && (actor.Has(identity.Administrator) || actor.IsSystem()) {
		may = nil
		for _, a := range all.Agencies() {
			may = append(may, a.Code)
		}
	}
	if len(may) == 0 {
		return nil, identity.ErrForbidden
	}
	if len(f.Agencies) == 0 {
		f.Agencies = may
	}
	for _, a := range f.Agencies {
		if !slices.Contains(may, a) {
			return nil, identity.ErrForbidden
		}
	}
	if !slices.Contains(Dimensions(), f.By) || f.Cross != "" && (!slices.Contains(Dimensions(), f.Cross) || f.Cross == f.By) {
		return nil, ErrReport
	}
	zone := c.zone(f.Agencies[0], "")
	from, ferr := time.ParseInLocation(time.DateOnly, string(f.From), zone)
	to, terr := time.ParseInLocation(time.DateOnly, string(f.To), zone)
	if ferr != nil || terr != nil || to.Before(from) {
		return nil, ErrReport
	}
	return c.store.report(ctx, f, db.At(from), db.At(to.AddDate(0, 0, 1)))
}

// Workload is how much an officer has, and how the work of late went.
type Workload struct {
	Account                                   string // "" for nobody
	Open, Overdue, Waiting                    int
	Decided, Refused, Asked, Late, Complaints int
	TookDays                                  int // of all decided together, working days
}

// Workloads count by officer: what is open now, and what was decided since the
// instant. For heads of the agency.
func (c *Cases) Workloads(ctx context.Context, agencyCode string, since time.Time) ([]Workload, error) {
	actor := identity.ActorOf(ctx)
	mine := actor.AgenciesAs(identity.Head)
	if agencyCode == "" && len(mine) > 0 {
		agencyCode = mine[0]
	}
	if !slices.Contains(mine, agencyCode) {
		return nil, identity.ErrForbidden
	}
	return c.store.workloads(ctx, agencyCode, db.At(c.Clock.Now()), db.At(since))
}
