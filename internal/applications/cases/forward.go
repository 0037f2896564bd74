package cases

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/secret"
)

// forwardDays are the days after registration within which an officer forwards
// a case that is for another agency (59-ФЗ, ст. 8 ч. 3); later the head answers
// for it.
const forwardDays = 7

// Forward hands a case to the agency that it is for. It begins there anew, and
// the person is told; here only the journal keeps a line. Errors: ErrMove,
// ErrTaken, ErrForwardLate, ErrFields.
func (c *Cases) Forward(ctx context.Context, d Deal, to, words string) error {
	k, side, err := c.work(ctx, d)
	if err == nil && side == Officer && k.AssignedTo != "" {
		if ok, herr := c.holds(ctx, k, identity.ActorOf(ctx).ID); herr != nil || !ok {
			err = cmp.Or(herr, error(ErrTaken))
		}
	}
	if err != nil {
		return c.again(ctx, d, Forward, err)
	}
	if _, ok := Step(k.Status, Forward, side); !ok {
		return c.again(ctx, d, Forward, ErrMove)
	}
	if _, ok := c.Offices.ByCode(to); !ok || to == k.Agency {
		return ErrFields.WithField("agency", "applications.error.forward_agency")
	}
	if words, err = needText(words, "forward_words"); err != nil {
		return err
	}
	if side == Officer && c.Clock.Now().Sub(since(k).Time()) > forwardDays*24*time.Hour {
		return ErrForwardLate
	}
	people, err := c.peopleAt(ctx, k, to)
	if err != nil {
		return err
	}
	named, err := c.namedFor(ctx, k, k.ID, to)
	if err != nil {
		return err
	}
	return c.again(ctx, d, Forward, c.move(ctx, k, change{
		deed: Forward, side: side, key: d.once(Forward), text: words, reads: true, edit: c.elsewhere(k, to),
		details: map[string]string{"from": k.Agency, "to": to},
		also: func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(c.carryOver(ctx, tx, k, to, people), c.store.putNamed(ctx, tx, named))
		},
	}))
}

// since is when the days for forwarding begin.
func since(k Case) db.Time { return cmp.Or(k.RegisteredAt, k.SubmittedAt) }

// elsewhere is the row as it begins at another agency: its terms run there.
func (c *Cases) elsewhere(k Case, to string) func(*casesdb.ApplicationsCase, db.Time) {
	return func(row *casesdb.ApplicationsCase, now db.Time) {
		a, _ := c.Offices.ByCode(to)
		row.AgencyID, row.AssignedTo, row.RegisteredAt, row.PausedAt, row.Stage = to, "", 0, 0, ""
		if o, ok := a.InRegion(k.Region); ok && k.Office != "" {
			row.Office = o.Code
		} else {
			row.Office = ""
		}
		zone := c.zone(row.AgencyID, row.Office)
		due := k.Term.due(c.Calendar, zone, now.Time())
		row.RegisterBy = string(registerBy(c.Calendar, zone, now.Time()))
		row.DeadlineAt, row.DeadlineDate = due.At, string(due.Date)
	}
}

// carryOver moves all that lies beside the case: its line of the queue, its
// facets, and by what its applicant is found.
func (c *Cases) carryOver(ctx context.Context, tx *db.Tx, k Case, to string, people []casesdb.ApplicationsPerson) error {
	row := k.row
	c.elsewhere(k, to)(&row, tx.Now())
	q := casesdb.New(tx)
	others, err := q.CountOthersAt(ctx, casesdb.CountOthersAtParams{OwnerID: k.Owner, AgencyID: k.Agency, ID: k.ID})
	if err != nil {
		return err
	}
	if others == 0 {
		if err := q.DropPeople(ctx, casesdb.DropPeopleParams{OwnerID: k.Owner, AgencyID: k.Agency}); err != nil {
			return err
		}
	}
	return errors.Join(
		q.ForwardCase(ctx, casesdb.ForwardCaseParams{AgencyID: to, Office: row.Office, RegisterBy: row.RegisterBy, Epgu: int64(Accepted.EPGU()), OwnerID: k.Owner, ID: k.ID}),
		q.ForwardQueue(ctx, casesdb.ForwardQueueParams{AgencyID: to, Office: row.Office, QueuedAt: tx.Now(), AgencyID_2: k.Agency, CaseID: k.ID}),
		q.ForwardFacets(ctx, casesdb.ForwardFacetsParams{AgencyID: to, Office: row.Office, AgencyID_2: k.Agency, CaseID: k.ID}),
		c.store.putPeople(ctx, tx, people),
		q.DropNamed(ctx, casesdb.DropNamedParams{OwnerID: k.Owner, CaseID: k.ID}),
	)
}

// peopleAt are the blind indexes by which the applicant is found at another
// agency, of what the profile says today and the case has noted.
func (c *Cases) peopleAt(ctx context.Context, k Case, agencyCode string) ([]casesdb.ApplicationsPerson, error) {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	f, err := openForm(key, k.row)
	if err != nil {
		return nil, err
	}
	known := map[string]forms.Known{}
	if c.Facts != nil {
		profile, err := c.Facts(identity.AsSystem(ctx), k.Owner)
		if err != nil && !errs.IsKind(err, errs.NotFound) && !errors.Is(err, secret.ErrErased) {
			return nil, err
		}
		maps.Copy(known, profile.Known)
	}
	maps.Copy(known, f.Facts.Known)
	return c.peopleOf(Submission{Owner: k.Owner, Facts: forms.Facts{Known: known}}, agencyCode), nil
}

// otherAgencies are those to which a case of the agency can be forwarded.
func (c *Cases) otherAgencies(agencyCode string) []string {
	all, ok := c.Offices.(agencies)
	if !ok {
		return nil
	}
	var codes []string
	for _, a := range all.Agencies() {
		if a.Code != agencyCode {
			codes = append(codes, a.Code)
		}
	}
	return slices.Clip(codes)
}
