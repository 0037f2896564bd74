package registry

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"okno/internal/kit/clock"
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
)

// Config is what a Registry needs; Clients are the secrets by Okno-Client.
type Config struct {
	People   *population.Population
	Clients  map[string][]byte
	Switches *party.Switches
	Clock    clock.Clock
	Log      *slog.Logger
}

// Registry answers for all registries, at the paths under /registry/.
type Registry struct {
	cfg    Config
	paths  map[string]string
	memory *memory
}

// New is a registry that has answered nothing yet.
func New(cfg Config) *Registry {
	return &Registry{cfg: cfg, paths: paths(), memory: newMemory()}
}

// Reset forgets the requests that were answered.
func (g *Registry) Reset() { g.memory.reset() }

// failure is an answer that says why there is none.
type failure struct {
	RequestID string   `json:"request_id"`
	Error     string   `json:"error"`
	Fields    []string `json:"fields,omitempty"`
}

// exchange is one request on its way.
type exchange struct {
	name   string // of the party
	path   string
	client string
	secret []byte
	raw    []byte
	Request
}

// ServeHTTP answers one registry's request as its switches ask for.
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := g.paths[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	state := g.cfg.Switches.Get(name)
	if state.Down {
		hangUp(w)
		return
	}
	x := exchange{name: name, path: r.URL.Path}
	// Read and dated at its arrival: a long delay makes no request stale.
	status, code := g.read(&x, r)
	if state.Delay > 0 && g.cfg.Clock.Sleep(r.Context(), time.Duration(state.Delay)) != nil {
		return
	}
	s := fail(&x, status, code)
	if status == http.StatusOK {
		s = g.handle(&x, state, r)
	}
	if state.Duplicate {
		if before, ok := g.memory.previous(name, s); ok {
			s = before
		}
	} else {
		g.memory.previous(name, s)
	}
	write(w, x.secret, s, state)
}

// handle answers a request that was read and verified.
func (g *Registry) handle(x *exchange, state party.State, r *http.Request) sent {
	if state.Refusal {
		return fail(x, http.StatusForbidden, "refused")
	}
	key, hash := x.client+"\n"+x.RequestID, r.URL.Path+"\n"+hashOf(x.raw)
	before, found, other := g.memory.recall(key, hash)
	switch {
	case other:
		return fail(x, http.StatusConflict, "request_id_used")
	case found:
		return before
	}
	if find := lookups()[x.path]; find != nil {
		return g.lookUp(x, key, hash, find)
	}
	if missing := ruleOf(x.name).missing(x.Person); len(missing) > 0 {
		return fail(x, http.StatusBadRequest, "missing", missing...)
	}
	out := reply(x.RequestID, http.StatusOK, answer(g.cfg.People, x.name, x.Request))
	g.memory.remember(key, hash, out)
	return out
}

// lookUp answers a question about a thing that is no secret.
func (g *Registry) lookUp(x *exchange, key, hash string, find lookup) sent {
	if x.About == "" {
		return fail(x, http.StatusBadRequest, "missing", "about")
	}
	out := reply(x.RequestID, http.StatusOK, found(find, g.cfg.People, x.Request))
	g.memory.remember(key, hash, out)
	return out
}

// read fills the exchange and verifies who asks. The status is 200 when the
// request may be answered, else the code says what is wrong.
func (g *Registry) read(x *exchange, r *http.Request) (status int, code string) {
	if r.Method != http.MethodPost {
		return http.StatusMethodNotAllowed, "post_only"
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return http.StatusBadRequest, "cut_off"
	}
	if len(raw) > maxBody {
		return http.StatusRequestEntityTooLarge, "too_large"
	}
	var bad error
	x.raw = raw
	x.Request, bad = parseRequest(raw)
	if code := g.verify(x, r); code != "" {
		return http.StatusUnauthorized, code
	}
	if bad != nil {
		return http.StatusBadRequest, bad.Error()
	}
	return http.StatusOK, ""
}

// verify says what is wrong with the signature, or nothing.
func (g *Registry) verify(x *exchange, r *http.Request) string {
	client, date := r.Header.Get(HeaderClient), r.Header.Get(HeaderDate)
	secret, ok := g.cfg.Clients[client]
	if !ok {
		return "unknown_client"
	}
	if !fresh(date, g.cfg.Clock.Now()) {
		return "bad_date"
	}
	want := Sign(secret, r.Method, r.URL.Path, date, x.RequestID, x.raw)
	if !same(want, r.Header.Get(HeaderSignature)) {
		return "bad_signature"
	}
	x.client, x.secret = client, secret
	return ""
}

func fail(x *exchange, status int, code string, fields ...string) sent {
	return reply(x.RequestID, status, failure{RequestID: x.RequestID, Error: code, Fields: fields})
}

// reply is an answer as JSON; the types are our own, so marshalling does not fail.
func reply(requestID string, status int, v any) sent {
	body, err := json.Marshal(v)
	if err != nil {
		return sent{requestID: requestID, status: http.StatusInternalServerError}
	}
	return sent{requestID: requestID, status: status, body: append(body, '\n')}
}

// write sends an answer, signed when we know for whom.
func write(w http.ResponseWriter, secret []byte, s sent, state party.State) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if secret != nil {
		w.Header().Set(HeaderSignature, SignAnswer(secret, s.requestID, s.body))
	}
	w.WriteHeader(s.status)
	body := s.body
	if state.Garbage {
		body = party.Garbage(len(body))
	}
	if !state.Slow {
		_, _ = w.Write(body)
		return
	}
	trickle(w, body)
}

// trickle sends a body in small pieces.
func trickle(w http.ResponseWriter, body []byte) {
	control := http.NewResponseController(w)
	for len(body) > 0 {
		n := min(8, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		body = body[n:]
		if err := control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		party.Pause()
	}
}

// hangUp cuts the connection, as a dead host does.
func hangUp(w http.ResponseWriter) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		party.Cut(c)
	}
}
