package desk

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
)

// filtersMost is how many filters an officer may name, filterTitle how long a
// name may be, in characters.
const (
	filtersMost = 50
	filterTitle = 60
)

// savedFilter is a choice that an officer has given a name.
type savedFilter struct{ ID, Title, Choice string }

// href is the queue as the filter shows it.
func (f savedFilter) href() string { return "/desk" + choiceFrom(f.Choice).query() }

// choiceFrom reads a choice from the end of an address.
func choiceFrom(query string) choice {
	v, _ := url.ParseQuery(strings.TrimPrefix(query, "?")) // what can't be read chooses nothing
	return choice{
		Agency: v.Get("agency"), Tab: v.Get("tab"), Status: v.Get("status"), Service: v.Get("service"), Region: v.Get("region"),
		Assigned: v.Get("assigned"), From: v.Get("from"), To: v.Get("to"), Order: v.Get("order"), Due: v.Get("due"),
	}
}

// decides lets officers and heads through.
func decides(ctx context.Context) (identity.Actor, error) {
	a := identity.ActorOf(ctx)
	if !a.Has(identity.Officer, identity.Head) {
		return a, identity.ErrForbidden
	}
	return a, nil
}

// saveFilter names a choice of the actor. Errors: ErrFilter.
func (r *Room) saveFilter(ctx context.Context, title string, c choice) error {
	actor, err := decides(ctx)
	if err != nil {
		return err
	}
	title = strings.Join(strings.Fields(title), " ")
	if n := utf8.RuneCountInString(title); n == 0 || n > filterTitle {
		return ErrFilter.WithField("title", "desk.error.filter_title", "Max", filterTitle)
	}
	c.After = ""
	f := savedFilter{ID: id.New(), Title: title, Choice: strings.TrimPrefix(c.query(), "?")}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		added, err := r.store.addFilter(ctx, tx, actor.ID, f)
		if err == nil && !added {
			err = ErrFilter.WithField("title", "desk.error.filter_many", "Max", filtersMost)
		}
		if err != nil {
			return err
		}
		return r.Journal.Write(ctx, tx, actor.Entry("desk.filter_saved", "", "filter:"+f.ID))
	})
}

func (r *Room) deleteFilter(ctx context.Context, filterID string) error {
	actor, err := decides(ctx)
	if err != nil {
		return err
	}
	return r.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := r.store.deleteFilter(ctx, tx, actor.ID, filterID)
		if err == nil && !found {
			err = ErrNoFilter
		}
		if err != nil {
			return err
		}
		return r.Journal.Write(ctx, tx, actor.Entry("desk.filter_deleted", "", "filter:"+filterID))
	})
}

// current marks the filter that is shown.
func current(all []savedFilter, c choice) string {
	c.After = ""
	i := slices.IndexFunc(all, func(f savedFilter) bool { return choiceFrom(f.Choice).query() == c.query() })
	if i < 0 {
		return ""
	}
	return all[i].ID
}
