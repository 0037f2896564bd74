package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"okno/internal/sandbox/party"
)

// maxPeoplePage is how many people one answer lists at most.
const maxPeoplePage = 500

// handler is the site with its JSON interface and the registries.
func (s *Sandbox) handler() http.Handler {
	site := http.NewServeMux()
	s.pages(site)
	site.HandleFunc("GET /api/messages", s.apiMessages)
	site.HandleFunc("GET /api/authenticator", s.apiAuthenticator)
	site.HandleFunc("POST /agency/hooks", s.receiveHook)
	site.HandleFunc("GET /api/push", s.apiPush)
	site.HandleFunc("POST /api/push", s.apiSubscribe)
	site.HandleFunc("DELETE /api/push", s.apiUnsubscribe)
	site.HandleFunc("POST /api/certificates/{name}", s.apiCertificate)
	site.HandleFunc("GET /api/switches", s.apiSwitches)
	site.HandleFunc("PUT /api/switches/{party}", s.apiSetSwitch)
	site.HandleFunc("GET /api/people", s.apiPeople)
	site.HandleFunc("GET /api/people/{snils}", s.apiPerson)
	site.HandleFunc("POST /api/reset", s.apiReset)
	mux := http.NewServeMux()
	mux.Handle("/registry/", s.registry)
	mux.Handle("/push/send/", s.push)
	// A page of another site must not throw switches in the tester's browser.
	mux.Handle("/", http.NewCrossOriginProtection().Handler(guarded(site)))
	return mux
}

// guarded sets the headers that every page of the site bears.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

func (s *Sandbox) apiMessages(w http.ResponseWriter, r *http.Request) {
	limit, ok := number(r, "limit", 0)
	if !ok {
		problem(w, http.StatusBadRequest, "limit must be a number")
		return
	}
	answer(w, s.box.List(r.URL.Query().Get("to"), limit))
}

func (s *Sandbox) apiSwitches(w http.ResponseWriter, _ *http.Request) { answer(w, s.switches.All()) }

func (s *Sandbox) apiSetSwitch(w http.ResponseWriter, r *http.Request) {
	state, err := readState(r.Body)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	name := r.PathValue("party")
	if err := s.switches.Set(name, state); errors.Is(err, party.ErrUnknown) {
		problem(w, http.StatusNotFound, err.Error())
		return
	}
	answer(w, state)
}

// readState refuses fields that it does not know: a misspelt switch would
// otherwise stage nothing, and a test would pass for no reason.
func readState(body io.Reader) (party.State, error) {
	var state party.State
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	err := d.Decode(&state)
	return state, err
}

func (s *Sandbox) apiPeople(w http.ResponseWriter, r *http.Request) {
	limit, okLimit := number(r, "limit", 50)
	offset, okOffset := number(r, "offset", 0)
	if !okLimit || !okOffset {
		problem(w, http.StatusBadRequest, "limit and offset must be numbers")
		return
	}
	all := s.people.Search(r.URL.Query().Get("q"))
	from := min(offset, len(all))
	to := min(from+min(limit, maxPeoplePage), len(all))
	answer(w, map[string]any{"total": len(all), "people": append([]Person{}, all[from:to]...)})
}

func (s *Sandbox) apiPerson(w http.ResponseWriter, r *http.Request) {
	p, ok := s.people.BySNILS(r.PathValue("snils"))
	if !ok {
		problem(w, http.StatusNotFound, "nobody has this СНИЛС")
		return
	}
	answer(w, p)
}

func (s *Sandbox) apiReset(w http.ResponseWriter, _ *http.Request) {
	if err := s.Reset(); err != nil {
		s.cfg.Log.Error("sandbox: reset", "error", err)
		problem(w, http.StatusInternalServerError, "the file of messages could not be emptied")
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// number reads a whole number from the query, not below zero.
func number(r *http.Request, name string, missing int) (int, bool) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return missing, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

func answer(w http.ResponseWriter, v any) { writeJSON(w, http.StatusOK, v) }

func problem(w http.ResponseWriter, status int, text string) {
	writeJSON(w, status, map[string]string{"error": text})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	// The reader may have left; there is nobody to tell.
	_ = e.Encode(v)
}

func (s *Sandbox) apiAuthenticator(w http.ResponseWriter, _ *http.Request) { answer(w, s.Codes()) }
