package draft

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/blob"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Limits of what one person may keep here.
const (
	maxDrafts = 100
	maxFiles  = 100 // of one draft
)

// stepCheck stands for the page of checked answers among steps; an id of a step
// can't begin so.
const stepCheck = "_check"

// Draft is an application that is being filled in.
type Draft struct {
	ID, Owner, ServiceID string
	// Version is that of the service.
	Version int
	// Step is the furthest one that the person has come to.
	Step string
	// RowVersion grows with each change.
	RowVersion int64
	Answers    forms.Answers
	// Found are the answers of registries that were asked for the draft.
	Found map[string]forms.Found
	// Begun says what became of earlier answers that the draft was begun with, until
	// the holder has seen it; nil for none.
	Begun *begun
	// Origin is the application that the draft was opened from, nil for none.
	Origin *origin
	// Child is on whose behalf the owner fills it in, nil for the owner.
	Child *cases.Child
	// Number is the application's once the draft was sent, "" before.
	Number               string
	Outcome              Outcome
	CreatedAt, UpdatedAt db.Time
}

// Outcome is what the page after sending tells, when the answers are no longer
// here: the time limit in working or calendar days, or in minutes, and the fee
// in kopecks.
type Outcome struct {
	Days     int   `json:"days,omitempty"`
	Working  bool  `json:"working,omitempty"`
	Minutes  int   `json:"minutes,omitempty"`
	Fee      int64 `json:"fee,omitempty"`
	FeeKnown bool  `json:"fee_known,omitempty"`
	// Changed: an application has other answers now, and no new one was made.
	Changed bool `json:"changed,omitempty"`
	// Child: it was sent on behalf of one. Who it is stands in the application.
	Child bool `json:"child,omitempty"`
}

// File is a file that was attached to a draft.
type File struct {
	ID    string
	Field string // the field's name in the page
	Name  string
	Type  string
	Size  int64 // bytes
	Scan  upload.Scan
	// Photo is what was measured of a photo, nil for other files.
	Photo *forms.Photo
	ref   blob.Ref
	paper bool // a document of the person's own, not of the draft
}

// Row is a draft in a list.
type Row struct {
	ID, ServiceID        string
	Version              int
	Title                forms.Text
	Step                 string     // where the person is
	StepTitle            forms.Text // zero on the last page
	CreatedAt, UpdatedAt db.Time
}

// work is a draft with all that belongs to it: what a page or an operation
// works on.
type work struct {
	Draft
	service *forms.Service
	facts   forms.Facts
	files   []File
	key     *secret.DataKey
	shelf   forms.Shelf // the dictionaries
	papers  []Paper     // the person's own documents
	// addresses: the state register of addresses can be searched.
	addresses bool
	carried   *carried // nil for a draft of the version that is offered
	behalf    *Behalf  // for whom the actor works; nil for the actor's own draft
}

func (w *work) fill() *forms.Result { return forms.Fill(w.service, w.Answers, w.facts) }

// take adds a file to what may be attached; an infected one never may.
func (w *work) take(f File) {
	w.files = append(w.files, f)
	if f.Scan != upload.Infected {
		w.facts.Files[f.ID] = forms.File{ID: f.ID, Name: f.Name, Size: f.Size, Type: f.Type, Photo: f.Photo}
	}
}

func (w *work) file(id string) (File, bool) {
	i := slices.IndexFunc(w.files, func(f File) bool { return f.ID == id })
	if i < 0 {
		p, ok := w.paper(id)
		return File{ID: p.ID, Name: paperName(p), Type: "pdf", Size: p.Size, Scan: upload.Clean, paper: ok}, ok
	}
	return w.files[i], true
}

// drop takes a file away again.
func (w *work) drop(id string) {
	w.files = slices.DeleteFunc(w.files, func(f File) bool { return f.ID == id })
	delete(w.facts.Files, id)
}

// place is the index of a step among those that are seen; the page of checked
// answers comes after all, what is not seen before all.
func place(r *forms.Result, step string) int {
	if step == stepCheck {
		return len(r.Steps)
	}
	return slices.IndexFunc(r.Steps, func(s forms.StepState) bool { return s.Step.ID == step })
}

// stepAt is the step of a place.
func stepAt(r *forms.Result, place int) string {
	if place >= len(r.Steps) {
		return stepCheck
	}
	return r.Steps[max(place, 0)].Step.ID
}

// reach is the last place that can be opened: as far as the person has come,
// and not past a step that is not complete.
func reach(r *forms.Result, furthest string) int {
	far := max(place(r, furthest), 0)
	if open := r.Open(); open != "" {
		far = min(far, place(r, open))
	}
	return far
}

// further is the later of two steps.
func further(r *forms.Result, a, b string) string {
	if place(r, b) > place(r, a) {
		return b
	}
	return a
}

// after is the step that follows, stepCheck after the last one.
func after(r *forms.Result, step string) string {
	if next := r.Next(step); next != "" {
		return next
	}
	return stepCheck
}

// imprint is a short hash of the answers of one step: two windows compare by it
// whether they speak of the same thing.
func imprint(s *forms.Step, answers forms.Answers) string {
	mine := map[string]any{}
	for i := range s.Fields {
		if v := answers[s.Fields[i].ID]; v != nil {
			mine[s.Fields[i].ID] = v
		}
	}
	for i := range s.Groups {
		if v := answers[s.Groups[i].ID]; v != nil {
			mine[s.Groups[i].ID] = v
		}
	}
	raw, _ := json.Marshal(mine) // answers come from JSON or from forms: they marshal
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// hasFiles reports whether a step asks for files.
func hasFiles(s *forms.Step) bool {
	takes := func(f forms.Field) bool { return isFile(&f) }
	return slices.ContainsFunc(s.Fields, takes) ||
		slices.ContainsFunc(s.Groups, func(g forms.Group) bool { return slices.ContainsFunc(g.Fields, takes) })
}

func anyFiles(s *forms.Service) bool {
	return slices.ContainsFunc(s.Form.Steps, func(x forms.Step) bool { return hasFiles(&x) })
}

// references lists the ids of files that answers name.
func references(v any) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		if id, ok := v["id"].(string); ok && v["type"] != nil {
			return []string{id}
		}
		for _, x := range v {
			out = append(out, references(x)...)
		}
	case []any:
		for _, x := range v {
			out = append(out, references(x)...)
		}
	}
	return out
}

// without gives the answers with no reference to the file.
func without(v any, file string) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = without(x, file)
		}
		return out
	case []any:
		kept := []any{}
		for _, x := range v {
			if m, ok := x.(map[string]any); !ok || m["id"] != file || m["type"] == nil {
				kept = append(kept, without(x, file))
			}
		}
		if len(kept) == 0 && len(v) > 0 {
			return nil // an answer without files is none
		}
		return kept
	}
	return v
}
