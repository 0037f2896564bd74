package agency

import (
	"context"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// AgencyOut is an agency as the API shows it.
type AgencyOut struct {
	Code    string      `json:"code"`
	Title   string      `json:"title"`
	Full    string      `json:"full_title"`
	Zone    string      `json:"zone" doc:"IANA time zone in which deadlines count"`
	Offices []OfficeOut `json:"offices"`
}

// OfficeOut is an office as the API shows it.
type OfficeOut struct {
	Code    string `json:"code"`
	Title   string `json:"title"`
	Address string `json:"address"`
	Region  string `json:"region" doc:"Two digits"`
	Zone    string `json:"zone"`
	Sample  bool   `json:"sample,omitempty" doc:"Made up for trial"`
}

// ListOut is the list of agencies.
type ListOut struct {
	Body struct {
		Agencies []AgencyOut `json:"agencies"`
	}
}

func mountAPI(r *Room, rt *web.Router) {
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/agencies", ID: "list-agencies", Summary: "Agencies with their offices", Tag: "agency",
	}, web.Public, func(ctx context.Context, _ *struct{}) (*ListOut, error) { return r.list(i18n.Lang(ctx)), nil })
}

func (r *Room) list(lang string) *ListOut {
	out := &ListOut{}
	out.Body.Agencies = make([]AgencyOut, len(r.agencies))
	for i, a := range r.agencies {
		offices := make([]OfficeOut, len(a.Offices))
		for n, o := range a.Offices {
			offices[n] = OfficeOut{o.Code, o.Title.In(lang), o.Address.In(lang), o.Region, o.Zone, o.Sample}
		}
		out.Body.Agencies[i] = AgencyOut{a.Code, a.Title.In(lang), a.Full.In(lang), a.Zone, offices}
	}
	return out
}
