package webhook

import (
	"context"
	"encoding/json"
	"slices"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
)

const (
	// resendMost is how many cases are handed over anew in one go.
	resendMost = 500
	// hastenMost is how many waiting deliveries one job hastens.
	hastenMost = 200
)

// hasten is the job that sends at once what waits for its next try, once an
// endpoint that failed answers again.
type hasten struct {
	Agency   string `json:"agency"`
	Endpoint string `json:"endpoint"`
	After    string `json:"after,omitempty"` // id of the last delivery that was hastened
}

// Kind is the name of the job.
func (hasten) Kind() string { return "exchange.webhook_hasten" }

func (r *Room) hasten(ctx context.Context, j hasten) error {
	all, err := r.store.waiting(ctx, j.Agency, j.Endpoint, j.After, hastenMost)
	if err != nil || len(all) == 0 {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, d := range all {
			if err := r.Queue.Enqueue(ctx, tx, deliver{Agency: d.Agency, ID: d.ID, Tries: d.Tries}); err != nil {
				return err
			}
		}
		if len(all) < hastenMost {
			return nil
		}
		return r.Queue.Enqueue(ctx, tx, hasten{Agency: j.Agency, Endpoint: j.Endpoint, After: all[len(all)-1].ID})
	})
}

// switched notes whether the agency has a system of its own.
func (r *Room) switched(ctx context.Context, tx *db.Tx, agency string, on bool) error {
	r.systems.Delete(agency)
	if r.Chain == nil {
		return nil
	}
	return r.Chain.NoteSystem(ctx, tx, agency, on)
}

// noteSystem notes it for an agency whose endpoint is older than the chain.
func (r *Room) noteSystem(ctx context.Context, tx *db.Tx, agency string) error {
	if _, noted := r.systems.Load(agency); noted {
		return nil
	}
	tx.AfterCommit(func() { r.systems.Store(agency, true) })
	return r.Chain.NoteSystem(ctx, tx, agency, true)
}

// subject is the case that a delivery tells of, and what happened to it.
func subject(d Delivery) event.Event {
	var m struct {
		Data struct {
			ID      string `json:"id"`
			Version int64  `json:"version"`
			Deed    string `json:"deed"`
			Agency  string `json:"agency"`
		} `json:"data"`
	}
	if d.Kind != "application.moved" || json.Unmarshal([]byte(d.Payload), &m) != nil {
		return event.Event{}
	}
	return event.Event{ID: m.Data.ID, Version: m.Data.Version, Refs: map[string]string{"deed": m.Data.Deed, "agency": m.Data.Agency}}
}

// report tells the case how its delivery ended. What an endpoint that was switched
// off does not get, goes to those that are on; without any the agency works at
// its desk.
func (r *Room) report(ctx context.Context, tx *db.Tx, e Endpoint, d Delivery, state string) error {
	about := subject(d)
	if r.Chain == nil || about.ID == "" || !arrives(about.Refs["deed"]) || about.Refs["agency"] != d.Agency {
		return nil
	}
	if state == Delivered {
		return r.Chain.NoteHandover(ctx, tx, d.Agency, about.ID, cases.Receipted)
	}
	if e.State == Active {
		return r.Chain.NoteHandover(ctx, tx, d.Agency, about.ID, cases.GaveUp)
	}
	others, err := r.store.endpointsIn(ctx, tx, d.Agency)
	if err != nil {
		return err
	}
	on, broken := false, e.State == Failed
	for _, x := range others {
		broken = broken || x.State == Failed
		if x.State != Active {
			continue
		}
		on = true
		if err := r.enqueue(ctx, tx, Delivery{Agency: x.Agency, ID: messageID(about, x), Endpoint: x.ID, Kind: d.Kind, Payload: d.Payload}); err != nil {
			return err
		}
	}
	switch {
	case on:
		return nil
	case broken:
		return r.Chain.NoteHandover(ctx, tx, d.Agency, about.ID, cases.GaveUp)
	}
	return r.Chain.NoteHandover(ctx, tx, d.Agency, about.ID, cases.Withdrawn)
}

// Resend hands over at once what the agency's system should have and does not:
// deliveries that wait for their next try, that were given up, and that were
// never made. It gives their number. For whoever keeps the agency's endpoints,
// and its head. Errors: identity.ErrForbidden, ErrOff.
func (r *Room) Resend(ctx context.Context, agency string) (int, error) {
	if !slices.Contains(identity.ActorOf(ctx).AgenciesAs(identity.Head), agency) {
		if _, err := r.check(ctx, agency); err != nil {
			return 0, err
		}
	}
	all, err := r.store.endpoints(ctx, agency)
	if err != nil {
		return 0, err
	}
	all = slices.DeleteFunc(all, func(e Endpoint) bool { return e.State != Active })
	if len(all) == 0 {
		return 0, ErrOff
	}
	waiting, err := r.Chain.Waiting(ctx, agency, resendMost)
	if err != nil {
		return 0, err
	}
	for _, about := range waiting {
		payload, err := r.payloadOf(about)
		if err != nil {
			return 0, err
		}
		err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.again(ctx, tx, about, payload, all) })
		if err != nil {
			return 0, err
		}
	}
	return len(waiting), r.write(ctx, "exchange.resent", Endpoint{Agency: agency}, func(context.Context, *db.Tx) error { return nil })
}

// again hands one case over to every endpoint that has not got it.
func (r *Room) again(ctx context.Context, tx *db.Tx, about event.Event, payload string, all []Endpoint) error {
	for _, x := range all {
		d, err := r.store.deliveryIn(ctx, tx, x.Agency, messageID(about, x))
		switch {
		case err == nil && d.State == Delivered:
			continue
		case err == nil:
			if err := r.store.again(ctx, tx, d); err != nil {
				return err
			}
			err = r.Queue.Enqueue(ctx, tx, deliver{Agency: d.Agency, ID: d.ID, Tries: d.Tries})
		case db.IsNone(err):
			d = Delivery{Agency: x.Agency, ID: messageID(about, x), Endpoint: x.ID, Kind: "application.moved", Payload: payload}
			if err = r.enqueue(ctx, tx, d); err == nil {
				err = r.Chain.NoteHandover(ctx, tx, x.Agency, about.ID, cases.HandedOver)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
