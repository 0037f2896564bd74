package draft

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// Sender delivers notices.
type Sender interface {
	Seal(ctx context.Context, letters ...notify.Letter) (*notify.Batch, error)
	Send(ctx context.Context, tx *db.Tx, b *notify.Batch) error
}

// Accounts tell the language of a person.
type Accounts interface {
	Account(ctx context.Context, id string) (identity.Account, error)
}

const (
	watchEvery = time.Minute
	tellPage   = 100 // drafts of one job
)

// watch looks for drafts whose service has a newer version.
type watch struct{}

// Kind is the name of the job.
func (watch) Kind() string { return "applications.draft.watch" }

// tell tells holders of drafts of a service that its rules have moved.
type tell struct {
	Service string `json:"service"`
	Version int    `json:"version"`
}

// Kind is the name of the job.
func (tell) Kind() string { return "applications.draft.tell" }

// watch starts a job for each service that has changed under drafts. It may run
// on any node and at any time: who was told is kept with the draft.
func (r *Room) watch(ctx context.Context, _ watch) error {
	rows, err := r.store.reader().DraftVersions(ctx)
	if err != nil {
		return db.Classify(err)
	}
	changed := map[string]int{}
	for _, row := range rows {
		if s, ok := r.Services.Service(row.ServiceID); ok && int64(s.Version) > row.Version {
			changed[s.ID] = s.Version
		}
	}
	for service, version := range changed {
		if err := r.tell(ctx, tell{Service: service, Version: version}); err != nil {
			return err
		}
	}
	return nil
}

// tell goes through the drafts a page at a time; a new job takes the next page.
func (r *Room) tell(ctx context.Context, args tell) error {
	now, ok := r.Services.Service(args.Service)
	if !ok || now.Version != args.Version || r.Notify == nil {
		return nil // another version has come meanwhile, with a job of its own
	}
	rows, err := r.store.untold(ctx, args.Service, args.Version, tellPage)
	if err != nil || len(rows) == 0 {
		return err
	}
	moved := map[int64][]forms.Change{}
	for _, row := range rows {
		changes, ok := moved[row.Version]
		if !ok {
			changes = r.moved(ctx, now, int(row.Version))
			moved[row.Version] = changes
		}
		if err := r.tellOne(ctx, now, row.OwnerID, row.ID, changes); err != nil {
			return err
		}
	}
	if len(rows) < tellPage {
		return nil
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return r.Queue.Enqueue(ctx, tx, args) })
}

// moved are the rules and dates that differ from the version; nothing that
// depends on a person's answers.
func (r *Room) moved(ctx context.Context, now *forms.Service, version int) []forms.Change {
	old, err := r.Services.Version(ctx, now.ID, version)
	if err != nil {
		return []forms.Change{{What: forms.ChangeRight}}
	}
	_, changes := forms.Carry(old, now, forms.Answers{})
	rules := []string{forms.ChangeFee, forms.ChangeDeadline, forms.ChangeRight, forms.ChangeLevel}
	return slices.DeleteFunc(changes, func(c forms.Change) bool { return !c.Again && !slices.Contains(rules, c.What) })
}

// tellOne marks a draft as told and sends the notice with it; where nothing has
// moved that concerns anybody, it is marked only.
func (r *Room) tellOne(ctx context.Context, now *forms.Service, owner, draftID string, changes []forms.Change) error {
	ctx = secret.WithCache(identity.AsSystem(ctx))
	var batch *notify.Batch
	if len(changes) > 0 {
		var err error
		batch, err = r.letter(ctx, now, owner, draftID, changes)
		if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		fresh, err := r.store.markTold(ctx, tx, owner, draftID, now.Version)
		if err != nil || !fresh || batch == nil {
			return err
		}
		if err := r.Notify.Send(ctx, tx, batch); err != nil {
			return err
		}
		return r.note(ctx, tx, "applications.draft_told", Draft{ID: draftID, Owner: owner})
	})
}

func (r *Room) letter(ctx context.Context, s *forms.Service, owner, draftID string, changes []forms.Change) (*notify.Batch, error) {
	account, err := r.Accounts.Account(ctx, owner)
	if err != nil {
		return nil, err
	}
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	words := func(key string, args ...any) string { return r.Texts.T(lang, key, args...) }
	lines := make([]string, 0, len(changes))
	for _, c := range changes {
		lines = append(lines, c.Message(forms.Printer{Lang: forms.Lang(lang), Words: words}))
	}
	title := s.Title.In(forms.Lang(lang))
	return r.Notify.Seal(ctx, notify.Letter{
		Channel: notify.Cabinet, To: owner, Owner: owner, Kind: "status", Ref: "draft:" + draftID, Link: base(draftID),
		Subject: words("applications.draft.told.subject", "Service", title),
		Text:    words("applications.draft.told.text", "Service", title, "Changes", strings.Join(slices.Compact(lines), " ")),
	})
}
