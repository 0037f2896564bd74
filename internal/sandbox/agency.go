package sandbox

import (
	"io"
	"net/http"
	"sync"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// hooksKept is how many messages the agency without a desk remembers.
const hooksKept = 100

// hooks are what the systems of an agency without a desk have received.
type hooks struct {
	mu      sync.Mutex
	secret  string
	broken  bool // answers 500, as a system that is down for maintenance does
	arrived []Hook
}

// Hook is a webhook as it arrived.
type Hook struct {
	ID       string    `json:"id"`
	At       time.Time `json:"at"`
	Verified bool      `json:"verified"`
	Refused  bool      `json:"refused"` // answered 500 or 401
	Body     string    `json:"body"`
}

// HookURL is where the agency without a desk wants to be told.
func (s *Sandbox) HookURL() string { return s.URL() + "/agency/hooks" }

// SetHookSecret gives the agency the secret of its endpoint.
func (s *Sandbox) SetHookSecret(secret string) {
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	s.hooks.secret = secret
}

// Hooks are the messages that arrived, newest first.
func (s *Sandbox) Hooks() []Hook {
	s.hooks.mu.Lock()
	defer s.hooks.mu.Unlock()
	out := make([]Hook, 0, len(s.hooks.arrived))
	for i := len(s.hooks.arrived) - 1; i >= 0; i-- {
		out = append(out, s.hooks.arrived[i])
	}
	return out
}

// receiveHook checks the signature as the specification says: over the very
// bytes of the body, with the id and the time.
func (s *Sandbox) receiveHook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	h := &s.hooks
	h.mu.Lock()
	defer h.mu.Unlock()
	one := Hook{ID: r.Header.Get(standard.HeaderWebhookID), At: s.cfg.Clock.Now(), Body: string(body)}
	if verifier, err := standard.NewWebhook(h.secret); err == nil && h.secret != "" {
		one.Verified = verifier.Verify(body, r.Header) == nil
	}
	one.Refused = h.broken || !one.Verified
	h.arrived = append(h.arrived, one)
	if len(h.arrived) > hooksKept {
		h.arrived = h.arrived[1:]
	}
	switch {
	case h.broken:
		w.WriteHeader(http.StatusInternalServerError)
	case !one.Verified:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// agencyData is what the page shows.
type agencyData struct {
	URL    string
	Broken bool
	Known  bool // a secret is set
	Hooks  []Hook
}

func (v *site) agency(w http.ResponseWriter, r *http.Request) {
	h := &v.sandbox.hooks
	h.mu.Lock()
	d := agencyData{URL: v.sandbox.HookURL(), Broken: h.broken, Known: h.secret != ""}
	h.mu.Unlock()
	d.Hooks = v.sandbox.Hooks()
	v.show(w, r, http.StatusOK, "agency", "agency.title", d)
}

// setAgency changes the secret, or breaks and mends the agency's system.
func (v *site) setAgency(w http.ResponseWriter, r *http.Request) {
	h := &v.sandbox.hooks
	h.mu.Lock()
	switch r.PostFormValue("do") {
	case "break":
		h.broken = true
	case "mend":
		h.broken = false
	default:
		h.secret = r.PostFormValue("secret")
	}
	h.mu.Unlock()
	to := "/agency"
	if r.URL.Query().Get("lang") == english {
		to += "?lang=" + english
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}
