package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"path"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/danielgtaylor/huma/v2/validation"

	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
)

// API is the JSON surface under /api/v1. It takes bearer tokens, never cookies;
// errors are problems (RFC 9457); its OpenAPI document is made from the code.
type API struct {
	router *Router
	huma   huma.API
	room   string // package of the operation that is being added
}

func newAPI(rt *Router) *API {
	cfg := huma.DefaultConfig("Okno", "1")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/api/v1/openapi", "", ""
	cfg.CreateHooks = nil // no $schema in bodies
	cfg.Info.Description = "One account, one cabinet, every service of every agency."
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "An opaque token from POST /api/v1/sessions."},
	}
	useProblems()
	rt.add("GET /api/v1/openapi.json", Public)
	rt.add("GET /api/v1/openapi.yaml", Public)
	a := &API{router: rt}
	cfg.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", a.schemaName)
	a.huma = humago.New(rt.mux, cfg)
	return a
}

// schemaName puts the room's name before a type's: rooms may call theirs alike.
func (a *API) schemaName(t reflect.Type, hint string) string {
	name, room := huma.DefaultSchemaNamer(t, hint), a.room
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Name() != "" {
		room = roomOf(t)
	}
	if len(name) >= len(room) && strings.EqualFold(name[:len(room)], room) {
		return name
	}
	return strings.ToUpper(room[:1]) + room[1:] + name
}

// roomOf is the last word of a type's package, "" for what isn't a room's.
func roomOf(t reflect.Type) string {
	rest, ok := strings.CutPrefix(t.PkgPath(), "okno/internal/")
	if !ok || strings.HasPrefix(rest, "kit/") {
		return ""
	}
	return path.Base(rest)
}

// useProblems makes problems of what the library refuses by itself. Its hook is
// a global, which is set once for all routers.
var useProblems = sync.OnceFunc(func() {
	huma.NewErrorWithContext = func(hc huma.Context, status int, msg string, details ...error) huma.StatusError {
		return newProblem(hc.Context(), status, msg, details...)
	}
})

// OpenAPI is the document as JSON.
func (a *API) OpenAPI() ([]byte, error) { return json.MarshalIndent(a.huma.OpenAPI(), "", "  ") }

// Operation names an operation of the API: "POST /api/v1/sessions", an id such
// as "create-session", one line of what it does, and the room as its tag.
type Operation struct {
	Pattern, ID, Summary, Tag string
	// Status is the answer's status when all went well; 0 means 200, or 204
	// where there is no body.
	Status int
	// MaxBody is the largest body in bytes; 0 means one megabyte.
	MaxBody int64
}

// Register adds an operation with its permission. The context of h carries the
// same things as a page's request.
func Register[I, O any](a *API, op Operation, g Guard, h func(ctx context.Context, in *I) (*O, error)) {
	a.router.add(op.Pattern, g)
	a.room = roomOf(reflect.TypeFor[O]())
	method, address, _ := strings.Cut(op.Pattern, " ")
	o := huma.Operation{
		Method: method, Path: address, OperationID: op.ID, Summary: op.Summary, Tags: []string{op.Tag},
		DefaultStatus: op.Status, MaxBodyBytes: op.MaxBody,
	}
	if g.Name != Public.Name {
		o.Security = []map[string][]string{{"bearer": {}}}
	}
	o.Middlewares = huma.Middlewares{a.guard(op.Pattern, g)}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// guard refuses before the body is even read.
func (a *API) guard(pattern string, g Guard) func(hc huma.Context, next func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		infoFrom(hc.Context()).route = pattern
		if somebodys(g, hc.Method()) {
			hc.SetHeader("Cache-Control", "no-store")
		}
		err := g.Check(hc.Context())
		if err == nil {
			next(hc)
			return
		}
		r, w := humago.Unwrap(hc)
		writeProblem(w, r, edgeFrom(r.Context()).fault(r, err))
	}
}

// Problem is an error of the API (RFC 9457). Code is stable between languages.
type Problem struct {
	Status  int         `json:"status"`
	Title   string      `json:"title" doc:"What went wrong and what to do, in the language asked for"`
	Code    string      `json:"code" doc:"The kind of error, the same in every language"`
	Request string      `json:"request,omitempty" doc:"Number of the request, for support"`
	Fields  []FieldFail `json:"fields,omitempty" doc:"Faults of single fields"`
	headers http.Header
}

// FieldFail is a fault of one field.
type FieldFail struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// Error is for the interface; the text is not shown.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders are the headers of the answer.
func (p *Problem) GetHeaders() http.Header { return p.headers }

// ContentType is that of a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func (a *API) problem(ctx context.Context, err error) error {
	r := (&http.Request{Method: http.MethodGet, Header: http.Header{}}).WithContext(ctx)
	p := problemOf(ctx, edgeFrom(ctx).fault(r, err))
	if e, ok := errs.As(err); ok {
		for _, f := range e.Fields {
			p.Fields = append(p.Fields, FieldFail{Name: f.Name, Message: i18n.T(ctx, f.Key, f.Args...)})
		}
	}
	return p
}

func problemOf(ctx context.Context, f Fault) *Problem {
	p := &Problem{Status: f.Status, Title: i18n.T(ctx, f.Key, f.Args...), Code: f.Kind.String(), Request: f.Request, headers: http.Header{}}
	if f.RetryAfter > 0 {
		p.headers.Set("Retry-After", retrySeconds(f.RetryAfter))
	}
	return p
}

// newProblem is made of what the library itself refuses: a body that is no
// JSON, a field that is missing or unknown.
func newProblem(ctx context.Context, status int, msg string, details ...error) *Problem {
	code := errs.Invalid.String()
	if status >= http.StatusInternalServerError {
		code = errs.Internal.String()
	}
	p := &Problem{Status: status, Title: i18n.T(ctx, "kit.error.bad_request"), Code: code, Request: RequestID(ctx)}
	if msg != "" && len(details) == 0 && status < http.StatusInternalServerError {
		p.Fields = append(p.Fields, FieldFail{Message: msg})
	}
	for _, d := range details {
		f := FieldFail{Message: d.Error()}
		if ed, ok := d.(huma.ErrorDetailer); ok {
			f = FieldFail{Name: fieldName(ed.ErrorDetail()), Message: ed.ErrorDetail().Message}
		}
		p.Fields = append(p.Fields, f)
	}
	return p
}

// fieldName is the field as its sender wrote it: the library names where it was
// looked for as well ("body.text"), and of one that is missing only that.
func fieldName(d *huma.ErrorDetail) string {
	name := d.Location
	for _, place := range []string{"body", "query", "path", "header", "cookie", "form"} {
		if rest, ok := strings.CutPrefix(name, place); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			name = strings.TrimPrefix(rest, ".")
			break
		}
	}
	var missing string
	if n, _ := fmt.Sscanf(d.Message, validation.MsgExpectedRequiredProperty, &missing); n == 0 {
		return name
	}
	return strings.TrimPrefix(name+"."+missing, ".")
}

func writeProblem(w http.ResponseWriter, r *http.Request, f Fault) {
	p := problemOf(r.Context(), f)
	h := w.Header()
	maps.Copy(h, p.headers)
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if f.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110 §11.6.1 wants one with each 401
	}
	w.WriteHeader(f.Status)
	_ = json.NewEncoder(w).Encode(p)
}
