package mandate

import (
	"context"
	"net/http"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/web"
)

func (r *Room) operations(api *web.API) {
	me, tag := identity.Citizen(), "applications"
	web.Register(api, web.Operation{Pattern: "GET /api/v1/mandates", ID: "list-mandates", Summary: "Mandates given and received", Tag: tag}, me, r.apiList)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/mandates", ID: "give-mandate", Summary: "Let another person help with chosen services; needs a fresh factor", Tag: tag, Status: http.StatusCreated}, me, r.apiGive)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/mandates/{id}/accept", ID: "accept-mandate", Summary: "Agree to help; needs a fresh factor", Tag: tag, Status: http.StatusNoContent}, me, r.apiAccept)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/mandates/{id}/decline", ID: "decline-mandate", Summary: "Decline to help", Tag: tag, Status: http.StatusNoContent}, me, r.apiDecline)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/mandates/{id}/end", ID: "end-mandate", Summary: "Withdraw a mandate, or give it back; at once", Tag: tag, Status: http.StatusNoContent}, me, r.apiEnd)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/mandates/{id}/enter", ID: "enter-mandate", Summary: "Act for the owner in this session", Tag: tag, Status: http.StatusNoContent}, me, r.apiEnter)
	web.Register(api, web.Operation{Pattern: "DELETE /api/v1/acting", ID: "leave-mandate", Summary: "Act for nobody but yourself again", Tag: tag, Status: http.StatusNoContent}, me, r.apiLeave)
}

// Path names a mandate. It is exported because the library looks into exported
// parts of an input only.
type Path struct {
	ID string `path:"id" doc:"The mandate"`
}

type mandateOut struct {
	ID       string    `json:"id"`
	Side     string    `json:"side" enum:"given,received"`
	Kind     string    `json:"kind" enum:"person,visit"`
	State    string    `json:"state" enum:"offered,active,declined,withdrawn,ended,expired"`
	Services []string  `json:"services,omitempty" doc:"None: all"`
	Alone    bool      `json:"alone" doc:"Sending needs no code of the owner's"`
	Contact  string    `json:"contact,omitempty" doc:"As the owner has named the helper"`
	Who      string    `json:"who,omitempty" doc:"Initials of the owner"`
	Expires  time.Time `json:"expires_at"`
}

type listOut struct {
	Body struct {
		Mandates []mandateOut `json:"mandates"`
	}
}

func outOf(m Mandate, side string) mandateOut {
	return mandateOut{m.ID, side, m.Kind, string(m.State), m.Services, m.Alone, m.Contact, m.Who, m.ExpiresAt.Time()}
}

func (r *Room) apiList(ctx context.Context, _ *struct{}) (*listOut, error) {
	given, received, err := r.List(ctx)
	out := &listOut{}
	out.Body.Mandates = []mandateOut{}
	for _, m := range given {
		out.Body.Mandates = append(out.Body.Mandates, outOf(m, "given"))
	}
	for _, m := range received {
		out.Body.Mandates = append(out.Body.Mandates, outOf(m, "received"))
	}
	return out, err
}

type giveIn struct {
	Body struct {
		Contact  string   `json:"contact" maxLength:"200" doc:"Exact phone, e-mail address or account number of the helper"`
		Services []string `json:"services" minItems:"1" maxItems:"200"`
		Days     int      `json:"days" minimum:"1" maximum:"90"`
		Alone    bool     `json:"alone,omitempty" doc:"The helper may send without a code of yours"`
	}
}

type idOut struct {
	Body struct {
		ID string `json:"id"`
	}
}

func (r *Room) apiGive(ctx context.Context, in *giveIn) (*idOut, error) {
	out := &idOut{}
	var err error
	out.Body.ID, err = r.Give(ctx, Offer{Contact: in.Body.Contact, Services: in.Body.Services, Days: in.Body.Days, Alone: in.Body.Alone})
	return out, err
}

func (r *Room) apiAccept(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.Answer(ctx, in.ID, true)
}

func (r *Room) apiDecline(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.Answer(ctx, in.ID, false)
}

func (r *Room) apiEnd(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.End(ctx, in.ID)
}

func (r *Room) apiEnter(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.Enter(ctx, in.ID)
}

func (r *Room) apiLeave(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, r.Leave(ctx)
}
