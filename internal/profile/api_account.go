package profile

import (
	"context"
	"encoding/json"

	"okno/internal/identity"
	"okno/internal/kit/web"
)

// ConsentOut is a consent as the API shows it.
type ConsentOut struct {
	Kind        string `json:"kind" enum:"terms,personal_data"`
	Version     string `json:"text_version"`
	Title       string `json:"title"`
	GivenAt     string `json:"given_at" format:"date-time"`
	WithdrawnAt string `json:"withdrawn_at,omitempty" doc:"Absent while it is in force"`
	IP          string `json:"ip,omitempty"`
}

// ConsentsOut are the consents of an account, the newest first.
type ConsentsOut struct {
	Body struct {
		Consents []ConsentOut `json:"consents"`
	}
}

// ConsentIn names a consent.
type ConsentIn struct {
	Kind string `path:"kind" enum:"terms,personal_data"`
}

// ExportOut is everything that is kept of an account, by room.
type ExportOut struct {
	Body json.RawMessage
}

// mountAccountAPI adds what a citizen does with all data at once.
func (p *Profile) mountAccountAPI(rt *web.Router) {
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/profile/checks", ID: "recheck-profile", Tag: tag, Summary: "Ask the registries that do not agree once more",
	}, identity.Citizen(), p.apiRecheck)
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/profile/consents", ID: "list-consents", Tag: tag, Summary: "Consents: to what, when, from where",
	}, identity.Citizen(), p.apiConsents)
	web.Register(rt.API, web.Operation{
		Pattern: "PUT /api/v1/profile/consents/{kind}", ID: "give-consent", Tag: tag, Summary: "Give a consent anew, to the current text",
	}, identity.Citizen(), func(ctx context.Context, in *ConsentIn) (*ConsentsOut, error) {
		if err := p.GiveConsent(ctx, me(ctx), ConsentKind(in.Kind)); err != nil {
			return nil, err
		}
		return p.apiConsents(ctx, nil)
	})
	web.Register(rt.API, web.Operation{
		Pattern: "DELETE /api/v1/profile/consents/{kind}", ID: "withdraw-consent", Tag: tag, Summary: "Withdraw a consent",
	}, identity.Citizen(), func(ctx context.Context, in *ConsentIn) (*ConsentsOut, error) {
		if err := p.WithdrawConsent(ctx, me(ctx), ConsentKind(in.Kind)); err != nil {
			return nil, err
		}
		return p.apiConsents(ctx, nil)
	})
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/profile/export", ID: "export-profile", Tag: tag, Summary: "Everything that is kept of the account, by room",
	}, identity.Citizen(), p.apiExport)
}

func (p *Profile) apiRecheck(ctx context.Context, _ *struct{}) (*ProfileOut, error) {
	if err := p.Recheck(ctx, me(ctx)); err != nil {
		return nil, err
	}
	return p.apiProfile(ctx, nil)
}

func (p *Profile) apiConsents(ctx context.Context, _ *struct{}) (*ConsentsOut, error) {
	all, err := p.Consents(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	out := &ConsentsOut{}
	out.Body.Consents = make([]ConsentOut, len(all))
	for i, c := range all {
		out.Body.Consents[i] = ConsentOut{
			Kind: string(c.Kind), Version: c.Version, Title: c.Title, GivenAt: rfc(c.GivenAt), WithdrawnAt: rfc(c.WithdrawnAt), IP: c.IP,
		}
	}
	return out, nil
}

func (p *Profile) apiExport(ctx context.Context, _ *struct{}) (*ExportOut, error) {
	raw, err := p.ExportAll(ctx, me(ctx))
	if err != nil {
		return nil, err
	}
	return &ExportOut{Body: raw}, nil
}
