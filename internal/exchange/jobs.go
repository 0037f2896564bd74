package exchange

import (
	"context"
	"errors"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/event"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/profile"
)

// ask is one question to one registry. Its answer is recorded once.
type ask struct {
	Owner    string           `json:"owner"`
	Check    string           `json:"check"`
	Registry profile.Registry `json:"registry"`
}

// Kind is the name of the job.
func (ask) Kind() string { return "exchange.ask_registry" }

// asked makes a job for each registry that a check waits for, so that one which
// is down does not hold up the others.
func (x *Exchange) asked(ctx context.Context, e event.Event) error {
	ctx = identity.AsSystem(ctx)
	q, err := x.Profile.Question(ctx, e.Owner, e.ID)
	if err != nil {
		return gone(err)
	}
	jobs := make([]job.Args, len(q.Registries))
	for i, r := range q.Registries {
		jobs[i] = ask{Owner: e.Owner, Check: e.ID, Registry: r}
	}
	if len(jobs) == 0 {
		return nil
	}
	return x.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return x.Queue.Enqueue(ctx, tx, jobs...) })
}

// ask sends the question; an error makes the queue try again, later and later.
func (x *Exchange) ask(ctx context.Context, j ask) error {
	ctx = identity.AsSystem(ctx)
	q, err := x.Profile.Question(ctx, j.Owner, j.Check)
	if err != nil {
		return gone(err)
	}
	if !q.Asks(j.Registry) {
		return nil // answered, or asked anew about other data
	}
	result, differs, err := x.registry.Check(ctx, j.Registry, j.Check+":"+string(j.Registry), q.Person)
	if err != nil {
		return err
	}
	return x.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return x.Profile.Record(ctx, tx, q.Answer(j.Registry, result, differs))
	})
}

// gone makes nothing of an error that says that the citizen was deleted.
func gone(err error) error {
	if errors.Is(err, secret.ErrErased) || errs.IsKind(err, errs.NotFound) {
		return nil
	}
	return err
}
