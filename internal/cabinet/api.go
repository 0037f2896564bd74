package cabinet

import (
	"context"
	"net/http"
	"time"

	"okno/internal/identity"
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
