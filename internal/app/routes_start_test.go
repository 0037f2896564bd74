package app

import "okno/internal/kit/id"

// startWalk are the lines of the walk for the ways to begin an application.
var startWalk = map[string]line{
	"GET /cabinet/templates/{id}":         {path: "/cabinet/templates/{template}"},
	"POST /cabinet/templates/{id}":        {path: "/cabinet/templates/{template}", body: "name=x"},
	"POST /cabinet/templates/{id}/delete": {path: "/cabinet/templates/{template}/delete"},
	"POST /cabinet/templates/{id}/begin":  {path: "/cabinet/templates/{template}/begin"},
	"PATCH /api/v1/templates/{id}":        {path: "/api/v1/templates/{template}", body: `{"name":"x"}`},
	"DELETE /api/v1/templates/{id}":       {path: "/api/v1/templates/{template}"},
	"POST /api/v1/templates/{id}/drafts":  {path: "/api/v1/templates/{template}/drafts"},
}

// lineOf finds the line of a route.
func lineOf(route string) (line, bool) {
	l, ok := walk[route]
	if !ok {
		l, ok = startWalk[route]
	}
	return l, ok
}

// startThings adds what the owner has of these things.
func startThings(p *portal, owner string, theirs, nobodys things) {
	c := p.program(owner, bySMS)
	theirs["template"] = c.ask("POST", "/api/v1/templates", object{"name": "x", "draft": theirs["draft"]})["id"].(string)
	nobodys["template"] = id.New()
}
