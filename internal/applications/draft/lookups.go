package draft

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"okno/internal/applications/upload"
	"okno/internal/forms"
)

// Registries answer the questions that a form raises: about an organisation by
// its ИНН, about the answer of a field with a registry.
type Registries interface {
	// Find asks once and waits a few seconds at most. An error means that the
	// registry did not answer; that it knows nothing is Found.None.
	Find(ctx context.Context, l forms.Lookup) (forms.Found, error)
	// Suggest gives addresses of the state register that begin like the words.
	Suggest(ctx context.Context, words string) ([]forms.Address, error)
}

// Papers are the person's own documents, which can be attached.
type Papers interface {
	// Papers are those that count today, the newest first.
	Papers(ctx context.Context, owner string) ([]Paper, error)
}

// Paper is a document of «Мои документы».
type Paper struct {
	ID, Kind string // Kind is the service that issued it
	Title    forms.Text
	Size     int64 // bytes of the PDF
	IssuedAt time.Time
	Open     func(ctx context.Context) (io.ReadCloser, error)
}

// Earlier tells what the same owner has sent before.
type Earlier interface {
	// Earlier are the answers of the owner's last application for the service,
	// nil for none, and when it was sent.
	Earlier(ctx context.Context, owner, serviceID string) (forms.Answers, time.Time, error)
}

// Limits of asking registries.
const (
	lookupsAtOnce = 20
	lookupWait    = 4 * time.Second
)

// look asks the registries about what a step's answers raise, "" for all steps,
// and reports whether anything new is known: then the answers are checked anew.
func (r *Room) look(ctx context.Context, w *work, step string, answers forms.Answers) bool {
	if r.Registries == nil {
		return false
	}
	asked := 0
	for _, l := range forms.Fill(w.service, answers, w.facts).Lookups {
		if step != "" && lookupStep(w.service, l) != step || asked == lookupsAtOnce {
			continue
		}
		asked++
		w.learn(l, r.find(ctx, l))
	}
	return asked > 0
}

// find asks one registry; one that is silent is asked again another time. Who
// asks too much is answered like by a silent one: the form goes on.
func (r *Room) find(ctx context.Context, l forms.Lookup) forms.Found {
	if me, err := owner(ctx); err != nil || !r.looking.take(me, r.Clock.Now()) {
		return forms.Found{Silent: true}
	}
	ctx, stop := context.WithTimeout(ctx, lookupWait)
	defer stop()
	found, err := r.Registries.Find(ctx, l)
	if err != nil {
		r.Log.WarnContext(ctx, "registry silent", "registry", l.Registry, "err", err)
		return forms.Found{Silent: true}
	}
	return found
}

// learn keeps an answer, and that there was none.
func (w *work) learn(l forms.Lookup, found forms.Found) {
	w.facts.Found[l.Key()], w.Found[l.Key()] = found, found
}

func lookupStep(s *forms.Service, l forms.Lookup) string {
	for i := range s.Form.Steps {
		if fieldOf(s, &s.Form.Steps[i], l.Field) != nil {
			return s.Form.Steps[i].ID
		}
	}
	return ""
}

// foundKey holds the registries' answers among those of the person: no field's
// id begins so, and a release that does not know it passes it over.
const foundKey = "_found"

// withFound is the answers as they are stored.
func withFound(a forms.Answers, found map[string]forms.Found) forms.Answers {
	if len(found) == 0 {
		return a
	}
	out := make(forms.Answers, len(a)+1)
	for k, v := range a {
		out[k] = v
	}
	out[foundKey] = found
	return out
}

// takeFound parts the registries' answers from those of the person.
func takeFound(a forms.Answers) (map[string]forms.Found, error) {
	found := map[string]forms.Found{}
	kept, ok := a[foundKey]
	if !ok {
		return found, nil
	}
	delete(a, foundKey)
	raw, err := json.Marshal(kept)
	if err == nil {
		err = json.Unmarshal(raw, &found)
	}
	return found, err
}

// uses reports whether any field of the form is filled from a place that begins so.
func uses(s *forms.Service, root string) bool {
	fits := func(f forms.Field) bool {
		return slices.ContainsFunc(f.Fill, func(p string) bool { return strings.HasPrefix(p, root) })
	}
	for i := range s.Form.Steps {
		step := &s.Form.Steps[i]
		if slices.ContainsFunc(step.Fields, fits) {
			return true
		}
		for j := range step.Groups {
			g := &step.Groups[j]
			if slices.ContainsFunc(g.Fill, func(p string) bool { return strings.HasPrefix(p, root) }) || slices.ContainsFunc(g.Fields, fits) {
				return true
			}
		}
	}
	return false
}

// text is a text in one language; facts carry both.
func (r *Room) text(lang, key string) string {
	if r.Texts == nil {
		return key
	}
	return r.Texts.T(lang, key)
}

// earlier adds what the owner has answered before.
func (r *Room) earlier(ctx context.Context, w *work) error {
	if r.Earlier == nil || w.behalf != nil || w.Child != nil || w.Number != "" || !uses(w.service, "earlier.") {
		return nil
	}
	answers, at, err := r.Earlier.Earlier(ctx, w.Owner, w.ServiceID)
	if err != nil {
		return err
	}
	origin := forms.Text{RU: r.text("ru", "applications.draft.origin.earlier"), EN: r.text("en", "applications.draft.origin.earlier")}
	for name, v := range answers {
		w.know("earlier."+name, forms.Known{Value: v, Origin: origin, AsOf: at.UTC().Format(time.RFC3339)})
	}
	return nil
}

func (w *work) know(path string, k forms.Known) {
	if w.facts.Known == nil {
		w.facts.Known = map[string]forms.Known{}
	}
	w.facts.Known[path] = k
}

// papers adds the person's own documents: the newest of each kind attaches
// itself where the form asks for it.
func (r *Room) papers(ctx context.Context, w *work) error {
	if r.Papers == nil || w.behalf != nil { // a mandate opens no other documents
		return nil
	}
	list, err := r.Papers.Papers(ctx, w.Owner)
	if err != nil {
		return err
	}
	origin := forms.Text{RU: r.text("ru", "applications.draft.origin.papers"), EN: r.text("en", "applications.draft.origin.papers")}
	for _, p := range list {
		name := paperName(p)
		w.papers = append(w.papers, p)
		w.facts.Files[p.ID] = forms.File{ID: p.ID, Name: name, Size: p.Size, Type: "pdf"}
		path := "document." + p.Kind
		if _, newer := w.facts.Known[path]; !newer {
			ref := map[string]any{"id": p.ID, "name": name, "size": p.Size, "type": "pdf"}
			w.know(path, forms.Known{Value: []any{ref}, Origin: origin, AsOf: p.IssuedAt.UTC().Format(time.RFC3339), Correct: "/cabinet/documents"})
		}
	}
	return nil
}

// paperName is what a document's file is called.
func paperName(p Paper) string {
	return upload.CleanName(p.Title.RU + ".pdf")
}

func (w *work) paper(id string) (Paper, bool) {
	i := slices.IndexFunc(w.papers, func(p Paper) bool { return p.ID == id })
	if i < 0 {
		return Paper{}, false
	}
	return w.papers[i], true
}
