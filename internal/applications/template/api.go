package template

import (
	"context"
	"net/http"
	"time"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

func (r *Room) operations(api *web.API) {
	me, tag := identity.Citizen(), "applications"
	web.Register(api, web.Operation{Pattern: "GET /api/v1/templates", ID: "list-templates", Summary: "List templates of applications", Tag: tag}, me, r.apiList)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/templates", ID: "save-template", Summary: "Keep the answers of a draft or an application under a name", Tag: tag, Status: http.StatusCreated}, me, r.apiSave)
	web.Register(api, web.Operation{Pattern: "PATCH /api/v1/templates/{id}", ID: "rename-template", Summary: "Rename a template", Tag: tag, Status: http.StatusNoContent}, me, r.apiRename)
	web.Register(api, web.Operation{Pattern: "DELETE /api/v1/templates/{id}", ID: "delete-template", Summary: "Throw a template away", Tag: tag, Status: http.StatusNoContent}, me, r.apiDelete)
	web.Register(api, web.Operation{Pattern: "POST /api/v1/templates/{id}/drafts", ID: "start-from-template", Summary: "Begin an application from a template", Tag: tag, Status: http.StatusCreated}, me, r.apiBegin)
}

// Path names a template. It is exported because the library looks into exported
// parts of an input only.
type Path struct {
	ID string `path:"id" doc:"The template"`
}

type templateOut struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Service   string    `json:"service"`
	Title     string    `json:"title" doc:"Of the service"`
	Offered   bool      `json:"offered" doc:"The service can be applied for now"`
	CreatedAt time.Time `json:"created_at"`
}

type listOut struct {
	Body struct {
		Templates []templateOut `json:"templates"`
	}
}

func (r *Room) apiList(ctx context.Context, _ *struct{}) (*listOut, error) {
	all, err := r.List(ctx)
	out := &listOut{}
	out.Body.Templates = make([]templateOut, len(all))
	for i, t := range all {
		out.Body.Templates[i] = templateOut{t.ID, t.Name, t.ServiceID, t.Title.In(forms.Lang(i18n.Lang(ctx))), t.Offered, t.CreatedAt.Time()}
	}
	return out, err
}

type saveIn struct {
	Body struct {
		Name        string `json:"name" maxLength:"200"`
		Draft       string `json:"draft,omitempty" maxLength:"40" doc:"One of your drafts"`
		Application string `json:"application,omitempty" maxLength:"40" doc:"Or the number of one of your applications"`
	}
}

type idOut struct {
	Body struct {
		ID string `json:"id"`
	}
}

func (r *Room) apiSave(ctx context.Context, in *saveIn) (*idOut, error) {
	out := &idOut{}
	var err error
	out.Body.ID, err = r.Save(ctx, in.Body.Name, Source{Draft: in.Body.Draft, Number: in.Body.Application})
	return out, err
}

type renameIn struct {
	Path
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
}

func (r *Room) apiRename(ctx context.Context, in *renameIn) (*struct{}, error) {
	return nil, r.Rename(ctx, in.ID, in.Body.Name)
}

func (r *Room) apiDelete(ctx context.Context, in *Path) (*struct{}, error) {
	return nil, r.Delete(ctx, in.ID)
}

type beginIn struct {
	Path
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"The same key gives the same draft for a week"`
}

func (r *Room) apiBegin(ctx context.Context, in *beginIn) (*idOut, error) {
	out := &idOut{}
	var err error
	out.Body.ID, err = r.Begin(ctx, in.ID, in.Key)
	return out, err
}
