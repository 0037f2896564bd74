package agency

import (
	"context"
	"strings"

	"okno/internal/agency/agencydb"
	"okno/internal/kit/db"
)

// rules reads all that an agency has chosen; leaves that were over before the
// day are left out.
func (s store) rules(ctx context.Context, agency string, day db.Date) (Rules, error) {
	r := Rules{Agency: agency}
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		q := agencydb.New(tx)
		row, err := q.FindRules(ctx, agency)
		if err != nil && !db.IsNone(err) {
			return err
		}
		r.Method, r.Superior = Method(row.Method), row.Superior
		workers, err := q.Workers(ctx, agency)
		if err != nil {
			return err
		}
		for _, w := range workers {
			r.Workers = append(r.Workers, Worker{
				Account: w.Account, Capacity: int(w.Capacity), Services: strings.Fields(w.Services), GivenAt: w.GivenAt,
			})
		}
		return s.absences(ctx, q, &r, day)
	})
	return r, db.Classify(err)
}

func (s store) absences(ctx context.Context, q *agencydb.Queries, r *Rules, day db.Date) error {
	leaves, err := q.Leaves(ctx, agencydb.LeavesParams{AgencyID: r.Agency, ToDay: string(day)})
	if err != nil {
		return err
	}
	for _, l := range leaves {
		r.Leaves = append(r.Leaves, Leave{
			ID: l.ID, Account: l.Account, Substitute: l.Substitute, From: db.Date(l.FromDay), To: db.Date(l.ToDay),
		})
	}
	interests, err := q.Interests(ctx, r.Agency)
	if err != nil {
		return err
	}
	for _, i := range interests {
		r.Interests = append(r.Interests, Interest{
			ID: i.ID, Account: i.Account, Relation: i.Relation, DeclaredAt: i.DeclaredAt, index: i.PersonIndex,
		})
	}
	templates, err := q.Templates(ctx, r.Agency)
	for _, t := range templates {
		r.Templates = append(r.Templates, Template{ID: t.ID, Service: t.ServiceID, Outcome: t.Outcome, Title: t.Title, Body: t.Body})
	}
	return err
}

func (s store) putRules(ctx context.Context, tx *db.Tx, agency string, m Method, superior string) error {
	return agencydb.New(tx).PutRules(ctx, agencydb.PutRulesParams{
		AgencyID: agency, Method: string(m), Superior: superior, ChangedAt: tx.Now(),
	})
}

func (s store) putWorker(ctx context.Context, tx *db.Tx, agency string, w Worker) error {
	return agencydb.New(tx).PutWorker(ctx, agencydb.PutWorkerParams{
		AgencyID: agency, Account: w.Account, Capacity: int64(w.Capacity), Services: strings.Join(w.Services, " "),
	})
}

func (s store) setGiven(ctx context.Context, tx *db.Tx, agency, account string) error {
	return agencydb.New(tx).SetGiven(ctx, agencydb.SetGivenParams{GivenAt: tx.Now(), AgencyID: agency, Account: account})
}

func (s store) addLeave(ctx context.Context, tx *db.Tx, agency, by string, l Leave) error {
	return agencydb.New(tx).AddLeave(ctx, agencydb.AddLeaveParams{
		AgencyID: agency, ID: l.ID, Account: l.Account, Substitute: l.Substitute, FromDay: string(l.From), ToDay: string(l.To),
		MadeBy: by, MadeAt: tx.Now(),
	})
}

func (s store) deleteLeave(ctx context.Context, tx *db.Tx, agency, leaveID string) (bool, error) {
	n, err := agencydb.New(tx).DeleteLeave(ctx, agencydb.DeleteLeaveParams{AgencyID: agency, ID: leaveID})
	return n > 0, err
}

func (s store) addInterest(ctx context.Context, tx *db.Tx, agency string, i Interest) error {
	return agencydb.New(tx).AddInterest(ctx, agencydb.AddInterestParams{
		AgencyID: agency, ID: i.ID, Account: i.Account, Relation: i.Relation, DeclaredAt: tx.Now(), PersonIndex: i.index,
	})
}

func (s store) deleteInterest(ctx context.Context, tx *db.Tx, agency, interestID string) (bool, error) {
	n, err := agencydb.New(tx).DeleteInterest(ctx, agencydb.DeleteInterestParams{AgencyID: agency, ID: interestID})
	return n > 0, err
}

func (s store) putTemplate(ctx context.Context, tx *db.Tx, agency string, t Template) error {
	return agencydb.New(tx).PutTemplate(ctx, agencydb.PutTemplateParams{
		AgencyID: agency, ID: t.ID, ServiceID: t.Service, Outcome: t.Outcome, Title: t.Title, Body: t.Body, ChangedAt: tx.Now(),
	})
}

func (s store) deleteTemplate(ctx context.Context, tx *db.Tx, agency, templateID string) (bool, error) {
	n, err := agencydb.New(tx).DeleteTemplate(ctx, agencydb.DeleteTemplateParams{AgencyID: agency, ID: templateID})
	return n > 0, err
}
