package cases

import (
	"context"

	"okno/internal/kit/db"
)

// took are the working days that decisions since an instant have taken, of
// cases in which nobody was asked for more, by office and for all of the agency.
func (s store) took(ctx context.Context, agencyCode string, since db.Time) (map[paceKey][]int, error) {
	rows, err := s.db.Reader().QueryContext(ctx, `SELECT office, service_id, took_days FROM applications_facets
WHERE agency_id = $1 AND submitted_at > $2 AND decided_at > $2 AND asks = 0 AND outcome IN ('approved', 'refused')`, agencyCode, since)
	if err != nil {
		return nil, db.Classify(err)
	}
	defer func() { _ = rows.Close() }()
	all := map[paceKey][]int{}
	for rows.Next() {
		var office, service string
		var days int
		if err := rows.Scan(&office, &service, &days); err != nil {
			return nil, err
		}
		all[paceKey{"", service}] = append(all[paceKey{"", service}], days)
		if office != "" {
			all[paceKey{office, service}] = append(all[paceKey{office, service}], days)
		}
	}
	return all, db.Classify(rows.Err())
}

// putPaces writes the paces of an agency in place of those before.
func (s store) putPaces(ctx context.Context, tx *db.Tx, agencyCode string, paces map[paceKey]Estimate) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM applications_pace WHERE agency_id = $1", agencyCode); err != nil {
		return err
	}
	for key, e := range paces {
		_, err := tx.ExecContext(ctx, `INSERT INTO applications_pace (agency_id, office, service_id, counted_at, decided, low_days, median_days, high_days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, agencyCode, key.office, key.service, tx.Now(), e.Decided, e.Low, e.Median, e.High)
		if err != nil {
			return err
		}
	}
	return nil
}

// paceOf is the pace of the case's office, else of its agency; the zero one
// where neither is known.
func (s store) paceOf(ctx context.Context, k Case) (Estimate, error) {
	var e Estimate
	err := s.db.Reader().QueryRowContext(ctx, `SELECT low_days, median_days, high_days, decided FROM applications_pace
WHERE agency_id = $1 AND office IN ('', $2) AND service_id = $3 ORDER BY office DESC LIMIT 1`, k.Agency, k.Office, k.ServiceID).
		Scan(&e.Low, &e.Median, &e.High, &e.Decided)
	if db.IsNone(err) {
		return Estimate{}, nil
	}
	return e, db.Classify(err)
}

// ahead counts the cases of the service that are taken before this one, up to
// aheadMost.
func (s store) ahead(ctx context.Context, k Case) (int, error) {
	var n int
	err := s.db.Reader().QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 AS one FROM applications_queue
WHERE agency_id = $1 AND service_id = $2 AND undecided AND status = 'accepted' AND (deadline_at, case_id) < ($3, $4) LIMIT $5) AS part`,
		k.Agency, k.ServiceID, k.Due.At, k.ID, aheadMost).Scan(&n)
	return n, db.Classify(err)
}
