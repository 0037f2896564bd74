package draft

import (
	"context"
	"maps"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// owner is the permission of every use case here: the citizen who is signed in
// works on what is the citizen's own, and on nothing else.
func owner(ctx context.Context) (string, error) {
	a := identity.ActorOf(ctx)
	if !a.SignedIn() {
		return "", identity.ErrSignIn
	}
	if a.IsStaff() {
		return "", ErrNotFound
	}
	return a.ID, nil
}

// facts are what is known of a person, on today's date of the agency.
func (r *Room) facts(ctx context.Context, owner string, s *forms.Service) (forms.Facts, error) {
	f, err := r.Profiles.Facts(ctx, owner)
	if err != nil {
		return f, err
	}
	f.Today = string(r.today(s.Agency))
	f.Files = map[string]forms.File{}
	f.Found = map[string]forms.Found{}
	if r.Dictionaries != nil {
		f.Dictionaries = r.Dictionaries()
	}
	return f, nil
}

func (r *Room) today(agency string) db.Date {
	now := r.Clock.Now()
	if zone := r.Agency(agency).Zone; zone != nil {
		now = now.In(zone)
	}
	return db.DateOf(now)
}

// service is the current version of a service that has a form.
func (r *Room) service(serviceID string) (*forms.Service, error) {
	s, ok := r.Services.Service(serviceID)
	if !ok || len(s.Form.Steps) == 0 {
		return nil, ErrService
	}
	return s, nil
}

// version is the one that a draft began with.
func (r *Room) version(ctx context.Context, serviceID string, version int) (*forms.Service, error) {
	if s, ok := r.Services.Service(serviceID); ok && s.Version == version {
		return s, nil
	}
	s, err := r.Services.Version(ctx, serviceID, version)
	if err != nil {
		return nil, ErrVersion.Wrap(err)
	}
	return s, nil
}

// load opens a draft of the actor's with its service, facts and files, carried
// over to the version that is offered now. Errors: ErrNotFound, ErrWithdrawn.
func (r *Room) load(ctx context.Context, draftID string) (*work, error) {
	w, err := r.row(ctx, draftID)
	if err != nil {
		return w, err
	}
	if err := r.current(ctx, w); err != nil {
		return w, err
	}
	return w, r.gather(ctx, w)
}

// kept opens a draft with the version that it was filled in with, for what was
// sent from a page of that version.
func (r *Room) kept(ctx context.Context, draftID string) (*work, error) {
	w, err := r.row(ctx, draftID)
	if err != nil {
		return w, err
	}
	if _, ok := r.Services.Service(w.ServiceID); !ok && w.Number == "" {
		return w, ErrWithdrawn
	}
	if _, err := r.version(ctx, w.ServiceID, w.Version); err != nil && w.Number == "" {
		if err := r.current(ctx, w); err != nil {
			return w, err
		}
	}
	return w, r.gather(ctx, w)
}

// outdated reports whether another version is offered by now.
func (r *Room) outdated(w *work) bool {
	s, ok := r.Services.Service(w.ServiceID)
	return w.Number == "" && ok && s.Version != w.Version
}

// row opens a draft of the actor's as it is stored, or one for whose owner the
// actor works.
func (r *Room) row(ctx context.Context, draftID string) (*work, error) {
	row, b, err := r.held(ctx, draftID)
	if err != nil {
		return nil, err
	}
	w := &work{behalf: b}
	if w.key, err = r.Sealer.Key(ctx, row.OwnerID, secret.Person); err != nil {
		return nil, err
	}
	w.Draft, err = open(row, w.key)
	if err == nil && b != nil && (w.Origin != nil || w.Child != nil) {
		err = ErrNotFound // an application that was sent is none of a helper's, nor is a child
	}
	return w, err
}

// gather adds what a draft is filled in with.
func (r *Room) gather(ctx context.Context, w *work) error {
	var err error
	if w.service, err = r.version(ctx, w.ServiceID, w.Version); err != nil {
		return err
	}
	if w.facts, err = r.facts(w.asOwner(ctx), w.Owner, w.service); err != nil {
		return err
	}
	w.shelf, _ = w.facts.Dictionaries.(forms.Shelf)
	w.addresses = r.Registries != nil
	w.facts = childFacts(w.facts, w.Child)
	maps.Copy(w.facts.Found, w.Found)
	if err := r.earlier(ctx, w); err != nil {
		return err
	}
	if !anyFiles(w.service) || w.Number != "" {
		return nil
	}
	if err := r.papers(ctx, w); err != nil {
		return err
	}
	files, err := r.store.files(ctx, w.Owner, w.ID, w.key)
	for _, f := range files {
		w.take(f)
	}
	return err
}

// unsent is load for what changes a draft: ErrSent when it was sent.
func (r *Room) unsent(ctx context.Context, draftID string) (*work, error) {
	w, err := r.load(ctx, draftID)
	if err == nil && w.Number != "" {
		return w, sentAs(w.Number)
	}
	return w, err
}

func sentAs(number string) error {
	e := *ErrSent
	e.Args = []any{"Number", number}
	return &e
}

// Drafts lists the owner's drafts, the last changed first.
func (r *Room) Drafts(ctx context.Context, owner string) ([]Row, error) {
	rows, err := r.store.list(ctx, owner)
	for i := range rows {
		r.name(ctx, &rows[i])
	}
	return rows, err
}

// name adds the titles; a draft whose version is gone keeps the service's id.
func (r *Room) name(ctx context.Context, row *Row) {
	s, err := r.version(ctx, row.ServiceID, row.Version)
	if now, ok := r.Services.Service(row.ServiceID); err != nil && ok {
		s, err = now, nil
	}
	if err != nil {
		row.Title = forms.Text{RU: row.ServiceID, EN: row.ServiceID}
		return
	}
	row.Title = s.Title
	if step := s.Step(row.Step); step != nil {
		row.StepTitle = step.Title
	}
}

// Start begins a draft of a service and gives its id. once is an idempotency
// key: the same one gives the same draft; "" for none. Errors: ErrService,
// ErrRegion, ErrAudience, ErrMany.
func (r *Room) Start(ctx context.Context, serviceID, once string) (string, error) {
	return r.start(ctx, serviceID, "", once, false)
}

// StartForChild is Start on behalf of one of the actor's children, by the id of the
// line in the profile. Errors also: ErrNotFound for anybody else's, ErrNotForChild,
// ErrChildAge.
func (r *Room) StartForChild(ctx context.Context, serviceID, childID, once string) (string, error) {
	return r.start(ctx, serviceID, childID, once, false)
}

// start begins a draft; a checked one opens as far as it is complete, instead of
// at its first step.
func (r *Room) start(ctx context.Context, serviceID, childID, once string, checked bool) (string, error) {
	me, err := owner(ctx)
	if err != nil {
		return "", err
	}
	s, err := r.service(serviceID)
	if err != nil {
		return "", err
	}
	f, err := r.facts(ctx, me, s)
	if err != nil {
		return "", err
	}
	child, err := r.childOr(ctx, me, childID)
	if err != nil {
		return "", err
	}
	f = childFacts(f, child)
	if err := mayDraft(s, f); err != nil {
		return "", err
	}
	if err := secured(ctx, s, f); err != nil {
		return "", err
	}
	step := s.Form.Steps[0].ID
	if checked {
		step = stepCheck
	}
	return r.begin(ctx, me, s, child, step, once)
}

func (r *Room) begin(ctx context.Context, me string, s *forms.Service, child *cases.Child, step, once string) (string, error) {
	rows, err := r.store.list(ctx, me)
	if err != nil {
		return "", err
	}
	if len(rows) >= maxDrafts {
		return "", ErrMany
	}
	key, err := r.Sealer.Key(ctx, me, secret.Person)
	if err != nil {
		return "", err
	}
	d := Draft{ID: id.New(), Owner: me, ServiceID: s.ID, Version: s.Version, Step: step, Answers: forms.Answers{}, Found: map[string]forms.Found{}, Child: child}
	what := s.ID
	if child != nil {
		what += "\x00" + child.ID
	}
	sealed, err := sealAnswers(&d, key)
	if err != nil {
		return "", err
	}
	result := d.ID
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		result = d.ID
		if standing, err := r.first(ctx, tx, me, "start", once, done{print: id.Hash(what), ID: d.ID}); err != nil || standing.standing {
			result = standing.ID
			return err
		}
		if err := r.store.insert(ctx, tx, d, sealed); err != nil {
			return err
		}
		return r.note(ctx, tx, actStarted, d)
	})
	return result, err
}

// first notes what is done under an idempotency key. It gives what was done
// before under the same key, ErrKeyUsed if that was something else.
func (r *Room) first(ctx context.Context, tx *db.Tx, me, act, key string, x done) (done, error) {
	if key == "" {
		return done{}, nil
	}
	hash := id.Hash(act + "\x00" + key)
	fresh, err := r.store.keep(ctx, tx, me, hash, x)
	if err != nil || fresh {
		return done{}, err
	}
	standing, err := r.store.under(ctx, tx, me, hash)
	if err == nil && string(standing.print) != string(x.print) {
		err = ErrKeyUsed
	}
	return standing, err
}

// actStarted is the act of beginning a draft.
const actStarted = "applications.draft_started"

// note writes what was done with a draft into the journal, on whose behalf, and
// for a new one from what it was begun.
func (r *Room) note(ctx context.Context, tx *db.Tx, act string, d Draft) error {
	e := identity.ActorOf(ctx).Entry(act, d.Owner, "draft:"+d.ID)
	details := map[string]string{}
	if d.Begun != nil && act == actStarted {
		details["from"] = d.Begun.From
	}
	if d.Child != nil {
		details["child"] = d.Child.ID
	}
	if len(details) > 0 {
		e.Details = details
	}
	return r.Audit.Write(ctx, tx, e)
}

// save writes the draft's answers and step; more is done in the same
// transaction. Error: errStale when somebody was quicker.
func (r *Room) save(ctx context.Context, w *work, more func(ctx context.Context, tx *db.Tx) error) error {
	sealed, err := sealAnswers(&w.Draft, w.key)
	if err != nil {
		return err
	}
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.store.save(ctx, tx, w.Draft, sealed); err != nil {
			return err
		}
		if more != nil {
			if err := more(ctx, tx); err != nil {
				return err
			}
		}
		return r.note(ctx, tx, "applications.draft_saved", w.Draft)
	})
	if err == nil {
		w.RowVersion++
	}
	return err
}

// Delete throws a draft away with its files.
func (r *Room) Delete(ctx context.Context, draftID string) error {
	w, err := r.row(ctx, draftID) // what can't be filled in can still be thrown away
	if err == nil && w.behalf != nil {
		return ErrNotFound // a helper throws nothing away
	}
	if err == nil && w.Number != "" {
		err = sentAs(w.Number)
	}
	if err != nil {
		return err
	}
	if w.files, err = r.store.files(ctx, w.Owner, w.ID, w.key); err != nil {
		return err
	}
	return r.delete(ctx, w)
}

func (r *Room) delete(ctx context.Context, w *work) error {
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.store.remove(ctx, tx, w.Draft); err != nil {
			return err
		}
		if err := r.letGo(ctx, tx, blobKeys(w.files)...); err != nil {
			return err
		}
		return r.note(ctx, tx, "applications.draft_deleted", w.Draft)
	})
}

func blobKeys(files []File) []string {
	keys := make([]string, len(files))
	for i, f := range files {
		keys[i] = f.ref.Key
	}
	return keys
}
