package exchange

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/event"
	"okno/internal/profile"
)

// askHoldings is one question about what belongs with a citizen.
type askHoldings struct {
	Owner    string           `json:"owner"`
	Check    string           `json:"check"`
	Registry profile.Registry `json:"registry"`
}

// Kind is the name of the job.
func (askHoldings) Kind() string { return "exchange.ask_holdings" }

func (x *Exchange) holdingsAsked(ctx context.Context, e event.Event) error {
	return x.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return x.Queue.Enqueue(ctx, tx, askHoldings{Owner: e.Owner, Check: e.ID, Registry: profile.Registry(e.Refs["registry"])})
	})
}

// askHoldings sends the question; an error makes the queue try again, later and
// later.
func (x *Exchange) askHoldings(ctx context.Context, j askHoldings) error {
	ctx = identity.AsSystem(ctx)
	q, err := x.Profile.HoldingsQuestion(ctx, j.Owner, j.Check, j.Registry)
	if err != nil || !q.Open {
		return gone(err)
	}
	result, list, err := x.registry.Holdings(ctx, j.Registry, j.Check, q.Person)
	if err != nil {
		return err
	}
	return gone(x.Profile.RecordHoldings(ctx, profile.HoldingsAnswer{
		Owner: j.Owner, Check: j.Check, Registry: j.Registry, Result: result, List: list,
	}))
}
