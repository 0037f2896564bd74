package draft

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// Copies tells with what the actor's own applications were sent.
type Copies interface {
	Copy(ctx context.Context, number string) (*cases.Copy, error)
	// Last is the last one for a service that fits, nil for none among the newest.
	Last(ctx context.Context, serviceID string, most int, fits func(*cases.Copy) bool) (*cases.Copy, error)
}

// From what a draft was begun.
const (
	FromCase     = "case"
	FromTemplate = "template"
)

// Seed is what a draft is begun with: answers that were given before, for some
// version of a service.
type Seed struct {
	// From is FromCase or FromTemplate, Ref the id of that thing, Name what people
	// call it: the application's number, the template's name.
	From, Ref, Name string
	Service         *forms.Service
	Answers         forms.Answers
	// Known are fields whose values nobody typed: they are taken from the profile
	// anew, where it says something else by now.
	Known []string
	// Files are those that the answers name.
	Files []cases.FileRef
	// Child is on whose behalf it was, nil for the owner.
	Child *cases.Child
	// Origin is set where the application itself is opened, nil for another like it.
	Origin *origin
}

// seedOf is a seed of an application that was sent.
func seedOf(c *cases.Copy) Seed {
	return Seed{From: FromCase, Ref: c.CaseID, Name: c.Number, Service: c.Service, Answers: c.Answers, Known: c.Known, Files: c.Files, Child: c.Child}
}

// begun says what became of answers that a draft was begun with; its holder sees
// it once.
type begun struct {
	From  string      `json:"from"`
	Name  string      `json:"name"`
	Lines []begunLine `json:"lines"`
}

// What a line of it says.
const (
	begunAgain   = "again"   // has to be answered anew
	begunFresh   = "fresh"   // the profile says something else by now; Was is the old value
	begunRemoved = "removed" // is not asked any more
	begunFile    = "file"    // a file that can't be taken over
)

type begunLine struct {
	What  string     `json:"what"`
	Field string     `json:"field,omitempty"`
	Label forms.Text `json:"label"`
	Was   any        `json:"was,omitempty"`
	File  string     `json:"file,omitempty"`
}

// Again begins a draft like one of the actor's own applications, for the version
// of the service that is offered now, and gives its id. once is an idempotency
// key. Errors: ErrNotFound, and those of Sow.
func (r *Room) Again(ctx context.Context, number, once string) (string, error) {
	if _, err := owner(ctx); err != nil {
		return "", err
	}
	if r.Copies == nil {
		return "", ErrNotFound
	}
	c, err := r.Copies.Copy(ctx, number)
	if err != nil {
		return "", err
	}
	return r.Sow(ctx, seedOf(c), once)
}

// Sow begins a draft from answers that were given before: they are carried over
// to the version of the service that is offered now, what the profile knows is
// taken from it anew, files are taken over where they still may be, consents are
// asked again. Errors: ErrService, ErrRegion, ErrAudience, ErrMany, ErrKeyUsed.
func (r *Room) Sow(ctx context.Context, seed Seed, once string) (string, error) {
	me, err := owner(ctx)
	if err != nil {
		return "", err
	}
	s, err := r.service(seed.Service.ID)
	if err != nil {
		return "", err
	}
	x := done{print: id.Hash(seed.From + "\x00" + seed.Ref + "\x00" + s.ID)}
	if seed.Origin != nil {
		x.print = id.Hash(seed.Origin.Kind + "\x00" + seed.Ref + "\x00" + s.ID)
	}
	if once != "" {
		before, err := r.store.under(ctx, r.DB.Reader(), me, id.Hash("sow\x00"+once))
		if err == nil && before.standing && string(before.print) != string(x.print) {
			err = ErrKeyUsed
		}
		if err != nil || before.standing {
			return before.ID, err
		}
	}
	w, err := r.fallow(ctx, me, s, seed.Child)
	if err != nil {
		return "", err
	}
	if err := r.stillTheirs(ctx, w); err != nil {
		return "", err
	}
	if err := mayDraft(s, w.facts); err != nil {
		return "", err
	}
	w.Origin = seed.Origin
	b := w.plant(seed)
	taken, err := r.takeOver(ctx, w, seed, b)
	if err != nil {
		return "", err
	}
	if w.Begun = b; len(b.Lines) == 0 {
		w.Begun = nil
	}
	x.ID = w.ID
	draftID, err := r.sown(ctx, w, taken, once, x)
	if err != nil || draftID != w.ID {
		r.uproot(ctx, taken)
	}
	return draftID, err
}

// fallow is a new draft with all that it may be filled in from.
func (r *Room) fallow(ctx context.Context, me string, s *forms.Service, child *cases.Child) (*work, error) {
	rows, err := r.store.list(ctx, me)
	if err != nil {
		return nil, err
	}
	if len(rows) >= maxDrafts {
		return nil, ErrMany
	}
	w := &work{Draft: Draft{
		ID: id.New(), Owner: me, ServiceID: s.ID, Version: s.Version, Step: stepCheck, Answers: forms.Answers{}, Found: map[string]forms.Found{},
		Child: child,
	}}
	if w.key, err = r.Sealer.Key(ctx, me, secret.Person); err != nil {
		return nil, err
	}
	return w, r.gather(ctx, w)
}

// plant puts the answers of a seed into the draft, without its files, and says
// what became of them.
func (w *work) plant(seed Seed) *begun {
	b := &begun{From: seed.From, Name: seed.Name}
	answers, changes := forms.Carry(seed.Service, w.service, seed.Answers)
	for _, c := range changes {
		switch {
		case c.Again:
			b.Lines = append(b.Lines, begunLine{What: begunAgain, Field: c.Field, Label: c.Label})
		case c.What == forms.ChangeRemoved && w.service.Field(c.Field) == nil: // what is calculated is no answer
			b.Lines = append(b.Lines, begunLine{What: begunRemoved, Field: c.Field, Label: c.Label})
		}
	}
	w.Answers = answers
	if w.changes() {
		return b // what was said of this application stays
	}
	for _, step := range w.fill().Steps {
		for i := range step.Fields {
			w.refresh(&step.Fields[i], seed.Known, b)
		}
	}
	return b
}

// refresh leaves a value that nobody typed to what is known now, and a consent to
// the person: each application needs its own.
func (w *work) refresh(f *forms.FieldState, known []string, b *begun) {
	name := f.Field.ID
	old, answered := w.Answers[name]
	switch {
	case f.Field.Kind == "consent" && answered:
		delete(w.Answers, name)
		b.Lines = append(b.Lines, begunLine{What: begunAgain, Field: name, Label: f.Field.Label})
	case f.Changed && f.Provided != nil && slices.Contains(known, name) && !isFile(f.Field):
		delete(w.Answers, name)
		b.Lines = append(b.Lines, begunLine{What: begunFresh, Field: name, Label: f.Field.Label, Was: old})
	case len(f.Wrong) > 0 && !isFile(f.Field):
		b.Lines = append(b.Lines, begunLine{What: begunAgain, Field: name, Label: f.Field.Label})
	}
}

// takeOver copies the files that the answers name into the draft. What is not
// allowed any more is left out and told.
func (r *Room) takeOver(ctx context.Context, w *work, seed Seed, b *begun) ([]File, error) {
	var taken []File
	var failed error
	walkFiles(w.service, w.Answers, func(f *forms.Field, name string, ref map[string]any) (map[string]any, bool) {
		fileID, _ := ref["id"].(string)
		if _, own := w.paper(fileID); own {
			return ref, true
		}
		i := slices.IndexFunc(seed.Files, func(x cases.FileRef) bool { return x.ID == fileID })
		if failed != nil || i < 0 {
			return nil, false
		}
		file, err := r.copyFile(ctx, w, f, name, seed.Files[i])
		switch {
		case err == nil:
			taken = append(taken, file)
			return map[string]any{"id": file.ID, "name": file.Name, "size": file.Size, "type": file.Type}, true
		case errs.IsKind(err, errs.Invalid), errs.IsKind(err, errs.NotFound), errs.IsKind(err, errs.Conflict):
			b.Lines = append(b.Lines, begunLine{What: begunFile, Field: name, Label: f.Label, File: seed.Files[i].Name})
		default:
			failed = err
		}
		return nil, false
	})
	if failed != nil {
		r.uproot(ctx, taken)
	}
	return taken, failed
}

func (r *Room) copyFile(ctx context.Context, w *work, f *forms.Field, name string, ref cases.FileRef) (File, error) {
	if ref.Scan == upload.Infected {
		return File{}, upload.ErrInfected
	}
	body, err := ref.Open(ctx)
	if err != nil {
		return File{}, err
	}
	defer func() { _ = body.Close() }()
	return r.takeIn(ctx, w, f, name, ref.Name, body)
}

// walkFiles goes through the references to files in the answers; f gives what
// takes the place of one, or that it goes.
func walkFiles(s *forms.Service, answers forms.Answers, f func(field *forms.Field, name string, ref map[string]any) (map[string]any, bool)) {
	for i := range s.Form.Steps {
		step := &s.Form.Steps[i]
		replaceFiles(step.Fields, "", answers, f)
		for j := range step.Groups {
			g := &step.Groups[j]
			list, _ := answers[g.ID].([]any)
			for n, item := range list {
				if m, ok := item.(map[string]any); ok {
					replaceFiles(g.Fields, g.ID+"."+strconv.Itoa(n)+".", m, f)
				}
			}
		}
	}
}

func replaceFiles(fields []forms.Field, prefix string, answers map[string]any, f func(*forms.Field, string, map[string]any) (map[string]any, bool)) {
	for i := range fields {
		field := &fields[i]
		list, ok := answers[field.ID].([]any)
		if !isFile(field) || !ok {
			continue
		}
		var kept []any
		for _, x := range list {
			ref, _ := x.(map[string]any)
			if now, ok := f(field, prefix+field.ID, ref); ok {
				kept = append(kept, now)
			}
		}
		if answers[field.ID] = kept; len(kept) == 0 {
			delete(answers, field.ID)
		}
	}
}

// sown writes the draft with its files.
func (r *Room) sown(ctx context.Context, w *work, taken []File, once string, x done) (string, error) {
	sealed, err := sealAnswers(&w.Draft, w.key)
	if err != nil {
		return "", err
	}
	files, err := w.sealed(taken)
	if err != nil {
		return "", err
	}
	result := w.ID
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		result = w.ID
		if standing, err := r.first(ctx, tx, w.Owner, "sow", once, x); err != nil || standing.standing {
			result = standing.ID
			return err
		}
		if err := r.store.insert(ctx, tx, w.Draft, sealed); err != nil {
			return err
		}
		if err := r.addFiles(ctx, tx, w.Draft, files); err != nil {
			return err
		}
		return r.note(ctx, tx, actStarted, w.Draft)
	})
	return result, err
}

// uproot deletes files that came to belong to no draft.
func (r *Room) uproot(ctx context.Context, taken []File) {
	if err := r.discard(context.WithoutCancel(ctx), discard{Keys: blobKeys(taken)}); err != nil {
		r.Log.WarnContext(ctx, "files of a draft that was not begun stay until the sweep", "err", err)
	}
}

// Typed gives the answers of one of the actor's drafts that were typed, with no
// files and no consents, and the service that they are for: what can be kept for
// another time.
func (r *Room) Typed(ctx context.Context, draftID string) (Seed, error) {
	w, err := r.unsent(ctx, draftID)
	if err != nil {
		return Seed{}, err
	}
	return Seed{Service: w.service, Answers: Lasting(w.service, w.Answers, nil)}, nil
}

// Sent gives the same of one of the actor's own applications.
func (r *Room) Sent(ctx context.Context, number string) (Seed, error) {
	if _, err := owner(ctx); err != nil {
		return Seed{}, err
	}
	if r.Copies == nil {
		return Seed{}, ErrNotFound
	}
	c, err := r.Copies.Copy(ctx, number)
	if err != nil {
		return Seed{}, err
	}
	return Seed{Service: c.Service, Answers: Lasting(c.Service, c.Answers, c.Known)}, nil
}

// Lasting are the answers that may serve another application: no files, no
// consents, and nothing that is known anyway.
func Lasting(s *forms.Service, answers forms.Answers, known []string) forms.Answers {
	out := forms.Answers{}
	for name, v := range answers {
		f, g := s.Field(name), s.Group(name)
		switch {
		case v == nil || slices.Contains(known, name):
		case f != nil && !passing(f):
			out[name] = v
		case g != nil:
			out[name] = lastingItems(g, v)
		}
	}
	return out
}

func lastingItems(g *forms.Group, v any) []any {
	list, _ := v.([]any)
	out := make([]any, 0, len(list))
	for _, item := range list {
		m, _ := item.(map[string]any)
		kept := maps.Clone(m)
		for i := range g.Fields {
			if passing(&g.Fields[i]) {
				delete(kept, g.Fields[i].ID)
			}
		}
		out = append(out, kept)
	}
	return out
}

// passing fields are of one application only.
func passing(f *forms.Field) bool {
	return isFile(f) || f.Kind == "consent" || f.Kind == "calculated" || f.Kind == "note"
}

// begunKey holds what a draft was begun with among the answers, as foundKey does.
const begunKey = "_begun"

// withBegun is the answers as they are stored.
func withBegun(a forms.Answers, b *begun) forms.Answers {
	if b == nil {
		return a
	}
	out := maps.Clone(a)
	out[begunKey] = b
	return out
}

// takeBegun parts it from the person's answers.
func takeBegun(a forms.Answers) (*begun, error) {
	kept, ok := a[begunKey]
	if !ok {
		return nil, nil
	}
	delete(a, begunKey)
	b := &begun{}
	raw, err := json.Marshal(kept)
	if err == nil {
		err = json.Unmarshal(raw, b)
	}
	return b, err
}

// settle notes that the holder has seen what became of the answers.
func (r *Room) settle(ctx context.Context, draftID string) (*work, error) {
	w, err := r.unsent(ctx, draftID)
	if err != nil || w.Begun == nil {
		return w, err
	}
	w.Begun = nil
	return w, r.save(ctx, w, nil)
}
