package webhook

import (
	"context"
	"time"

	"okno/internal/exchange/webhook/webhookdb"
	"okno/internal/kit/db"
)

// store keeps endpoints, deliveries and tries.
type store struct{ db *db.DB }

func endpointOf(r webhookdb.ExchangeEndpoint) Endpoint {
	return Endpoint{
		Agency: r.AgencyID, ID: r.ID, URL: r.Url, State: r.State, MadeBy: r.MadeBy, MadeAt: r.MadeAt, FailingAt: r.FailingAt, OldUntil: r.OldUntilAt,
	}
}

func deliveryOf(r webhookdb.ExchangeDelivery) Delivery {
	return Delivery{
		Agency: r.AgencyID, ID: r.ID, Endpoint: r.EndpointID, Kind: r.Kind, Payload: r.Payload, State: r.State, Tries: int(r.Tries),
		MadeAt: r.MadeAt, NextAt: r.NextAt, DoneAt: r.DoneAt,
	}
}

func (s store) endpoints(ctx context.Context, agency string) ([]Endpoint, error) {
	rows, err := webhookdb.New(s.db.Reader()).Endpoints(ctx, agency)
	all := make([]Endpoint, len(rows))
	for i, r := range rows {
		all[i] = endpointOf(r)
	}
	return all, db.Classify(err)
}

func (s store) endpoint(ctx context.Context, agency, id string) (webhookdb.ExchangeEndpoint, error) {
	row, err := webhookdb.New(s.db.Reader()).FindEndpoint(ctx, webhookdb.FindEndpointParams{AgencyID: agency, ID: id})
	if db.IsNone(err) {
		return row, ErrNone
	}
	return row, db.Classify(err)
}

func (s store) active(ctx context.Context) (map[string]bool, error) {
	codes, err := webhookdb.New(s.db.Reader()).ActiveAgencies(ctx)
	all := map[string]bool{}
	for _, c := range codes {
		all[c] = true
	}
	return all, db.Classify(err)
}

func (s store) delivery(ctx context.Context, agency, id string) (Delivery, error) {
	row, err := webhookdb.New(s.db.Reader()).FindDelivery(ctx, webhookdb.FindDeliveryParams{AgencyID: agency, ID: id})
	if db.IsNone(err) {
		return Delivery{}, ErrNone
	}
	return deliveryOf(row), db.Classify(err)
}

// log is what was sent to an endpoint of late, with each try.
func (s store) log(ctx context.Context, agency, endpoint string) ([]Delivery, error) {
	q := webhookdb.New(s.db.Reader())
	rows, err := q.Deliveries(ctx, webhookdb.DeliveriesParams{AgencyID: agency, EndpointID: endpoint})
	if err != nil {
		return nil, db.Classify(err)
	}
	all := make([]Delivery, len(rows))
	for i, r := range rows {
		all[i] = deliveryOf(r)
		tries, err := q.Tries(ctx, webhookdb.TriesParams{AgencyID: agency, DeliveryID: r.ID})
		if err != nil {
			return nil, db.Classify(err)
		}
		for _, t := range tries {
			all[i].Log = append(all[i].Log, Try{
				Number: int(t.Number), Status: int(t.Status), At: t.TriedAt, Took: time.Duration(t.TookMs) * time.Millisecond, Fault: t.Fault,
			})
		}
	}
	return all, nil
}

// endpointsIn and deliveryIn read within a transaction.
func (s store) endpointsIn(ctx context.Context, tx *db.Tx, agency string) ([]Endpoint, error) {
	rows, err := webhookdb.New(tx).Endpoints(ctx, agency)
	all := make([]Endpoint, len(rows))
	for i, r := range rows {
		all[i] = endpointOf(r)
	}
	return all, err
}

func (s store) deliveryIn(ctx context.Context, tx *db.Tx, agency, id string) (Delivery, error) {
	row, err := webhookdb.New(tx).FindDelivery(ctx, webhookdb.FindDeliveryParams{AgencyID: agency, ID: id})
	return deliveryOf(row), err
}

// waiting are deliveries to an endpoint that wait for their next try, by id.
func (s store) waiting(ctx context.Context, agency, endpoint, after string, limit int32) ([]Delivery, error) {
	rows, err := webhookdb.New(s.db.Reader()).WaitingDeliveries(ctx, webhookdb.WaitingDeliveriesParams{
		AgencyID: agency, EndpointID: endpoint, FreeAt: db.At(s.db.Clock().Now()), ID: after, Limit: limit,
	})
	all := make([]Delivery, len(rows))
	for i, r := range rows {
		all[i] = deliveryOf(r)
	}
	return all, db.Classify(err)
}

func (s store) addEndpoint(ctx context.Context, tx *db.Tx, e Endpoint, sealed []byte) error {
	return webhookdb.New(tx).AddEndpoint(ctx, webhookdb.AddEndpointParams{
		AgencyID: e.Agency, ID: e.ID, Url: e.URL, MadeBy: e.MadeBy, MadeAt: tx.Now(), SecretSealed: sealed, OldSealed: []byte{},
	})
}

func (s store) setSecret(ctx context.Context, tx *db.Tx, e Endpoint, sealed, old []byte, until db.Time) error {
	n, err := webhookdb.New(tx).SetSecret(ctx, webhookdb.SetSecretParams{
		SecretSealed: sealed, OldSealed: old, OldUntilAt: until, AgencyID: e.Agency, ID: e.ID,
	})
	return one(n, err)
}

func (s store) setState(ctx context.Context, tx *db.Tx, agency, id, state string) error {
	n, err := webhookdb.New(tx).SetState(ctx, webhookdb.SetStateParams{State: state, AgencyID: agency, ID: id})
	return one(n, err)
}

func one(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrNone
	}
	return err
}

func (s store) setFailing(ctx context.Context, tx *db.Tx, e Endpoint, since db.Time) error {
	return webhookdb.New(tx).SetFailing(ctx, webhookdb.SetFailingParams{FailingAt: since, AgencyID: e.Agency, ID: e.ID})
}

// add is false where the message is there already.
func (s store) add(ctx context.Context, tx *db.Tx, d Delivery) (bool, error) {
	n, err := webhookdb.New(tx).AddDelivery(ctx, webhookdb.AddDeliveryParams{
		AgencyID: d.Agency, ID: d.ID, EndpointID: d.Endpoint, Kind: d.Kind, Payload: d.Payload, MadeAt: tx.Now(), NextAt: tx.Now(),
	})
	return n > 0, err
}

// hold takes a delivery into the hands of one job, until the time; false where
// another has it, or was faster.
func (s store) hold(ctx context.Context, tx *db.Tx, d Delivery, until db.Time) (bool, error) {
	n, err := webhookdb.New(tx).HoldDelivery(ctx, webhookdb.HoldDeliveryParams{
		FreeAt: until, AgencyID: d.Agency, ID: d.ID, Tries: int64(d.Tries), FreeAt_2: tx.Now(),
	})
	return n > 0, err
}

// tried notes a try and what follows from it; false when another was faster.
func (s store) tried(ctx context.Context, tx *db.Tx, d Delivery, t Try, state string, next db.Time) (bool, error) {
	q := webhookdb.New(tx)
	done := db.Time(0)
	if state != Waiting {
		done = tx.Now()
	}
	n, err := q.MoveDelivery(ctx, webhookdb.MoveDeliveryParams{
		State: state, Tries: int64(t.Number), NextAt: next, DoneAt: done, AgencyID: d.Agency, ID: d.ID, Tries_2: int64(d.Tries),
	})
	if err != nil || n == 0 {
		return false, err
	}
	return true, q.AddTry(ctx, webhookdb.AddTryParams{
		AgencyID: d.Agency, DeliveryID: d.ID, Number: int64(t.Number), TriedAt: t.At, Status: int64(t.Status),
		TookMs: t.Took.Milliseconds(), Fault: t.Fault,
	})
}

// again makes a delivery wait anew; its tries go on counting.
func (s store) again(ctx context.Context, tx *db.Tx, d Delivery) error {
	n, err := webhookdb.New(tx).MoveDelivery(ctx, webhookdb.MoveDeliveryParams{
		State: Waiting, Tries: int64(d.Tries), NextAt: tx.Now(), AgencyID: d.Agency, ID: d.ID, Tries_2: int64(d.Tries),
	})
	return one(n, err)
}

func (s store) forget(ctx context.Context, tx *db.Tx, before db.Time) error {
	q := webhookdb.New(tx)
	if err := q.ForgetTries(ctx, before); err != nil {
		return err
	}
	return q.ForgetDeliveries(ctx, before)
}
