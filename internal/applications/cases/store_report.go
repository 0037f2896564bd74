package cases

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"okno/internal/kit/db"
)

// dimensionColumn is what a report groups by. Days are grouped in SQL and put
// together to months here, as the engines have no calendar in common.
func dimensionColumn(by string) string {
	switch by {
	case ByService:
		return "f.service_id"
	case ByAgency:
		return "f.agency_id"
	case ByStage:
		return "q.status"
	case ByMonth:
		return "CAST((f.submitted_at + 10800000000) / 86400000000 AS TEXT)" // days since 1970 in Moscow
	case ByGround:
		return "f.ground"
	case ByChannel:
		return "f.channel"
	case ByRegion:
		return "f.region"
	case ByAge:
		return "f.age_band"
	case ByOutcome:
		return "f.outcome"
	}
	return "''"
}

func (s store) report(ctx context.Context, f ReportFilter, from, to db.Time) ([]Tally, error) {
	args := []any{from, to}
	where := " WHERE f.submitted_at >= $1 AND f.submitted_at < $2 AND f.agency_id IN " + db.In(3, len(f.Agencies))
	for _, a := range f.Agencies {
		args = append(args, a)
	}
	if f.Service != "" {
		args = append(args, f.Service)
		where += " AND f.service_id = $" + strconv.Itoa(len(args))
	}
	if f.By == ByGround || f.Cross == ByGround {
		where += " AND f.outcome = 'refused'"
	}
	join := ""
	if f.By == ByStage || f.Cross == ByStage {
		join = " JOIN applications_queue AS q ON q.agency_id = f.agency_id AND q.case_id = f.case_id"
	}
	text := "SELECT " + dimensionColumn(f.By) + " AS k, " + dimensionColumn(f.Cross) + ` AS x, COUNT(*),
		SUM(CASE WHEN f.outcome IN ('approved', 'refused') THEN 1 ELSE 0 END), SUM(CASE WHEN f.outcome = 'refused' THEN 1 ELSE 0 END),
		SUM(CASE WHEN f.late THEN 1 ELSE 0 END), SUM(CASE WHEN f.asks > 0 THEN 1 ELSE 0 END),
		SUM(CASE WHEN f.outcome IN ('approved', 'refused') THEN f.took_days ELSE 0 END),
		SUM(CASE WHEN f.complaints > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN f.outcome = 'cancelled' THEN 1 ELSE 0 END)
		FROM applications_facets AS f` + join + where + " GROUP BY 1, 2"
	rows, err := s.db.Reader().QueryContext(ctx, text, args...)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	sums := map[[2]string]*Tally{}
	for rows.Next() {
		var t Tally
		if err := rows.Scan(&t.Key, &t.Cross, &t.All, &t.Decided, &t.Refused, &t.Late, &t.Asked, &t.TookDays, &t.Complaints, &t.Cancelled); err != nil {
			return nil, err
		}
		addTally(sums, f, t)
	}
	return sorted(sums), db.Classify(rows.Err())
}

func addTally(sums map[[2]string]*Tally, f ReportFilter, t Tally) {
	if f.By == ByMonth {
		t.Key = monthOf(t.Key)
	}
	if f.Cross == ByMonth {
		t.Cross = monthOf(t.Cross)
	}
	at := [2]string{t.Key, t.Cross}
	sum := sums[at]
	if sum == nil {
		sum = &Tally{Key: t.Key, Cross: t.Cross}
		sums[at] = sum
	}
	sum.All += t.All
	sum.Decided += t.Decided
	sum.Refused += t.Refused
	sum.Late += t.Late
	sum.Asked += t.Asked
	sum.TookDays += t.TookDays
	sum.Complaints += t.Complaints
	sum.Cancelled += t.Cancelled
}

// monthOf is the month of a day that is counted from 1970, YYYY-MM.
func monthOf(day string) string {
	n, err := strconv.ParseInt(strings.TrimSuffix(day, ".0"), 10, 64)
	if err != nil {
		return day
	}
	return time.Unix(n*86400, 0).UTC().Format("2006-01")
}

func sorted(sums map[[2]string]*Tally) []Tally {
	out := make([]Tally, 0, len(sums))
	for _, t := range sums {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b Tally) int { return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Cross, b.Cross)) })
	return out
}

func (s store) workloads(ctx context.Context, agencyCode string, now, since db.Time) ([]Workload, error) {
	all := map[string]*Workload{}
	of := func(account string) *Workload {
		if all[account] == nil {
			all[account] = &Workload{Account: account}
		}
		return all[account]
	}
	open := func(w Workload) {
		x := of(w.Account)
		x.Open, x.Overdue, x.Waiting = w.Open, w.Overdue, w.Waiting
	}
	err := s.tally(ctx, `SELECT assigned_to, COUNT(*), SUM(CASE WHEN deadline_at > 0 AND deadline_at < $2 AND paused_at = 0 THEN 1 ELSE 0 END),
		SUM(CASE WHEN status = 'waiting' AND stage NOT IN ('suspended', 'payment') THEN 1 ELSE 0 END), 0, 0, 0, 0, 0, 0
		FROM applications_queue WHERE agency_id = $1 AND undecided GROUP BY assigned_to`, open, agencyCode, now)
	if err != nil {
		return nil, err
	}
	done := func(w Workload) {
		x := of(w.Account)
		x.Decided, x.Refused, x.Asked, x.Late, x.Complaints, x.TookDays = w.Decided, w.Refused, w.Asked, w.Late, w.Complaints, w.TookDays
	}
	err = s.tally(ctx, `SELECT decided_by, 0, 0, 0, COUNT(*), SUM(CASE WHEN outcome = 'refused' THEN 1 ELSE 0 END),
		SUM(CASE WHEN asks > 0 THEN 1 ELSE 0 END), SUM(CASE WHEN late THEN 1 ELSE 0 END), SUM(CASE WHEN complaints > 0 THEN 1 ELSE 0 END),
		SUM(took_days) FROM applications_facets
		WHERE agency_id = $1 AND decided_at >= $2 AND outcome IN ('approved', 'refused') GROUP BY decided_by`, done, agencyCode, since)
	out := make([]Workload, 0, len(all))
	for _, w := range all {
		out = append(out, *w)
	}
	slices.SortFunc(out, func(a, b Workload) int {
		return cmp.Or(cmp.Compare(b.Overdue, a.Overdue), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Account, b.Account))
	})
	return out, err
}

func (s store) tally(ctx context.Context, text string, each func(Workload), args ...any) error {
	rows, err := s.db.Reader().QueryContext(ctx, text, args...)
	if err != nil {
		return db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var w Workload
		if err := rows.Scan(&w.Account, &w.Open, &w.Overdue, &w.Waiting, &w.Decided, &w.Refused, &w.Asked, &w.Late, &w.Complaints, &w.TookDays); err != nil {
			return err
		}
		each(w)
	}
	return db.Classify(rows.Err())
}
