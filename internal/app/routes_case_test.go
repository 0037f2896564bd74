package app

// caseWalk are the lines of the walk for what the citizen and the officer do
// about a case: change, correct, write, mend.
var caseWalk = map[string]line{
	"POST /desk/chain/resend":                                      {body: "agency=mvd"},
	"GET /cabinet/applications/{number}/change":                    {path: "/cabinet/applications/{number}/change"},
	"POST /cabinet/applications/{number}/change":                   {path: "/cabinet/applications/{number}/change"},
	"GET /cabinet/applications/{number}/messages":                  {path: "/cabinet/applications/{number}/messages"},
	"POST /cabinet/applications/{number}/message":                  {path: "/cabinet/applications/{number}/message", body: "text=x"},
	"GET /cabinet/applications/{number}/typo/{document}":           {path: "/cabinet/applications/{number}/typo/{document}"},
	"POST /cabinet/applications/{number}/typo/{document}":          {path: "/cabinet/applications/{number}/typo/{document}", body: "text=x"},
	"POST /desk/applications/{number}/correct":                     {path: "/desk/applications/{number}/correct", body: "text=x"},
	"POST /desk/applications/{number}/proceed":                     {path: "/desk/applications/{number}/proceed"},
	"POST /desk/applications/{number}/fix":                         {path: "/desk/applications/{number}/fix", body: "typo=x"},
	"POST /desk/applications/{number}/keep":                        {path: "/desk/applications/{number}/keep", body: "typo=x&reason=x"},
	"GET /desk/applications/{number}/messages":                     {path: "/desk/applications/{number}/messages"},
	"POST /desk/applications/{number}/message":                     {path: "/desk/applications/{number}/message", body: "text=x"},
	"GET /api/v1/applications/{number}/messages":                   {path: "/api/v1/applications/{number}/messages"},
	"POST /api/v1/applications/{number}/messages":                  {path: "/api/v1/applications/{number}/messages", body: `{"text":"x"}`},
	"POST /api/v1/applications/{number}/typos":                     {path: "/api/v1/applications/{number}/typos", body: `{"document":"x","text":"x"}`},
	"GET /api/v1/desk/applications/{number}/messages":              {path: "/api/v1/desk/applications/{number}/messages"},
	"POST /api/v1/desk/applications/{number}/messages":             {path: "/api/v1/desk/applications/{number}/messages", body: `{"text":"x"}`},
	"POST /api/v1/desk/applications/{number}/typos/{typo}/fix":     {path: "/api/v1/desk/applications/{number}/typos/nothing/fix", body: `{"title":"x","paragraphs":["x"],"rows":[]}`},
	"POST /api/v1/desk/applications/{number}/typos/{typo}/decline": {path: "/api/v1/desk/applications/{number}/typos/nothing/decline", body: `{"reason":"x"}`},
	"POST /api/v1/desk/applications/{number}/correct":              {path: "/api/v1/desk/applications/{number}/correct", body: `{"text":"x"}`},
	"POST /api/v1/desk/applications/{number}/proceed":              {path: "/api/v1/desk/applications/{number}/proceed", body: `{}`},
}
