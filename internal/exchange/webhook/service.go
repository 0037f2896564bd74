package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// may are the agencies whose endpoints the actor keeps: those of an integrator,
// all for administrators and the portal itself.
func (r *Room) may(ctx context.Context) []string {
	a := identity.ActorOf(ctx)
	if a.Has(identity.Administrator) || a.IsSystem() {
		return r.Agencies.Codes()
	}
	return a.AgenciesAs(identity.Integrator)
}

func (r *Room) check(ctx context.Context, agency string) (identity.Actor, error) {
	if !slices.Contains(r.may(ctx), agency) {
		return identity.Actor{}, identity.ErrForbidden
	}
	return identity.ActorOf(ctx), nil
}

func place(id, column string) secret.Place { return secret.At("exchange_endpoints", column, id) }

func (r *Room) key(ctx context.Context, agency string) (*secret.DataKey, error) {
	return r.Sealer.Key(ctx, "webhooks:"+agency, secret.Agency)
}

// Add registers an endpoint and gives its secret, which is not shown again.
// Errors: identity.ErrForbidden, ErrURL, ErrMany.
func (r *Room) Add(ctx context.Context, agency, address string) (Endpoint, string, error) {
	actor, err := r.check(ctx, agency)
	if err != nil {
		return Endpoint{}, "", err
	}
	if err := checkURL(address, r.AllowPrivate); err != nil {
		return Endpoint{}, "", err
	}
	all, err := r.store.endpoints(ctx, agency)
	if err != nil {
		return Endpoint{}, "", err
	}
	if len(all) >= endpointsMost {
		return Endpoint{}, "", ErrMany
	}
	key, err := r.key(ctx, agency)
	if err != nil {
		return Endpoint{}, "", err
	}
	e, plain := Endpoint{Agency: agency, ID: id.New(), URL: address, State: Active, MadeBy: actor.ID}, newSecret()
	sealed := key.SealString(place(e.ID, "secret_sealed"), plain)
	err = r.write(ctx, "exchange.endpoint_added", e, func(ctx context.Context, tx *db.Tx) error {
		if err := r.store.addEndpoint(ctx, tx, e, sealed); err != nil {
			return err
		}
		return r.switched(ctx, tx, agency, true)
	})
	return e, plain, err
}

// Ensure is Add for an address that may be registered already; the demo's.
func (r *Room) Ensure(ctx context.Context, agency, address string) (string, error) {
	all, err := r.store.endpoints(ctx, agency)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(all, func(e Endpoint) bool { return e.URL == address }); i >= 0 {
		_, plain, err := r.rotate(ctx, agency, all[i].ID)
		return plain, err
	}
	_, plain, err := r.Add(ctx, agency, address)
	return plain, err
}

func (r *Room) write(ctx context.Context, act string, e Endpoint, do func(ctx context.Context, tx *db.Tx) error) error {
	actor := identity.ActorOf(ctx)
	err := r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := do(ctx, tx); err != nil {
			return err
		}
		entry := actor.Entry(act, "", "endpoint:"+e.ID)
		entry.Details = map[string]string{"agency": e.Agency}
		return r.Audit.Write(ctx, tx, entry)
	})
	r.known.drop()
	return err
}

// Rotate gives the endpoint a new secret; the one before signs too for a day.
func (r *Room) Rotate(ctx context.Context, agency, endpointID string) (Endpoint, string, error) {
	if _, err := r.check(ctx, agency); err != nil {
		return Endpoint{}, "", err
	}
	return r.rotate(ctx, agency, endpointID)
}

func (r *Room) rotate(ctx context.Context, agency, endpointID string) (Endpoint, string, error) {
	row, err := r.store.endpoint(ctx, agency, endpointID)
	if err != nil {
		return Endpoint{}, "", err
	}
	key, err := r.key(ctx, agency)
	if err != nil {
		return Endpoint{}, "", err
	}
	old, err := key.OpenString(place(endpointID, "secret_sealed"), row.SecretSealed)
	if err != nil {
		return Endpoint{}, "", err
	}
	plain := newSecret()
	sealed, oldSealed := key.SealString(place(endpointID, "secret_sealed"), plain), key.SealString(place(endpointID, "old_sealed"), old)
	e := endpointOf(row)
	err = r.write(ctx, "exchange.secret_rotated", e, func(ctx context.Context, tx *db.Tx) error {
		return r.store.setSecret(ctx, tx, e, sealed, oldSealed, tx.Now().Add(overlap))
	})
	return e, plain, err
}

// Switch turns an endpoint on or off.
func (r *Room) Switch(ctx context.Context, agency, endpointID string, on bool) error {
	if _, err := r.check(ctx, agency); err != nil {
		return err
	}
	state, act := Paused, "exchange.endpoint_paused"
	if on {
		state, act = Active, "exchange.endpoint_resumed"
	}
	all, err := r.store.endpoints(ctx, agency)
	if err != nil {
		return err
	}
	still := slices.ContainsFunc(all, func(e Endpoint) bool { return e.ID != endpointID && e.State != Paused })
	return r.write(ctx, act, Endpoint{Agency: agency, ID: endpointID}, func(ctx context.Context, tx *db.Tx) error {
		if err := r.store.setState(ctx, tx, agency, endpointID, state); err != nil {
			return err
		}
		return r.switched(ctx, tx, agency, on || still)
	})
}

// Test sends a message that says nothing. Errors: ErrOff.
func (r *Room) Test(ctx context.Context, agency, endpointID string) error {
	if _, err := r.check(ctx, agency); err != nil {
		return err
	}
	row, err := r.store.endpoint(ctx, agency, endpointID)
	if err != nil {
		return err
	}
	if row.State != Active {
		return ErrOff
	}
	payload, err := json.Marshal(message{Type: "test", Timestamp: r.Clock.Now().UTC().Format(time.RFC3339), Data: map[string]any{}})
	if err != nil {
		return err
	}
	d := Delivery{Agency: agency, ID: "msg_" + id.New(), Endpoint: endpointID, Kind: "test", Payload: string(payload)}
	return r.write(ctx, "exchange.endpoint_tested", endpointOf(row), func(ctx context.Context, tx *db.Tx) error { return r.enqueue(ctx, tx, d) })
}

// Replay sends a delivery once more, under the same id. Errors: ErrNone, ErrOff.
func (r *Room) Replay(ctx context.Context, agency, deliveryID string) error {
	if _, err := r.check(ctx, agency); err != nil {
		return err
	}
	d, err := r.store.delivery(ctx, agency, deliveryID)
	if err != nil {
		return err
	}
	row, err := r.store.endpoint(ctx, agency, d.Endpoint)
	if err != nil {
		return err
	}
	if row.State != Active {
		return ErrOff
	}
	return r.write(ctx, "exchange.delivery_replayed", endpointOf(row), func(ctx context.Context, tx *db.Tx) error {
		if err := r.store.again(ctx, tx, d); err != nil {
			return err
		}
		return r.Queue.Enqueue(ctx, tx, deliver{Agency: agency, ID: deliveryID, Tries: d.Tries})
	})
}

// message is the body of a webhook.
type message struct {
	Type      string         `json:"type"`
	Timestamp string         `json:"timestamp"`
	Data      map[string]any `json:"data"`
}

// told are the deeds of which agencies hear: what is inside the agency's own
// desk is not.
func told(e event.Event) bool {
	return slices.Contains([]string{
		"submit", "take", "return", "ask", "answer", "approve", "refuse", "cancel", "deliver", "revoke",
		"hand_back", "close", "part_yes", "part_no", "part_back", "part_late", "part_asked", "part_heard", "suspend", "resume", "forward", "tacit",
		"reopen",
	}, e.Refs["deed"])
}

// arrives are the deeds by which a case comes to an agency.
func arrives(deed string) bool { return deed == "submit" || deed == "forward" || deed == "reopen" }

// payloadOf says what happened, by ids and codes.
func (r *Room) payloadOf(e event.Event) (string, error) {
	data := map[string]any{"id": e.ID, "version": e.Version}
	for _, name := range []string{"number", "deed", "from", "to", "service", "agency"} {
		data[name] = e.Refs[name]
	}
	payload, err := json.Marshal(message{Type: "application.moved", Timestamp: r.Clock.Now().UTC().Format(time.RFC3339), Data: data})
	return string(payload), err
}

// moved makes a delivery for each endpoint of the case's agency, and of the one
// that has forwarded it.
func (r *Room) moved(ctx context.Context, e event.Event) error {
	all, err := r.store.endpoints(ctx, e.Refs["agency"])
	if err != nil {
		return err
	}
	if was := e.Refs["was"]; was != "" {
		before, err := r.store.endpoints(ctx, was)
		if err != nil {
			return err
		}
		all = append(all, before...)
	}
	payload, err := r.payloadOf(e)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		sent := false
		for _, x := range all {
			if x.State != Active {
				continue
			}
			d := Delivery{Agency: x.Agency, ID: messageID(e, x), Endpoint: x.ID, Kind: "application.moved", Payload: payload}
			if err := r.enqueue(ctx, tx, d); err != nil {
				return err
			}
			sent = sent || x.Agency == e.Refs["agency"]
		}
		if !sent || !arrives(e.Refs["deed"]) || r.Chain == nil {
			return nil
		}
		if err := r.noteSystem(ctx, tx, e.Refs["agency"]); err != nil {
			return err
		}
		return r.Chain.NoteHandover(ctx, tx, e.Refs["agency"], e.ID, cases.HandedOver)
	})
}

// messageID is the same however often an event is heard.
func messageID(e event.Event, x Endpoint) string {
	sum := sha256.Sum256([]byte(e.ID + "/" + strconv.FormatInt(e.Version, 10) + "/" + x.ID))
	return "msg_" + hex.EncodeToString(sum[:16])
}

func (r *Room) enqueue(ctx context.Context, tx *db.Tx, d Delivery) error {
	fresh, err := r.store.add(ctx, tx, d)
	if err != nil || !fresh {
		return err
	}
	return r.Queue.Enqueue(ctx, tx, deliver{Agency: d.Agency, ID: d.ID})
}
