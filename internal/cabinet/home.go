package cabinet

import (
	"context"
	"slices"
	"strings"

	"okno/internal/applications/cases"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/notify"
	"okno/internal/profile"
)

// How much of each kind stands on the home page; the rest is a link away.
const (
	homeRows     = 30 // read at once: enough for almost everybody
	homeActive   = 6
	homeFinished = 3
	homeDrafts   = 4
	homePopular  = 4
	asideNotices = 5
)

// Home is what the home page tells.
type Home struct {
	// Name is the first name, "" when the person has not told it.
	Name  string
	Level profile.Level
	// Waiting want an answer of the person, Ready have a result to be opened.
	Waiting, Ready   []cases.Row
	Active, Finished []cases.Row
	// MoreActive: there are more than are shown.
	MoreActive bool
	Drafts     []draft.Row
	DraftCount int
	Popular    []*forms.Service
}

// Calm reports whether nothing is asked of the person.
func (h Home) Calm() bool {
	return len(h.Waiting)+len(h.Ready)+len(h.Drafts) == 0 && h.Level.AtLeast(profile.Standard)
}

// Fresh reports whether the person has not begun anything yet.
func (h Home) Fresh() bool { return len(h.Active)+len(h.Finished)+len(h.Drafts) == 0 }

// Home gathers the home page of who asks.
func (r *Room) Home(ctx context.Context) (Home, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Home{}, identity.ErrSignIn
	}
	var h Home
	name, err := r.Profiles.Name(ctx, actor.ID)
	if err != nil {
		return h, err
	}
	h.Name, _, _ = strings.Cut(name, " ")
	if h.Level, err = r.Profiles.Level(ctx, actor.ID); err != nil {
		return h, err
	}
	if err := r.addCases(ctx, &h); err != nil {
		return h, err
	}
	drafts, err := r.Drafts.Drafts(ctx, actor.ID)
	if err != nil {
		return h, err
	}
	h.DraftCount = len(drafts)
	h.Drafts = first(drafts, homeDrafts)
	h.Popular = first(r.Catalog.Popular(), homePopular)
	return h, nil
}

// addCases sorts the newest applications; only who has very many of them costs
// a second question.
func (r *Room) addCases(ctx context.Context, h *Home) error {
	page, err := r.Cases.List(ctx, cases.ListFilter{Limit: homeRows})
	if err != nil {
		return err
	}
	rows := page.Rows
	if page.Next != "" {
		active, err := r.Cases.List(ctx, cases.ListFilter{Group: cases.Active, Limit: homeRows})
		if err != nil {
			return err
		}
		rows = slices.Concat(active.Rows, finished(rows))
	}
	for _, row := range rows {
		h.add(row)
	}
	return nil
}

func (h *Home) add(row cases.Row) {
	switch row.Status {
	case cases.Waiting:
		h.Waiting = append(h.Waiting, row)
	case cases.Approved:
		h.Ready = append(h.Ready, row)
	}
	switch {
	case row.Status.Final():
		if len(h.Finished) < homeFinished {
			h.Finished = append(h.Finished, row)
		}
	case len(h.Active) < homeActive:
		h.Active = append(h.Active, row)
	default:
		h.MoreActive = true
	}
}

func finished(rows []cases.Row) []cases.Row {
	var out []cases.Row
	for _, row := range rows {
		if row.Status.Final() {
			out = append(out, row)
		}
	}
	return out
}

func first[T any](all []T, n int) []T { return all[:min(n, len(all))] }

// current are the notices of the right column: the unread, then the newest.
func (r *Room) current(ctx context.Context, owner string) ([]notify.Notice, error) {
	all, err := r.Notices.Notices(ctx, owner, asideNotices)
	return unreadFirst(all), err
}

// unreadFirst keeps the order otherwise.
func unreadFirst(all []notify.Notice) []notify.Notice {
	out := make([]notify.Notice, 0, len(all))
	for _, read := range []bool{false, true} {
		for _, n := range all {
			if n.Read == read {
				out = append(out, n)
			}
		}
	}
	return out
}
