package app

import "okno/internal/kit/id"

// startWalk are the lines of the walk for the ways to begin an application.
var startWalk = map[string]line{
	"POST /cabinet/drafts/{id}/owner-code": {path: "/cabinet/drafts/{draft}/owner-code", open: true},
	"GET /cabinet/mandates/{id}":           {path: "/cabinet/mandates/{mandate}"},
	"POST /cabinet/mandates/{id}/accept":   {path: "/cabinet/mandates/{mandate}/accept"},
	"POST /cabinet/mandates/{id}/decline":  {path: "/cabinet/mandates/{mandate}/decline"},
	"POST /cabinet/mandates/{id}/end":      {path: "/cabinet/mandates/{mandate}/end"},
	"POST /cabinet/mandates/{id}/enter":    {path: "/cabinet/mandates/{mandate}/enter"},
	"POST /api/v1/mandates/{id}/accept":    {path: "/api/v1/mandates/{mandate}/accept"},
	"POST /api/v1/mandates/{id}/decline":   {path: "/api/v1/mandates/{mandate}/decline"},
	"POST /api/v1/mandates/{id}/end":       {path: "/api/v1/mandates/{mandate}/end"},
	"POST /api/v1/mandates/{id}/enter":     {path: "/api/v1/mandates/{mandate}/enter"},
	"GET /desk/mfc/visits/{id}":            {path: "/desk/mfc/visits/nothing", open: true},
	"POST /desk/mfc/visits/{id}/end":       {path: "/desk/mfc/visits/nothing/end", open: true},
	"GET /cabinet/batches/{id}":            {path: "/cabinet/batches/{batch}"},
	"GET /cabinet/batches/{id}/state":      {path: "/cabinet/batches/{batch}/state"},
	"GET /cabinet/batches/{id}/report":     {path: "/cabinet/batches/{batch}/report"},
	"POST /cabinet/batches/{id}/send":      {path: "/cabinet/batches/{batch}/send"},
	"POST /cabinet/batches/{id}/stop":      {path: "/cabinet/batches/{batch}/stop"},
	"POST /cabinet/batches/{id}/delete":    {path: "/cabinet/batches/{batch}/delete"},
	"GET /api/v1/batches/{id}":             {path: "/api/v1/batches/{batch}"},
	"POST /api/v1/batches/{id}/send":       {path: "/api/v1/batches/{batch}/send"},
	"POST /api/v1/batches/{id}/stop":       {path: "/api/v1/batches/{batch}/stop"},
	"GET /cabinet/templates/{id}":          {path: "/cabinet/templates/{template}"},
	"POST /cabinet/templates/{id}":         {path: "/cabinet/templates/{template}", body: "name=x"},
	"POST /cabinet/templates/{id}/delete":  {path: "/cabinet/templates/{template}/delete"},
	"POST /cabinet/templates/{id}/begin":   {path: "/cabinet/templates/{template}/begin"},
	"PATCH /api/v1/templates/{id}":         {path: "/api/v1/templates/{template}", body: `{"name":"x"}`},
	"DELETE /api/v1/templates/{id}":        {path: "/api/v1/templates/{template}"},
	"POST /api/v1/templates/{id}/drafts":   {path: "/api/v1/templates/{template}/drafts"},
}

// lineOf finds the line of a route.
func lineOf(route string) (line, bool) {
	for _, lines := range []map[string]line{walk, startWalk, caseWalk, deliveryWalk} {
		if l, ok := lines[route]; ok {
			return l, true
		}
	}
	return line{}, false
}

// startThings adds what the owner has of these things.
func startThings(p *portal, owner string, theirs, nobodys things) {
	c := p.program(owner, bySMS)
	theirs["template"] = c.ask("POST", "/api/v1/templates", object{"name": "x", "draft": theirs["draft"]})["id"].(string)
	rows := []any{object{"answers": object{"sort": "object"}}}
	theirs["batch"] = c.ask("POST", "/api/v1/batches", object{"service": "egrn-extract", "rows": rows})["id"].(string)
	offer := object{"contact": "nobody@example.org", "services": []any{certificate}, "days": 3}
	theirs["mandate"] = c.ask("POST", "/api/v1/mandates", offer)["id"].(string)
	nobodys["template"], nobodys["batch"], nobodys["mandate"] = id.New(), id.New(), id.New()
}
