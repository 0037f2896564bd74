package web

import (
	"context"
	"net/http"
	"strings"
)

// Handler answers a request or returns an error, which the edge turns into a
// page (or, under /api/, a problem).
type Handler func(w http.ResponseWriter, r *http.Request) error

// Guard is the permission of a route: who may come in at all. What a person may
// do with a particular thing is the first line of the use case.
type Guard struct {
	// Name is shown in the list of routes: "public", "signed in", "officer".
	Name string
	// Check returns an error of kind Unauthenticated or Forbidden.
	Check func(ctx context.Context) error
}

// Public lets everybody in.
var Public = Guard{Name: "public", Check: func(context.Context) error { return nil }}

// Route is one line of the list of routes.
type Route struct {
	Method, Path string
	Guard        Guard
}

// Router holds the routes of all rooms.
type Router struct {
	edge   *Edge
	mux    *http.ServeMux
	routes []Route
	API    *API
}

// NewRouter is an empty router of the edge.
func NewRouter(e *Edge) *Router {
	rt := &Router{edge: e, mux: http.NewServeMux()}
	rt.API = newAPI(rt)
	rt.mux.Handle("/", e.handle(rt.nothing))
	return rt
}

// nothing answers what no route is for. An operation of the API that has another
// method says so (RFC 9110 §15.5.6); of a page people are told that there is none.
func (rt *Router) nothing(w http.ResponseWriter, r *http.Request) error {
	if isAPI(r) {
		if all := rt.methodsOf(r); len(all) > 0 {
			w.Header().Set("Allow", strings.Join(all, ", "))
			return ErrMethod
		}
	}
	return ErrNoPage
}

// methodsOf are the methods of the routes at the request's address.
func (rt *Router) methodsOf(r *http.Request) (all []string) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := rt.mux.Handler(other); strings.Contains(pattern, " ") {
			all = append(all, method)
		}
	}
	return all
}

// Handle adds a route. pattern is a method and a path as net/http takes it.
func (rt *Router) Handle(pattern string, g Guard, h Handler) {
	rt.add(pattern, g)
	rt.mux.Handle(pattern, rt.edge.handle(func(w http.ResponseWriter, r *http.Request) error {
		if somebodys(g, r.Method) {
			w.Header().Set("Cache-Control", "no-store")
		}
		if err := g.Check(r.Context()); err != nil {
			return err
		}
		return h(w, r)
	}))
}

// somebodys reports whether whatever is answered is for one person: what only some
// may ask for, and what comes of an act, such as the token of a sign-in.
func somebodys(g Guard, method string) bool {
	return g.Name != Public.Name || method != http.MethodGet && method != http.MethodHead
}

// Mount adds a plain handler that answers its own errors (assets, streams).
func (rt *Router) Mount(pattern string, g Guard, h http.Handler) {
	rt.Handle(pattern, g, func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	})
}

func (rt *Router) add(pattern string, g Guard) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = "", pattern
	}
	rt.routes = append(rt.routes, Route{Method: method, Path: path, Guard: g})
}

// Routes lists all routes, for the test of permissions and the documentation.
func (rt *Router) Routes() []Route { return rt.routes }

// ServeHTTP dispatches a request; the edge's Handler wraps it with what every
// request needs.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) { rt.mux.ServeHTTP(w, r) }
