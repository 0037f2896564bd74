package cabinet

import (
	"context"
	"slices"
	"strings"
	"time"

	"okno/internal/applications/cases"
	"okno/internal/applications/complaint"
	"okno/internal/applications/draft"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
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
	// Complaints are those that were not sent, and those with a fresh answer.
	Complaints []complaint.Complaint
	Offers
	// Popular stand where nothing is offered to this very person.
	Popular []*forms.Service
}

// Calm reports whether nothing is asked of the person.
func (h Home) Calm() bool {
	return len(h.Waiting)+len(h.Ready)+len(h.Drafts)+len(h.Complaints) == 0 && h.Level.AtLeast(profile.Standard)
}

// Blank reports whether the person has not begun anything yet.
func (h Home) Blank() bool { return len(h.Active)+len(h.Finished)+len(h.Drafts) == 0 }

// Home gathers the home page of who asks.
func (r *Room) Home(ctx context.Context) (Home, error) {
	actor := identity.ActorOf(ctx)
	if !actor.SignedIn() {
		return Home{}, identity.ErrSignIn
	}
	p, err := r.visited(ctx, actor.ID)
	if err != nil {
		return Home{}, err
	}
	return r.home(ctx, p, actor.ID)
}

func (r *Room) home(ctx context.Context, p known, owner string) (h Home, err error) {
	basis, err := p.basis.Get(func() (profile.Basis, error) { return r.Profiles.Basis(ctx, owner) })
	if err != nil {
		return h, err
	}
	h.Level = basis.Card.Level
	// The header of this page need not ask for the name.
	name, _ := p.name.Get(func() (string, error) { return basis.Card.Person.ShortName(), nil })
	h.Name, _, _ = strings.Cut(name, " ")
	rows, err := p.cases.Get(func() ([]cases.Row, error) { return r.recent(ctx) })
	if err != nil {
		return h, err
	}
	for _, row := range rows {
		row.Left = r.Cases.Left(row) // it is another one tomorrow
		h.add(row)
	}
	drafts, err := p.drafts.Get(func() ([]draft.Row, error) { return r.Drafts.Drafts(ctx, owner) })
	if err != nil {
		return h, err
	}
	h.DraftCount = len(drafts)
	h.Drafts = first(drafts, homeDrafts)
	complaints, err := p.complaints.Get(func() ([]complaint.Complaint, error) { return r.Complaints.List(ctx) })
	if err != nil {
		return h, err
	}
	h.Complaints = r.pressing(complaints)
	h.Offers, err = p.offers.on(r.today(), func() (Offers, error) { return r.offers(ctx, owner, basis, rows, drafts) })
	if len(h.Fresh)+len(h.Recommended) == 0 {
		h.Popular = first(r.Catalog.Popular(), homePopular)
	}
	return h, err
}

// recent are the newest applications; only who has very many of them costs a
// second question.
func (r *Room) recent(ctx context.Context) ([]cases.Row, error) {
	page, err := r.Cases.List(ctx, cases.ListFilter{Limit: homeRows})
	if err != nil || page.Next == "" {
		return page.Rows, err
	}
	active, err := r.Cases.List(ctx, cases.ListFilter{Group: cases.Active, Limit: homeRows})
	return slices.Concat(active.Rows, finished(page.Rows)), err
}

// answerFresh is how long the answer to a complaint stands on the home page;
// homeComplaints is how many complaints do.
const (
	answerFresh    = 14 * 24 * time.Hour
	homeComplaints = 3
)

// pressing are the complaints with which the person has something to do now: to
// send what was begun, to read the answer while the term for going further runs.
func (r *Room) pressing(all []complaint.Complaint) []complaint.Complaint {
	since := db.At(r.Clock.Now().Add(-answerFresh))
	var out []complaint.Complaint
	for _, c := range all {
		if len(out) < homeComplaints && (c.Status == complaint.Draft || c.Status.Decided() && c.DecidedAt >= since) {
			out = append(out, c)
		}
	}
	return out
}

func (h *Home) add(row cases.Row) {
	switch {
	case row.Status == cases.Waiting && row.Stage != cases.Suspended: // which the agency itself has
		h.Waiting = append(h.Waiting, row)
	case row.Status == cases.Approved:
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
	p, err := r.person(ctx, owner)
	if err != nil {
		return nil, err
	}
	all, err := p.notices.Get(func() ([]notify.Notice, error) { return r.Notices.Notices(ctx, owner, asideNotices) })
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
