package draft

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/applications/cases"
	"okno/internal/applications/upload"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
)

// From where an application comes.
const (
	fromPage = "page"
	fromAPI  = "api"
)

// Send sends a draft and gives the application's number; sending again gives
// the same one. seen is the row version that the person has checked, 0 for any.
// Errors: ErrNotReady, ErrStopped, ErrLevel and the others of maySend,
// ErrChanged when the answers are not those that were seen.
func (r *Room) Send(ctx context.Context, draftID string, seen int64, source string) (string, error) {
	return r.SendFor(ctx, draftID, seen, source, cases.Wish{})
}

// SendFor is Send with the way in which the person wants the result. Errors also:
// cases.ErrDelivery.
func (r *Room) SendFor(ctx context.Context, draftID string, seen int64, source string, wish cases.Wish) (string, error) {
	return r.sendWith(ctx, draftID, seen, source, "", wish)
}

// sendWith is SendFor with the code that a helper has of the owner, "" for none.
// Errors also: ErrCode, those of a wrong code.
func (r *Room) sendWith(ctx context.Context, draftID string, seen int64, source, code string, wish cases.Wish) (string, error) {
	w, err := r.load(ctx, draftID)
	if err != nil {
		return "", err
	}
	if w.Number != "" {
		return w.Number, nil
	}
	if w.news() {
		return "", ErrOutdated
	}
	if seen != 0 && seen != w.RowVersion {
		return "", ErrChanged
	}
	if err := r.permitted(ctx, w, code); err != nil {
		return "", err
	}
	r.look(ctx, w, "", w.Answers) // what was silent may have woken up
	if err := r.Cases.Offer(w.service, w.facts).Fits(wish); err != nil {
		return "", err
	}
	number, err := r.sendNow(ctx, w, source, wish)
	if err != nil {
		return r.sentElsewhere(ctx, w, err)
	}
	return number, nil
}

func (r *Room) sendNow(ctx context.Context, w *work, source string, wish cases.Wish) (string, error) {
	if err := r.stillTheirs(ctx, w); err != nil {
		return "", err
	}
	result := w.fill()
	if err := sendable(ctx, w.service, w.facts, result); err != nil {
		return "", err
	}
	s := submission(w.Draft, result, w.facts, source)
	if w.behalf != nil {
		s.Helper, s.Source = identity.ActorOf(ctx).ID, w.behalf.Source
	}
	s.Wish = wish
	s.Files = r.attached(w, s.Answers)
	if slices.ContainsFunc(s.Files, func(f cases.FileRef) bool { return f.Scan == upload.Infected }) {
		return "", upload.ErrInfected
	}
	o := outcomeOf(result.Decided)
	o.Child = w.Child != nil
	return r.submit(ctx, w, s, o)
}

// sendable: whether the person may, and whether all is there.
func sendable(ctx context.Context, s *forms.Service, f forms.Facts, result *forms.Result) error {
	if err := maySend(s, f); err != nil {
		return err
	}
	if err := secured(ctx, s, f); err != nil {
		return err
	}
	if result.Stopped != nil {
		return ErrStopped
	}
	if !result.Ready() {
		return notReady(ctx, append(slices.Clone(result.Missing), result.Wrong...))
	}
	return nil
}

// notReady names the faults of single answers.
func notReady(ctx context.Context, wrong []forms.Wrong) error {
	e := *ErrNotReady
	e.Fields = faults(ctx, wrong)
	return &e
}

// faults are the faults of single answers, in words of the request's language.
func faults(ctx context.Context, wrong []forms.Wrong) []errs.Field {
	out := make([]errs.Field, len(wrong))
	for i, w := range wrong {
		out[i] = errs.Field{Name: w.Name, Key: "applications.draft.error.answer", Args: []any{"Text", message(ctx, w)}}
	}
	return out
}

// message is what is wrong, in the request's language.
func message(ctx context.Context, w forms.Wrong) string {
	return w.Message(forms.Lang(i18n.Lang(ctx)), words(ctx))
}

func words(ctx context.Context) forms.Words {
	return func(key string, args ...any) string { return i18n.T(ctx, key, args...) }
}

func printer(ctx context.Context) forms.Printer {
	return forms.Printer{Lang: forms.Lang(i18n.Lang(ctx)), Words: words(ctx)}
}

func submission(d Draft, result *forms.Result, f forms.Facts, source string) cases.Submission {
	x := result.Decided
	f.Dictionaries = nil // the answers hold the words
	return cases.Submission{
		ID: d.ID, Owner: d.Owner, ServiceID: d.ServiceID, Version: d.Version, Agency: result.Service.Agency,
		Answers: result.Submission(), Facts: f, Level: f.Level, Region: f.Region, Source: source,
		Child: d.Child, Fee: x.Fee, Days: x.Days, Working: x.Working, Minutes: x.Minutes, RulesVersion: x.Version,
	}
}

func outcomeOf(x forms.Decided) Outcome {
	return Outcome{Days: x.Days, Working: x.Working, Minutes: x.Minutes, Fee: x.Fee, FeeKnown: x.FeeKnown}
}

// attached are the files that the sent answers name, and no others.
func (r *Room) attached(w *work, answers forms.Answers) []cases.FileRef {
	named := references(map[string]any(answers))
	var out []cases.FileRef
	for _, p := range w.papers {
		if slices.Contains(named, p.ID) {
			out = append(out, cases.FileRef{ID: p.ID, Name: paperName(p), Type: "pdf", Size: p.Size, Scan: upload.Clean, Open: p.Open})
		}
	}
	for _, f := range w.files {
		if !slices.Contains(named, f.ID) {
			continue
		}
		out = append(out, cases.FileRef{
			ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, Scan: f.Scan,
			Open: func(ctx context.Context) (io.ReadCloser, error) {
				return r.Intake.Files().Load(ctx, f.ref, w.key, bodyPlace(w.ID, f.ID))
			},
		})
	}
	return out
}

// submit makes the case of a draft, in one transaction with the end of the draft.
func (r *Room) submit(ctx context.Context, w *work, s cases.Submission, o Outcome) (string, error) {
	if w.changes() {
		return r.sendChange(ctx, w, s, o)
	}
	if w.mends() {
		s.Earlier = w.Origin.Case
	}
	prepared, err := r.Cases.Prepare(ctx, s)
	if err != nil {
		return "", err
	}
	needed, err := r.confirming(ctx, w.Owner, w.service)
	if err != nil {
		return "", err
	}
	tell, err := r.telling(ctx, w, prepared.Number())
	if err != nil {
		return "", err
	}
	var number string
	err = r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := r.confirmed(ctx, tx, needed, w.deed()); err != nil {
			return err
		}
		if number, err = r.Cases.Create(ctx, tx, prepared); err != nil {
			return err
		}
		if err := tell(ctx, tx); err != nil {
			return err
		}
		return r.over(ctx, tx, w, number, o)
	})
	return number, err
}

// sentElsewhere: a second click meets a draft that the first one is taking
// away, in whatever way that shows. Was it sent, that is the answer.
func (r *Room) sentElsewhere(ctx context.Context, w *work, err error) (string, error) {
	row, rerr := r.store.draft(ctx, w.Owner, w.ID)
	if rerr == nil && row.Number != "" {
		return row.Number, nil
	}
	if errors.Is(err, errStale) {
		return "", ErrChanged
	}
	return "", err
}

// maxKey is the longest idempotency key, in bytes.
const maxKey = 200

// Apply sends an application at once, without a draft: all answers are checked,
// and it stands or falls in one transaction. key is an idempotency key: the
// same one gives the same number for a week. answers can't name files.
func (r *Room) Apply(ctx context.Context, serviceID string, answers forms.Answers, key string) (string, error) {
	return r.ApplyForChild(ctx, serviceID, "", answers, key)
}

// ApplyForChild is Apply on behalf of one of the actor's children, "" for oneself.
// Errors also: those of StartForChild.
func (r *Room) ApplyForChild(ctx context.Context, serviceID, childID string, answers forms.Answers, key string) (string, error) {
	me, err := owner(ctx)
	if err != nil {
		return "", err
	}
	if key == "" || len(key) > maxKey {
		return "", ErrKey
	}
	whose := serviceID
	if childID != "" {
		whose += "\x00" + childID
	}
	x, err := printOf(whose, answers)
	if err != nil {
		return "", err
	}
	before, err := r.store.under(ctx, r.DB.Reader(), me, id.Hash("apply\x00"+key))
	if err != nil {
		return "", err
	}
	if before.standing {
		return repeated(before, x)
	}
	return r.applyNew(ctx, me, serviceID, childID, answers, key, x)
}

func printOf(whose string, answers forms.Answers) (done, error) {
	raw, err := answers.Encode()
	return done{print: id.Hash(whose + "\x00" + string(raw))}, err
}

// repeated is the answer to a key that was used before.
func repeated(before, x done) (string, error) {
	if string(before.print) != string(x.print) {
		return "", ErrKeyUsed
	}
	return before.Number, nil
}

func (r *Room) applyNew(ctx context.Context, me, serviceID, childID string, answers forms.Answers, key string, x done) (string, error) {
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
	if err := strangers(s, answers); err != nil {
		return "", err
	}
	result := forms.Fill(s, answers, f)
	if err := sendable(ctx, s, f, result); err != nil {
		return "", err
	}
	if fields := unseen(answers, result.Submission()); len(fields) > 0 {
		e := *ErrFault
		e.Fields = fields
		return "", &e
	}
	if needed, err := r.confirming(ctx, me, s); err != nil || needed {
		return "", orConfirm(err) // a program can't ask a phone: a draft can be sent on the page
	}
	d := Draft{ID: id.New(), Owner: me, ServiceID: s.ID, Version: s.Version, Child: child}
	prepared, err := r.Cases.Prepare(ctx, submission(d, result, f, fromAPI))
	if err != nil {
		return "", err
	}
	x.ID = d.ID
	return r.create(ctx, me, key, x, prepared)
}

func orConfirm(err error) error {
	if err != nil {
		return err
	}
	return ErrConfirm
}

// create writes case and key; only Create knows the number, so the key comes after
// it, and both stand or fall together.
func (r *Room) create(ctx context.Context, me, key string, x done, prepared *cases.Prepared) (string, error) {
	var number string
	err := r.DB.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if number, err = r.Cases.Create(ctx, tx, prepared); err != nil {
			return err
		}
		x.Number = number
		fresh, err := r.store.keep(ctx, tx, me, id.Hash("apply\x00"+key), x)
		if err == nil && !fresh {
			err = errStale // another request came with the same key: nothing of ours stays
		}
		return err
	})
	if !errors.Is(err, errStale) {
		return number, err
	}
	before, err := r.store.under(ctx, r.DB.Reader(), me, id.Hash("apply\x00"+key))
	if err != nil {
		return "", err
	}
	return repeated(before, x)
}

// strangers refuses answers that the service does not know, and text that is none.
func strangers(s *forms.Service, answers forms.Answers) error {
	e := *ErrNotReady
	for name, v := range answers {
		g := s.Group(name)
		switch {
		case s.Field(name) == nil && g == nil:
			e.Fields = append(e.Fields, errs.Field{Name: strings.ToValidUTF8(name, "?"), Key: "applications.draft.error.unknown"})
		case !clean(v, 0):
			e.Fields = append(e.Fields, errs.Field{Name: name, Key: "applications.draft.error.unclean"})
		case g != nil:
			e.Fields = append(e.Fields, strangeItems(g, v)...)
		}
	}
	if len(e.Fields) == 0 {
		return nil
	}
	slices.SortFunc(e.Fields, func(a, b errs.Field) int { return strings.Compare(a.Name, b.Name) })
	return &e
}

func strangeItems(g *forms.Group, v any) []errs.Field {
	var out []errs.Field
	list, _ := v.([]any)
	for _, item := range list {
		m, _ := item.(map[string]any)
		for name := range m {
			if !slices.ContainsFunc(g.Fields, func(f forms.Field) bool { return f.ID == name }) {
				out = append(out, errs.Field{Name: g.ID + "." + name, Key: "applications.draft.error.unknown"})
			}
		}
	}
	return out
}

// Limits of one answer that came as JSON.
const (
	maxDepth = 6
	maxText  = 100 << 10
)

// clean: valid text without NUL, not too long and not too deep.
func clean(v any, depth int) bool {
	switch v := v.(type) {
	case string:
		return len(v) <= maxText && utf8.ValidString(v) && !strings.ContainsRune(v, 0)
	case []any:
		return depth < maxDepth && !slices.ContainsFunc(v, func(x any) bool { return !clean(x, depth+1) })
	case map[string]any:
		for k, x := range v {
			if !clean(k, depth) || depth >= maxDepth || !clean(x, depth+1) {
				return false
			}
		}
	}
	return true
}
