package complaint

import (
	"context"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// rowView is a complaint in a list: nothing sealed is opened for it.
type rowView struct {
	Complaint
	href, service, ground, body, deadline, status, when string
	kind                                                ui.Kind
}

func (r *Complaints) row(ctx context.Context, c Complaint) rowView {
	lang := i18n.Lang(ctx)
	g, _ := r.Ground(c.Ground)
	v := rowView{
		Complaint: c, href: cardBase + c.Number, ground: g.Title.In(lang), body: r.body(c).Title.In(lang), deadline: deadline(ctx, c),
		status: i18n.T(ctx, c.Status.Text()), kind: kindOf(c.Status), when: i18n.Date(lang, c.SentAt.Time().In(r.zone(c.Body))),
	}
	if c.Status == Draft {
		v.href, v.when = draftBase+c.ID, i18n.Date(lang, c.ChangedAt.Time().In(r.zone(c.Body)))
	}
	if s, err := r.Services.Version(ctx, c.ServiceID, c.ServiceVersion); err == nil {
		v.service = textIn(ctx, s.Title)
	}
	return v
}

func (v rowView) title(ctx context.Context) string {
	key := "applications.complaint.row.title"
	switch {
	case v.Status == Draft && v.Step == 2:
		key = "applications.complaint.row.appeal_draft"
	case v.Status == Draft:
		key = "applications.complaint.row.draft"
	case v.Step == 2:
		key = "applications.complaint.row.appeal"
	}
	return i18n.T(ctx, key, "Number", v.Number)
}

// beginView is the page before a complaint.
type beginView struct {
	number, title, agency, id string
	grounds                   []Ground
	about                     []rowView
	busy                      bool
}

func textIn(ctx context.Context, t forms.Text) string { return t.In(forms.Lang(i18n.Lang(ctx))) }
