package cases

import (
	"context"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

// mountDelivery adds what is done with a result on paper.
func (c *Cases) mountDelivery(rt *web.Router, op func(pattern, opID, summary string) web.Operation) {
	const mine, desk = "/api/v1/applications", "/api/v1/desk/applications"
	staff := identity.Staff(identity.Officer, identity.Head, identity.Integrator)
	web.Register(rt.API, op("POST "+mine+"/{number}/received", "receive-result", "Say that the post has brought the result"), identity.Citizen(), c.apiReceived)
	web.Register(rt.API, op("POST "+desk+"/{number}/ready", "ready-result", "Say that the paper waits at the office that was chosen"), staff, c.apiReady)
	web.Register(rt.API, op("POST "+desk+"/{number}/hand", "hand-result", "Say that the paper was handed over, the identity document seen"), staff, c.apiHand)
	web.Register(rt.API, op("POST "+desk+"/{number}/ship", "ship-result", "Say that the paper was sent by post, with the number of the parcel"), staff, c.apiShip)
	web.Register(rt.API, op("POST "+desk+"/{number}/arrive", "arrive-result", "Say that what was sent by post has come"), staff, c.apiArrive)
}

// caseDelivery is how a result is handed over.
type caseDelivery struct {
	Way       string     `json:"way" enum:"cabinet,email,office,post"`
	Office    string     `json:"office,omitempty" doc:"Code of the office that was chosen"`
	Address   string     `json:"address,omitempty" doc:"Where the post brings it"`
	ReadyAt   *time.Time `json:"ready_at,omitempty"`
	KeepUntil db.Date    `json:"keep_until,omitempty" doc:"Last day on which the paper waits at the office"`
	ShippedAt *time.Time `json:"shipped_at,omitempty"`
	Track     string     `json:"track,omitempty" doc:"Number of the parcel"`
	DoneAt    *time.Time `json:"done_at,omitempty"`
}

// outDelivery is nil where there was nothing to choose.
func outDelivery(card *Card) *caseDelivery {
	if len(card.Service.Delivery.Ways) == 0 {
		return nil
	}
	d := card.Delivery
	at := func(t db.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		x := t.Time()
		return &x
	}
	return &caseDelivery{
		Way: d.Way, Office: d.Office, Address: d.Address, ReadyAt: at(d.ReadyAt), KeepUntil: d.KeepUntil, ShippedAt: at(d.ShippedAt),
		Track: d.Track, DoneAt: at(d.DoneAt),
	}
}

func (c *Cases) apiReceived(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Received(ctx, in.deal(in.Body.Version)))
}

func (c *Cases) apiReady(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Ready(ctx, in.deal(in.Body.Version)))
}

func (c *Cases) apiArrive(ctx context.Context, in *versionIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Arrived(ctx, in.deal(in.Body.Version)))
}

type handIn struct {
	DealIn
	Body struct {
		VersionBody
		Seen bool `json:"seen" doc:"The identity document was seen"`
	}
}

func (c *Cases) apiHand(ctx context.Context, in *handIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Hand(ctx, in.deal(in.Body.Version), in.Body.Seen))
}

type shipIn struct {
	DealIn
	Body struct {
		VersionBody
		Track string `json:"track" maxLength:"100" doc:"Number of the parcel"`
	}
}

func (c *Cases) apiShip(ctx context.Context, in *shipIn) (*caseStateOut, error) {
	ctx = watching(ctx)
	return c.done(ctx, in.Number, c.Ship(ctx, in.deal(in.Body.Version), in.Body.Track))
}
