package cases

import (
	"context"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/ui"
)

// Links of the chain from the portal to the agency, as a card shows them.
const (
	LinkPortal = "portal" // the portal has accepted the application
	LinkQueue  = "queue"  // it stands in the agency's queue
	LinkAgency = "agency" // the agency's own system has it; only where there is one
	LinkTaken  = "taken"  // somebody there has taken it up
)

// Link is one of them.
type Link struct {
	Name string
	// At is when it was made, 0 for not yet.
	At db.Time
	// State is LegDone, LegCurrent for what is waited for, or LegNext.
	State string
	// Since is from when it is waited for. Failed: the agency's system does not take
	// it. Late: it takes too long, and the citizen was told.
	Since  db.Time
	Failed bool
	Late   bool
}

// chain is the way of a case as its queue's line tells it; late is the hop of
// which the citizen was told, "" for none.
func (w way) chain(late Hop) []Link {
	queued := max(w.SubmittedAt, w.QueuedAt)
	all := []Link{{Name: LinkPortal, At: w.SubmittedAt, State: LegDone}, {Name: LinkQueue, At: queued, State: LegDone}}
	if w.SentAt > 0 || late == HopSent {
		all = append(all, Link{Name: LinkAgency, At: w.ReceivedAt, Since: max(w.SentAt, queued), Failed: w.FailedAt > 0, Late: late.machine() && late != ""})
	}
	if w.Undecided || w.RegisteredAt > 0 {
		all = append(all, Link{Name: LinkTaken, At: w.RegisteredAt, Since: max(queued, w.ReceivedAt), Late: late == HopTaken})
	}
	waited := false
	for i := range all {
		switch l := &all[i]; {
		case l.At > 0:
			*l = Link{Name: l.Name, At: l.At, State: LegDone}
		case !waited:
			l.State, waited = LegCurrent, true
		default:
			*l = Link{Name: l.Name, State: LegNext}
		}
	}
	return all
}

// loadChain reads the way of the card's case.
func (c *Cases) loadChain(ctx context.Context, card *Card) error {
	q := c.store.read()
	row, err := q.Hops(ctx, casesdb.HopsParams{AgencyID: card.Agency, CaseID: card.ID})
	if db.IsNone(err) {
		return nil
	}
	if err != nil {
		return db.Classify(err)
	}
	late := Hop("")
	if row.LateAt > 0 && row.Undecided {
		rows, err := q.LateOf(ctx, casesdb.LateOfParams{AgencyID: card.Agency, CaseID: card.ID})
		if err != nil {
			return db.Classify(err)
		}
		for _, r := range rows {
			if r.ToldAt > 0 {
				late = Hop(r.Hop)
			}
		}
	}
	card.Chain = way(row).chain(late)
	return nil
}

// late is the link of which the citizen was told that it takes too long.
func (v view) late() *Link {
	for i := range v.Chain {
		if v.Chain[i].Late {
			return &v.Chain[i]
		}
	}
	return nil
}

// lateWords say what is late and what is done about it.
func (v view) lateWords() string {
	l := v.late()
	if l == nil {
		return ""
	}
	return v.t("applications.chain.late_"+l.Name, "Agency", v.agency)
}

// chain is the way to the agency, first things first.
func (v view) chain() []ui.ChronologyItem {
	items := make([]ui.ChronologyItem, 0, len(v.Chain))
	for _, l := range v.Chain {
		item := ui.ChronologyItem{Title: v.t("applications.chain." + l.Name), Kind: ui.Done}
		switch {
		case l.At > 0:
			item.When, item.DateTime = v.when(l.At), l.At.Time().Format(time.RFC3339)
		case l.State == LegNext:
			item.Kind, item.When = ui.Neutral, v.t("applications.chain.next")
		default:
			item.Kind, item.Current, item.When = ui.Progress, true, v.t("applications.chain.waited", "When", v.when(l.Since))
			if l.Late || l.Failed {
				item.Kind = ui.Attention
			}
			if l.Failed {
				item.Text = v.t("applications.chain.failed")
			}
		}
		items = append(items, item)
	}
	return items
}

// underway reports whether the case is still on its way to whoever decides.
func (v view) underway() bool { return v.Status == Accepted }

// caseLink is a link of the chain in the API.
type caseLink struct {
	Link   string     `json:"link" enum:"portal,queue,agency,taken"`
	State  string     `json:"state" enum:"done,current,next"`
	At     *time.Time `json:"at,omitempty"`
	Failed bool       `json:"failed,omitempty" doc:"The agency's system does not take it"`
	Late   bool       `json:"late,omitempty" doc:"It takes too long, and the applicant was told"`
}

func outChain(all []Link) []caseLink {
	out := make([]caseLink, len(all))
	for i, l := range all {
		out[i] = caseLink{Link: l.Name, State: l.State, Failed: l.Failed, Late: l.Late}
		if l.At > 0 {
			at := l.At.Time()
			out[i].At = &at
		}
	}
	return out
}
