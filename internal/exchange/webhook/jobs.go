package webhook

import (
	"context"
	"errors"
	"time"

	"okno/internal/exchange/webhook/webhookdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/notify"
)

// deliver is the job of one try. Tries is how many there were before, so that a
// job which is run twice tries once.
type deliver struct {
	Agency string `json:"agency"`
	ID     string `json:"id"`
	Tries  int    `json:"tries"`
}

// Kind is the name of the job.
func (deliver) Kind() string { return "exchange.webhook" }

// holdMore is for how much longer than a try takes a delivery is held for it.
const holdMore = 30 * time.Second

// forget is the job that clears the log.
type forget struct{}

// Kind is the name of the job.
func (forget) Kind() string { return "exchange.webhook_forget" }

func (r *Room) forget(ctx context.Context, _ forget) error {
	before := db.At(r.Clock.Now().Add(-keepLog))
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.store.forget(ctx, tx, before) })
}

// deliver tries once, notes how it went, and asks for the next try.
func (r *Room) deliver(ctx context.Context, j deliver) error {
	d, err := r.store.delivery(ctx, j.Agency, j.ID)
	if errors.Is(err, ErrNone) || err == nil && (d.State != Waiting || d.Tries != j.Tries) {
		return nil
	}
	if err != nil {
		return err
	}
	row, err := r.store.endpoint(ctx, j.Agency, d.Endpoint)
	if err != nil {
		return err
	}
	e, t := endpointOf(row), Try{Number: d.Tries + 1, Fault: "the endpoint is off"}
	if e.State == Active {
		if mine, err := r.hold(ctx, j, d); err != nil || !mine {
			return err
		}
		secrets, err := r.secrets(ctx, row)
		if err != nil {
			return err
		}
		start := r.Clock.Now()
		status, fault := post(ctx, r.client, e.URL, d.ID, d.Payload, start, secrets...)
		t.Status, t.Took, t.Fault = status, r.Clock.Now().Sub(start), ""
		if fault != nil {
			t.Fault = fault.Error()
		}
	}
	t.At = db.At(r.Clock.Now())
	return r.note(ctx, e, d, t)
}

// hold takes the delivery for one try. Two jobs may come for the same try: the one
// that was put off, and the one that hastens it once the endpoint answers again.
// The second comes back when the first must have ended, in case it died.
func (r *Room) hold(ctx context.Context, j deliver, d Delivery) (mine bool, err error) {
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		until := tx.Now().Add(patience + holdMore)
		mine, err = r.store.hold(ctx, tx, d, until)
		if err != nil || mine {
			return err
		}
		return r.Queue.EnqueueAt(ctx, tx, until.Time(), j)
	})
	return mine, err
}

// secrets are those that sign now: within a day of a rotation both.
func (r *Room) secrets(ctx context.Context, row webhookdb.ExchangeEndpoint) ([]string, error) {
	key, err := r.key(ctx, row.AgencyID)
	if err != nil {
		return nil, err
	}
	fresh, err := key.OpenString(place(row.ID, "secret_sealed"), row.SecretSealed)
	if err != nil || row.OldUntilAt < db.At(r.Clock.Now()) {
		return []string{fresh}, err
	}
	old, err := key.OpenString(place(row.ID, "old_sealed"), row.OldSealed)
	return []string{fresh, old}, err
}

// note writes the try; the next one comes after a longer pause. 410 Gone means
// that the agency wants no more.
func (r *Room) note(ctx context.Context, e Endpoint, d Delivery, t Try) error {
	state, next := Delivered, db.Time(0)
	waits := pauses()
	switch {
	case t.Fault == "":
	case e.State == Active && t.Status != 410 && (t.Number-1)%(len(waits)+1) < len(waits):
		state, next = Waiting, t.At.Add(waits[(t.Number-1)%(len(waits)+1)])
	default:
		state = Failed
	}
	off := t.Status == 410 || t.Fault != "" && e.FailingAt > 0 && t.At.Time().Sub(e.FailingAt.Time()) > giveUp
	batch, err := r.notice(ctx, e, off && e.State == Active)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		mine, err := r.store.tried(ctx, tx, d, t, state, next)
		if err != nil || !mine {
			return err
		}
		if err := r.health(ctx, tx, e, t, off, batch); err != nil {
			return err
		}
		if state != Waiting {
			return r.report(ctx, tx, e, d, state)
		}
		return r.Queue.EnqueueAt(ctx, tx, next.Time(), deliver{Agency: d.Agency, ID: d.ID, Tries: t.Number})
	})
}

// health keeps since when an endpoint fails, and switches it off after long.
func (r *Room) health(ctx context.Context, tx *db.Tx, e Endpoint, t Try, off bool, batch *notify.Batch) error {
	switch {
	case e.State != Active:
		return nil
	case off:
		if err := r.store.setState(ctx, tx, e.Agency, e.ID, Failed); err != nil {
			return err
		}
		system := identity.ActorOf(identity.AsSystem(ctx))
		if err := r.Audit.Write(ctx, tx, system.Entry("exchange.endpoint_failed", "", "endpoint:"+e.ID)); err != nil {
			return err
		}
		return r.Notify.Send(ctx, tx, batch)
	case t.Fault == "" && e.FailingAt > 0:
		if err := r.store.setFailing(ctx, tx, e, 0); err != nil {
			return err
		}
		return r.Queue.Enqueue(ctx, tx, hasten{Agency: e.Agency, Endpoint: e.ID})
	case t.Fault != "" && e.FailingAt == 0:
		return r.store.setFailing(ctx, tx, e, t.At)
	}
	return nil
}

// notice is the mail to who made the endpoint, that it was switched off.
func (r *Room) notice(ctx context.Context, e Endpoint, wanted bool) (*notify.Batch, error) {
	var letters []notify.Letter
	if wanted && e.MadeBy != identity.SystemID {
		account, err := r.Accounts.Account(ctx, e.MadeBy)
		if err == nil && account.Email != "" {
			lang := account.Lang
			if !i18n.Known(lang) {
				lang = i18n.RU
			}
			letters = append(letters, notify.Letter{
				Channel: notify.Email, To: account.Email, Owner: e.MadeBy, Kind: "status", Link: "/desk/webhooks?agency=" + e.Agency,
				Subject: r.Texts.T(lang, "exchange.mail.subject"), Text: r.Texts.T(lang, "exchange.mail.text", "URL", e.URL),
			})
		}
	}
	return r.Notify.Seal(ctx, letters...)
}

// forgetEvery is how often the log is cleared.
const forgetEvery = 24 * time.Hour
