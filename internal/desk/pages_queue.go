package desk

import (
	_ "embed"
	"errors"
	"net/http"
	"strings"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/web"
)

// searchesAnHour bounds what one officer can try out.
const searchesAnHour = 120

// searchPage opens a case by its number, or lists those of a person. What was
// typed stays out of the address.
func (r *Room) searchPage(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx, typed := req.Context(), strings.TrimSpace(f.Get("q"))
	if number, ok := id.ParseNumber(typed); ok {
		return web.Redirect(w, req, "/desk/applications/"+number)
	}
	if r.Limit != nil {
		if err := r.Limit(ctx, "desk.search", identity.ActorOf(ctx).ID, searchesAnHour, time.Hour); err != nil {
			return err
		}
	}
	v, err := r.queue(ctx, choice{Agency: f.Get("agency")})
	if err != nil {
		return err
	}
	found, err := r.Cases.Search(ctx, f.Get("agency"), typed)
	if errors.Is(err, cases.ErrSearch) {
		v.Wrong = i18n.T(ctx, cases.ErrSearch.Key)
		return r.renderQueue(w, req, v, typed)
	}
	if err != nil {
		return err
	}
	v.Rows, v.Next, v.key = found, "", id.New
	if v.Names, err = r.holders(ctx, found); err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "desk.found.title"), Section: "desk", Wide: true, Back: "/desk", BackText: i18n.T(ctx, "desk.queue.back"),
		Body: foundBody(v, typed),
	})
}

// bulkPage moves many cases and says what became of each.
func (r *Room) bulkPage(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx, all := req.Context(), pickedFrom(f["pick"])
	var done []moved
	if f.Get("do") == "assign" {
		done, err = r.assignAll(ctx, all, f.Get("to"), f.Get("key"))
	} else {
		done, err = r.takeAll(ctx, all, f.Get("key"))
	}
	if errors.Is(err, ErrNothing) || errors.Is(err, ErrMany) {
		e, _ := errs.As(err)
		v, qerr := r.queue(ctx, choiceFrom(f.Get("choice")))
		if qerr != nil {
			return qerr
		}
		v.Wrong = i18n.T(ctx, e.Key, e.Args...)
		return r.renderQueue(w, req, v, "")
	}
	if err != nil {
		return err
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(ctx, "desk.bulk.title"), Section: "desk", Wide: true, Back: "/desk" + choiceFrom(f.Get("choice")).query(),
		BackText: i18n.T(ctx, "desk.queue.back"), Body: bulkBody(done),
	})
}

func (r *Room) postFilter(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	ctx, c := req.Context(), choiceFrom(f.Get("choice"))
	err = r.saveFilter(ctx, f.Get("title"), c)
	if errors.Is(err, ErrFilter) {
		e, _ := errs.As(err)
		v, qerr := r.queue(ctx, c)
		if qerr != nil {
			return qerr
		}
		v.Wrong, v.wrongAt = i18n.T(ctx, e.Fields[0].Key, e.Fields[0].Args...), "filter-title"
		return r.renderQueue(w, req, v, "")
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk"+c.query())
}

func (r *Room) postDeleteFilter(w http.ResponseWriter, req *http.Request) error {
	if err := r.deleteFilter(req.Context(), req.PathValue("id")); err != nil {
		return err
	}
	return web.Redirect(w, req, "/desk")
}

// keysCookie says whether keys of one letter are off (WCAG 2.1.4).
const keysCookie = "okno_keys"

//go:embed keys.js
var keysSource []byte

func lettersOff(req *http.Request) bool { return web.Cookie(req, keysCookie) == "off" }

// keysScript is the desk's keyboard: served apart, so that citizens do not load
// it, and as the person has chosen.
func (r *Room) keysScript(w http.ResponseWriter, req *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache")
	mode := "const letters = true\n"
	if lettersOff(req) {
		mode = "const letters = false\n"
	}
	_, err := w.Write(append([]byte(mode), keysSource...))
	return err
}

func (r *Room) keysPage(w http.ResponseWriter, req *http.Request) error {
	if req.Header.Get("X-Fragment") != "" {
		return web.Fragment(w, req, keysDialog())
	}
	return web.Render(w, req, web.Page{
		Title: i18n.T(req.Context(), "desk.keys.title"), Section: "desk", Back: "/desk", Body: keysBody(lettersOff(req)),
	})
}

func (r *Room) postKeys(w http.ResponseWriter, req *http.Request) error {
	f, err := web.Form(w, req)
	if err != nil {
		return err
	}
	if f.Get("letters") == "off" {
		web.SetCookie(w, req, keysCookie, "off", 365*24*time.Hour)
	} else {
		web.SetCookie(w, req, keysCookie, "", -1)
	}
	return web.Redirect(w, req, "/desk/keys")
}
