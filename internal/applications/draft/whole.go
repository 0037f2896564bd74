package draft

import (
	"context"

	"okno/internal/applications/cases"
	"okno/internal/forms"
)

// Basis is what whole applications of the actor are checked with, without a
// draft: the service as it is offered now, and what is known. Errors: ErrService,
// and why the actor may not send.
func (r *Room) Basis(ctx context.Context, serviceID string) (*forms.Service, forms.Facts, error) {
	me, err := owner(ctx)
	if err != nil {
		return nil, forms.Facts{}, err
	}
	s, err := r.service(serviceID)
	if err != nil {
		return nil, forms.Facts{}, err
	}
	f, err := r.facts(ctx, me, s)
	if err != nil {
		return nil, f, err
	}
	if err := maySend(s, f); err != nil {
		return s, f, err
	}
	return s, f, nil
}

// Compose prepares a whole application of the actor for cases.Create, under an id
// that the caller keeps: the same id gives no second application. The result must
// be ready. Errors: as of Send.
func (r *Room) Compose(ctx context.Context, caseID string, f forms.Facts, result *forms.Result, source string) (*cases.Prepared, error) {
	me, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	if err := sendable(ctx, result.Service, f, result); err != nil {
		return nil, err
	}
	d := Draft{ID: caseID, Owner: me, ServiceID: result.Service.ID, Version: result.Service.Version}
	return r.Cases.Prepare(ctx, submission(d, result, f, source))
}
