package cabinet

import (
	"context"
	"net/http"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/web"
)

// NoticeOut is a notice as the API shows it.
type NoticeOut struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind" doc:"status, deadline, security, profile, support"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Link    string    `json:"link,omitempty" doc:"Path on the portal"`
	At      time.Time `json:"at"`
	Read    bool      `json:"read"`
}

// NoticesOut is the list of notices.
type NoticesOut struct {
	Body struct {
		Notices []NoticeOut `json:"notices"`
		Unread  int         `json:"unread" doc:"Of all notices, not of this list"`
	}
}

type noticesIn struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ReadIn names notices that were read.
type ReadIn struct {
	Body struct {
		IDs []string `json:"ids,omitempty" maxItems:"200" doc:"Ids of notices; none means all"`
	}
}

func (r *Room) mountAPI(rt *web.Router) {
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/notices", ID: "list-notices", Summary: "One's own notices, newest first", Tag: "cabinet",
	}, identity.Citizen(), r.apiNotices)
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/notices/read", ID: "read-notices", Summary: "Mark notices as read", Tag: "cabinet", Status: http.StatusNoContent,
	}, identity.Citizen(), r.apiRead)
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/recommendations", ID: "list-recommendations", Summary: "What became available to oneself, and what is recommended, with the reasons", Tag: "cabinet",
	}, identity.Citizen(), r.apiOffers)
	web.Register(rt.API, web.Operation{
		Pattern: "PUT /api/v1/recommendations", ID: "set-recommendations", Summary: "Switch recommendations on or off", Tag: "cabinet", Status: http.StatusNoContent,
	}, identity.Citizen(), r.apiRecommend)
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/recommendations/hide", ID: "hide-recommendation", Summary: "Show one service no more among what is offered", Tag: "cabinet", Status: http.StatusNoContent,
	}, identity.Citizen(), r.apiHide)
}

// OfferOut is a service that is offered to the person, and why.
type OfferOut struct {
	Service string  `json:"service"`
	Title   string  `json:"title"`
	Reason  string  `json:"reason" enum:"level,opened,age,rule,expires" doc:"level: the account has reached the level that it needs; opened: it is new, or offered again; age: the person has reached the age; rule: a rule of the service; expires: a document of it ends"`
	Why     string  `json:"why" doc:"The fact, in words"`
	Day     db.Date `json:"day,omitempty" doc:"Since when, or until when"`
}

// OffersOut are the offers of the home page.
type OffersOut struct {
	Body struct {
		On          bool       `json:"on" doc:"Whether recommendations are reckoned"`
		Available   []OfferOut `json:"available" doc:"What became available lately"`
		Recommended []OfferOut `json:"recommended"`
		Hidden      []string   `json:"hidden" doc:"Ids of services that are not shown"`
	}
}

type offersIn struct {
	Body struct {
		On    bool `json:"on"`
		Again bool `json:"again,omitempty" doc:"true: what was hidden is shown again"`
	}
}

type hideIn struct {
	Body struct {
		Service string `json:"service" maxLength:"100"`
	}
}

func (r *Room) apiOffers(ctx context.Context, _ *struct{}) (*OffersOut, error) {
	w, err := r.Wishes(ctx)
	if err != nil {
		return nil, err
	}
	o, err := r.Offered(ctx)
	out := &OffersOut{}
	out.Body.On, out.Body.Hidden = !w.Off, append([]string{}, w.Hidden...)
	out.Body.Available, out.Body.Recommended = offersOut(ctx, o.Fresh), offersOut(ctx, o.Recommended)
	return out, err
}

func offersOut(ctx context.Context, all []Offer) []OfferOut {
	out := make([]OfferOut, len(all))
	for i, o := range all {
		out[i] = OfferOut{Service: o.Service.ID, Title: text(ctx, o.Service.Title), Reason: o.Why, Why: o.reason(ctx), Day: o.Day}
	}
	return out
}

func (r *Room) apiRecommend(ctx context.Context, in *offersIn) (*struct{}, error) {
	return nil, r.Recommend(ctx, in.Body.On, in.Body.Again)
}

func (r *Room) apiHide(ctx context.Context, in *hideIn) (*struct{}, error) {
	return nil, r.Hide(ctx, in.Body.Service)
}

func (r *Room) apiNotices(ctx context.Context, in *noticesIn) (*NoticesOut, error) {
	owner := identity.ActorOf(ctx).ID
	all, err := r.Notices.Notices(ctx, owner, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &NoticesOut{}
	out.Body.Notices = make([]NoticeOut, len(all))
	for i, n := range all {
		out.Body.Notices[i] = NoticeOut{ID: n.ID, Kind: n.Kind, Subject: n.Subject, Text: n.Text, Link: n.Link, At: n.At.Time(), Read: n.Read}
	}
	out.Body.Unread, err = r.Notices.Unread(ctx, owner)
	return out, err
}

func (r *Room) apiRead(ctx context.Context, in *ReadIn) (*struct{}, error) {
	return nil, r.Notices.MarkRead(ctx, identity.ActorOf(ctx).ID, in.Body.IDs...)
}
