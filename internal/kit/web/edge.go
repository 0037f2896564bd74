package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"github.com/a-h/templ"

	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
)

// Edge is what stands between the network and the rooms.
type Edge struct {
	Log    *slog.Logger
	Clock  clock.Clock
	Texts  *i18n.Bundle
	Secure bool // the portal's address is https
	// Proxies are the addresses whose X-Forwarded-For is believed.
	Proxies []netip.Prefix
	// Observe is told of every answered request; nil for none.
	Observe func(route string, status int, took time.Duration)
	// Words puts what components say of themselves into the context of a
	// fragment, as the frame does for a page; nil for none.
	Words func(ctx context.Context) context.Context

	// Hold keeps what was typed in a form whose sender must prove first who they
	// are, and gives the page from which it can be sent again; "" where nothing is
	// kept. nil for none.
	Hold func(r *http.Request) string

	frame     func(r *http.Request, p Page) templ.Component
	errorPage func(r *http.Request, e Fault) Page
	before    []func(ctx context.Context, r *http.Request) (context.Context, error)
	buffers   bufferPool
	store     *Store
}

// Fault is an error as the error page shows it.
type Fault struct {
	Kind       errs.Kind
	Status     int
	Key        string
	Args       []any
	RetryAfter time.Duration
	// Request is the number under which the log knows more.
	Request string
}

// Errors of the edge itself.
var (
	ErrNoPage   = errs.NewNotFound("kit.error.no_page")
	ErrMethod   = errs.NewInvalid("kit.error.method")
	ErrTooLarge = errs.NewInvalid("kit.error.too_large")
	ErrNotText  = errs.NewInvalid("kit.error.not_text")
	ErrBadForm  = errs.NewInvalid("kit.error.bad_form")
	ErrForeign  = errs.NewForbidden("kit.error.foreign_form")
)

// SetFrame gives the edge the frame of pages and the page of errors.
func (e *Edge) SetFrame(frame func(r *http.Request, p Page) templ.Component, errorPage func(r *http.Request, f Fault) Page) {
	e.frame, e.errorPage = frame, errorPage
}

// Before adds a step that each request passes: it may add to the context (the
// session, the language) or refuse.
func (e *Edge) Before(f func(ctx context.Context, r *http.Request) (context.Context, error)) {
	e.before = append(e.before, f)
}

// SetStore makes the edge answer anonymous pages from s.
func (e *Edge) SetStore(s *Store) { e.store = s }

type ctxKey struct{}

// info is what the edge knows of a request.
type info struct {
	edge    *Edge
	request string
	ip      netip.Addr
	agent   string
	route   string
	keep    func(p Page) Page // of Common
}

func edgeFrom(ctx context.Context) *Edge { return infoFrom(ctx).edge }

func infoFrom(ctx context.Context) *info {
	if i, ok := ctx.Value(ctxKey{}).(*info); ok {
		return i
	}
	return &info{edge: &Edge{}}
}

// RequestID is the number of the request in the log.
func RequestID(ctx context.Context) string { return infoFrom(ctx).request }

// ClientIP is the address of the one who asks; behind configured proxies the
// one that they tell.
func ClientIP(ctx context.Context) netip.Addr { return infoFrom(ctx).ip }

// UserAgent is what the browser calls itself, cut to 300 bytes.
func UserAgent(ctx context.Context) string { return infoFrom(ctx).agent }

// Handler wraps the router with what every request needs: the page store,
// security headers, protection from foreign forms, the request's number, the
// log, and a page for a panic.
func (e *Edge) Handler(rt http.Handler) http.Handler {
	foreign := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := e.Clock.Now()
		if e.store.serve(w, r) {
			e.observe("stored", http.StatusOK, start)
			return
		}
		in := &info{edge: e, request: id.New(), ip: e.clientIP(r), agent: cut(r.UserAgent(), 300)}
		r = r.WithContext(context.WithValue(r.Context(), ctxKey{}, in))
		sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		e.securityHeaders(w.Header())
		w.Header().Set("X-Request-Id", in.request)
		e.handle(func(w http.ResponseWriter, r *http.Request) error {
			if err := foreign.Check(r); err != nil && !isAPI(r) {
				return ErrForeign.Wrap(err)
			}
			return e.pass(w, r, rt)
		}).ServeHTTP(sw, r)
		e.observe(routeOf(in, r), sw.status, start)
	})
}

func (e *Edge) pass(w http.ResponseWriter, r *http.Request, rt http.Handler) error {
	ctx := i18n.With(r.Context(), e.Texts, Language(r))
	r = r.WithContext(ctx)
	for _, f := range e.before {
		next, err := f(ctx, r)
		if err != nil {
			e.answer(w, r, err)
			return nil
		}
		ctx = next
		r = r.WithContext(ctx)
	}
	rt.ServeHTTP(w, r)
	return nil
}

func routeOf(in *info, r *http.Request) string {
	if in.route != "" {
		return in.route
	}
	return r.Method + " other"
}

func (e *Edge) observe(route string, status int, start time.Time) {
	if e.Observe != nil {
		e.Observe(route, status, e.Clock.Now().Sub(start))
	}
}

// handle runs h; an error or a panic becomes an answer.
func (e *Edge) handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		infoFrom(r.Context()).route = r.Pattern
		defer func() {
			if v := recover(); v != nil {
				if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(v)
				}
				e.Log.ErrorContext(r.Context(), "panic", "request", RequestID(r.Context()), "route", r.Pattern, "stack", string(debug.Stack()))
				e.answer(w, r, errs.New(errs.Internal, "kit.error.internal"))
			}
		}()
		if err := h(w, r); err != nil {
			e.answer(w, r, err)
		}
	})
}

// answer is the one place where an error becomes a page or a problem.
func (e *Edge) answer(w http.ResponseWriter, r *http.Request, err error) {
	f := e.fault(r, err)
	if sw, ok := w.(*statusWriter); ok && sw.wrote {
		return
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", retrySeconds(f.RetryAfter))
	}
	if isAPI(r) {
		writeProblem(w, r, f)
		return
	}
	if to := e.after(w, r, f); to != "" {
		_ = Redirect(w, r, "/login?to="+queryEscape(to))
		return
	}
	if rerr := Render(w, r, e.errorPage(r, f)); rerr != nil {
		e.Log.ErrorContext(r.Context(), "error page failed", "request", f.Request, "err", rerr)
		http.Error(w, e.Texts.T(i18n.Lang(r.Context()), "kit.error.internal"), http.StatusInternalServerError)
	}
}

// after is where a person goes on who has to prove first who they are: the page
// itself, or one that holds the form which was sent.
func (e *Edge) after(w http.ResponseWriter, r *http.Request, f Fault) string {
	switch {
	case f.Kind != errs.Unauthenticated || r.Header.Get("X-Fragment") != "":
		return ""
	case r.Method == http.MethodGet:
		return r.URL.RequestURI()
	case r.Method != http.MethodPost || e.Hold == nil || byScript(r):
		return ""
	}
	if r.PostForm == nil { // files are left out, and a form with large ones
		if _, err := Form(w, r); err != nil {
			return ""
		}
	}
	return e.Hold(r)
}

// byScript reports that a script has sent the form, which can't follow to pages.
func byScript(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode")
	return mode != "" && mode != "navigate"
}

func (e *Edge) fault(r *http.Request, err error) Fault {
	err = db.Classify(err)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = ErrTooLarge.Wrap(err)
	}
	f := Fault{Kind: errs.KindOf(err), Key: "kit.error.internal", Request: RequestID(r.Context())}
	if known, ok := errs.As(err); ok {
		f.Key, f.Args, f.RetryAfter = known.Key, known.Args, known.RetryAfter
	}
	f.Status = statusOf(f.Kind)
	switch {
	case errors.Is(err, ErrTooLarge):
		f.Status = http.StatusRequestEntityTooLarge
	case errors.Is(err, ErrMethod):
		f.Status = http.StatusMethodNotAllowed
	}
	if f.Kind == errs.Unavailable && f.RetryAfter == 0 {
		f.RetryAfter = 30 * time.Second
	}
	e.logFault(r, f, err)
	return f
}

func (e *Edge) logFault(r *http.Request, f Fault, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return // the browser went away
	}
	level := slog.LevelDebug
	if f.Kind == errs.Internal || f.Kind == errs.Unavailable {
		level = slog.LevelError
	}
	e.Log.Log(r.Context(), level, "request failed", "request", f.Request, "route", r.Pattern, "kind", f.Kind.String(), "err", err)
}

func statusOf(k errs.Kind) int {
	switch k {
	case errs.Invalid:
		return http.StatusUnprocessableEntity
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.TooMany:
		return http.StatusTooManyRequests
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

// WriteHeader notes the status.
func (s *statusWriter) WriteHeader(status int) {
	if !s.wrote {
		s.status, s.wrote = status, true
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write notes that the answer has begun.
func (s *statusWriter) Write(b []byte) (int, error) {
	s.wrote = true
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
