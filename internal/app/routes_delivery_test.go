package app

// deliveryWalk are the lines of the walk for the way of a result.
var deliveryWalk = map[string]line{
	"POST /cabinet/applications/{number}/received":   {path: "/cabinet/applications/{number}/received"},
	"POST /api/v1/applications/{number}/received":    {path: "/api/v1/applications/{number}/received", body: `{}`},
	"POST /desk/applications/{number}/ready":         {path: "/desk/applications/{number}/ready"},
	"POST /api/v1/desk/applications/{number}/ready":  {path: "/api/v1/desk/applications/{number}/ready", body: `{}`},
	"POST /desk/applications/{number}/hand":          {path: "/desk/applications/{number}/hand", body: "seen=yes"},
	"POST /api/v1/desk/applications/{number}/hand":   {path: "/api/v1/desk/applications/{number}/hand", body: `{"seen":true}`},
	"POST /desk/applications/{number}/ship":          {path: "/desk/applications/{number}/ship", body: "track=1"},
	"POST /api/v1/desk/applications/{number}/ship":   {path: "/api/v1/desk/applications/{number}/ship", body: `{"track":"1"}`},
	"POST /desk/applications/{number}/arrive":        {path: "/desk/applications/{number}/arrive"},
	"POST /api/v1/desk/applications/{number}/arrive": {path: "/api/v1/desk/applications/{number}/arrive", body: `{}`},
}
