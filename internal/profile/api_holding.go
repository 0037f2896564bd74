package profile

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/web"
)

// HoldingOut is somebody or something that belongs with the account.
type HoldingOut struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind" enum:"spouse,child,vehicle,property"`
	Version int64             `json:"version" doc:"Send it back with a change"`
	Values  map[string]string `json:"values" doc:"By the names of the fields: last_name, birth_date, vin, cadastral …"`
	State   string            `json:"state,omitempty" enum:"waiting,confirmed,refused,unknown" doc:"What the registry says; absent while it was not asked"`
	Differs []string          `json:"differs,omitempty" doc:"Fields that the registry has otherwise"`
}

// HoldingsOut are all of an account.
type HoldingsOut struct {
	Body struct {
		Holdings []HoldingOut `json:"holdings"`
	}
}

// HoldingAddIn puts one down.
type HoldingAddIn struct {
	Body struct {
		Kind   string            `json:"kind" enum:"spouse,child,vehicle,property"`
		Values map[string]string `json:"values"`
	}
}

// HoldingChangeIn corrects one.
type HoldingChangeIn struct {
	ID   string `path:"id" maxLength:"100"`
	Body struct {
		Version int64             `json:"version"`
		Values  map[string]string `json:"values"`
	}
}

// HoldingIn names one.
type HoldingIn struct {
	ID string `path:"id" maxLength:"100"`
}

// HoldingFindIn names a registry.
type HoldingFindIn struct {
	Registry string `path:"registry" enum:"family,vehicles,property"`
}

func (p *Profile) mountHoldingsAPI(rt *web.Router) {
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/profile/holdings", ID: "list-holdings", Tag: tag, Summary: "Spouse, children, vehicles, property",
	}, identity.Citizen(), p.apiHoldings)
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/profile/holdings", ID: "add-holding", Tag: tag, Status: 201, Summary: "Put down a spouse, child, vehicle or property; the registry is asked",
	}, identity.Citizen(), func(ctx context.Context, in *HoldingAddIn) (*HoldingsOut, error) {
		if _, err := p.AddHolding(ctx, me(ctx), HoldingKind(in.Body.Kind), short(in.Body.Values)); err != nil {
			return nil, err
		}
		return p.apiHoldings(ctx, nil)
	})
	web.Register(rt.API, web.Operation{
		Pattern: "PUT /api/v1/profile/holdings/{id}", ID: "change-holding", Tag: tag, Summary: "Correct one; it needs a fresh factor",
	}, identity.Citizen(), func(ctx context.Context, in *HoldingChangeIn) (*HoldingsOut, error) {
		if err := p.ChangeHolding(ctx, me(ctx), in.ID, in.Body.Version, short(in.Body.Values)); err != nil {
			return nil, err
		}
		return p.apiHoldings(ctx, nil)
	})
	web.Register(rt.API, web.Operation{
		Pattern: "DELETE /api/v1/profile/holdings/{id}", ID: "remove-holding", Tag: tag, Summary: "Remove one; it needs a fresh factor",
	}, identity.Citizen(), func(ctx context.Context, in *HoldingIn) (*HoldingsOut, error) {
		if err := p.RemoveHolding(ctx, me(ctx), in.ID); err != nil {
			return nil, err
		}
		return p.apiHoldings(ctx, nil)
	})
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/profile/holdings/find/{registry}", ID: "find-holdings", Tag: tag, Summary: "Ask a registry for all that it knows of the account",
	}, identity.Citizen(), p.apiFind)
}

// short passes over values of a length that nothing has.
func short(in map[string]string) Values {
	out := Values{}
	for f, v := range in {
		if len(v) <= 1000 {
			out[f] = v
		}
	}
	return out
}

func (p *Profile) apiFind(ctx context.Context, in *HoldingFindIn) (*HoldingsOut, error) {
	for _, r := range HoldingRegistries() {
		if string(r) == in.Registry {
			if err := p.FindHoldings(ctx, me(ctx), r); err != nil {
				return nil, err
			}
			return p.apiHoldings(ctx, nil)
		}
	}
	return nil, errs.NewInvalid("profile.error.fields")
}

func (p *Profile) apiHoldings(ctx context.Context, _ *struct{}) (*HoldingsOut, error) {
	all, err := p.Holdings(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := &HoldingsOut{}
	out.Body.Holdings = make([]HoldingOut, len(all.List))
	for i, h := range all.List {
		out.Body.Holdings[i] = HoldingOut{ID: h.ID, Kind: string(h.Kind), Version: h.Version, Values: h.Values, State: string(h.State), Differs: h.Differs}
	}
	return out, nil
}
