package draft

import (
	"context"
	"encoding/json"
	"maps"

	"okno/internal/applications/cases"
	"okno/internal/forms"
	"okno/internal/kit/db"
)

// What a draft becomes that was opened from an application.
const (
	// originMend: an application in place of a refused one.
	originMend = "mend"
	// originChange: other answers of an application that nobody has taken yet.
	originChange = "change"
)

// origin is the application from which a draft was opened, and what became of it.
type origin struct {
	Kind   string `json:"kind"`
	Case   string `json:"case"`
	Number string `json:"number"`
	// Remarks say by field why it was refused.
	Remarks map[string]string `json:"remarks,omitempty"`
}

// Changes are applications that can still be changed.
type Changes interface {
	// Changeable says why the actor's own application can't be changed, nil if it can.
	Changeable(ctx context.Context, number string) error
	// Amend puts other answers into it; also is done in the same transaction.
	Amend(ctx context.Context, number string, s cases.Submission, also func(context.Context, *db.Tx) error) error
}

// Mend opens one of the actor's refused applications as a draft, with what is
// wrong at its fields, and gives the draft's id. Errors: those of Again,
// cases.ErrMove for one that is not refused.
func (r *Room) Mend(ctx context.Context, number, once string) (string, error) {
	c, err := r.copied(ctx, number)
	if err != nil {
		return "", err
	}
	if c.Status != cases.Refused {
		return "", cases.ErrMove
	}
	return r.reopen(ctx, c, originMend, once)
}

// Change opens one of the actor's own applications as a draft, to change it while
// nobody has taken it. Errors: those of Again, cases.ErrTakenUp, cases.ErrNoChange.
func (r *Room) Change(ctx context.Context, number, once string) (string, error) {
	c, err := r.copied(ctx, number)
	if err != nil {
		return "", err
	}
	if r.Changes == nil {
		return "", cases.ErrNoChange
	}
	if err := r.Changes.Changeable(ctx, number); err != nil {
		return "", err
	}
	return r.reopen(ctx, c, originChange, once)
}

func (r *Room) copied(ctx context.Context, number string) (*cases.Copy, error) {
	if _, err := owner(ctx); err != nil {
		return nil, err
	}
	if r.Copies == nil {
		return nil, ErrNotFound
	}
	return r.Copies.Copy(ctx, number)
}

func (r *Room) reopen(ctx context.Context, c *cases.Copy, kind, once string) (string, error) {
	seed := seedOf(c)
	seed.Origin = &origin{Kind: kind, Case: c.CaseID, Number: c.Number, Remarks: c.Remarks}
	return r.Sow(ctx, seed, once)
}

// mends reports whether the draft stands in place of a refused application,
// changes whether it becomes other answers of an open one.
func (d *Draft) mends() bool   { return d.Origin != nil && d.Origin.Kind == originMend }
func (d *Draft) changes() bool { return d.Origin != nil && d.Origin.Kind == originChange }

// remark is what the agency said of a field when it refused.
func (d *Draft) remark(field string) string {
	if d.Origin == nil {
		return ""
	}
	return d.Origin.Remarks[field]
}

// sendChange puts the draft's answers into the application that it was opened from.
func (r *Room) sendChange(ctx context.Context, w *work, s cases.Submission, o Outcome) (string, error) {
	if r.Changes == nil {
		return "", cases.ErrNoChange
	}
	o.Changed = true
	needed, err := r.confirming(ctx, w.Owner, w.service)
	if err != nil {
		return "", err
	}
	err = r.Changes.Amend(ctx, w.Origin.Number, s, func(ctx context.Context, tx *db.Tx) error {
		if err := r.confirmed(ctx, tx, needed, w.deed()); err != nil {
			return err
		}
		return r.over(ctx, tx, w, w.Origin.Number, o)
	})
	return w.Origin.Number, err
}

// over ends a draft whose answers are an application's now.
func (r *Room) over(ctx context.Context, tx *db.Tx, w *work, number string, o Outcome) error {
	d := w.Draft
	d.Number, d.Outcome = number, o
	if err := r.store.sent(ctx, tx, d); err != nil || len(w.files) == 0 {
		return err
	}
	if err := r.store.removeFiles(ctx, tx, d); err != nil {
		return err
	}
	return r.letGo(ctx, tx, blobKeys(w.files)...)
}

// originKey holds the origin among the answers, as foundKey does.
const originKey = "_origin"

// withOrigin is the answers as they are stored.
func withOrigin(a forms.Answers, o *origin) forms.Answers {
	if o == nil {
		return a
	}
	out := maps.Clone(a)
	out[originKey] = o
	return out
}

// takeOrigin parts it from the person's answers.
func takeOrigin(a forms.Answers) (*origin, error) {
	kept, ok := a[originKey]
	if !ok {
		return nil, nil
	}
	delete(a, originKey)
	o := &origin{}
	raw, err := json.Marshal(kept)
	if err == nil {
		err = json.Unmarshal(raw, o)
	}
	return o, err
}
