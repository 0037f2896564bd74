package desk

import (
	"context"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"okno/internal/applications/cases"
	"okno/internal/identity"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
	"okno/internal/notify"
)

// noticesMost is how many notices are listed.
const noticesMost = 50

// Courier hands applications over to agencies' own systems.
type Courier interface {
	// Resend hands over at once what such a system should have and does not, and
	// gives the number of cases.
	Resend(ctx context.Context, agency string) (int, error)
}

// Notices are what a member of staff was told.
type Notices interface {
	Notices(ctx context.Context, owner string, limit int) ([]notify.Notice, error)
	MarkRead(ctx context.Context, owner string, ids ...string) error
}

// chainView is the page of what is late on its way to agencies.
type chainView struct {
	Open, Over []cases.Incident
	// Sent is how many cases were handed over anew just now, -1 for nobody asked.
	Sent int
	// Off: they could not be, as no address of the agency is on.
	Off bool
	// Cards: the reader may open the cards; an administrator sees numbers only.
	Cards bool
	// Log: the reader may see the log of tries.
	Log  bool
	room *Room
}

// chain gathers the page. For administrators and heads.
func (r *Room) chain(ctx context.Context) (chainView, error) {
	v := chainView{Sent: -1, room: r}
	var err error
	if v.Open, v.Over, err = r.Cases.Incidents(ctx); err != nil {
		return v, err
	}
	a := identity.ActorOf(ctx)
	v.Cards, v.Log = a.Has(identity.Head), a.Has(identity.Administrator)
	return v, nil
}

// resendable reports whether handing over anew can help: the agency's own people
// are nobody to be sent to.
func resendable(i cases.Incident) bool { return i.Hop != cases.HopTaken }

func (v chainView) agency(ctx context.Context, i cases.Incident) string {
	return v.room.Deps.Agencies.Title(i.Agency, i18n.Lang(ctx))
}

func hopText(ctx context.Context, i cases.Incident) string {
	return i18n.T(ctx, "desk.chain.hop_"+string(i.Hop))
}

// pairs are the numbers of an incident.
func (v chainView) pairs(ctx context.Context, i cases.Incident) []ui.Pair {
	return ui.Pairs(
		i18n.T(ctx, "desk.chain.since"), i18n.DateTime(i18n.Lang(ctx), i.OpenedAt.Time().In(v.room.Zone)),
		i18n.T(ctx, "desk.chain.now"), i18n.Number(int64(i.Open)),
		i18n.T(ctx, "desk.chain.all"), i18n.Number(int64(i.Cases)),
		i18n.T(ctx, "desk.chain.told"), i18n.Number(int64(i.Told)),
	)
}

// more is how many late cases the list leaves out.
func more(i cases.Incident) int { return max(i.Open-len(i.Numbers), 0) }

func (v chainView) overTable(ctx context.Context) ui.TableParams {
	t := func(key string) string { return i18n.T(ctx, key) }
	p := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: t("desk.chain.agency")},
		{Text: t("desk.chain.what")},
		{Text: t("desk.chain.since")},
		{Text: t("desk.chain.until")},
		{Text: t("desk.chain.all"), Format: "numeric"},
		{Text: t("desk.chain.told"), Format: "numeric"},
	}}
	for _, i := range v.Over {
		p.Rows = append(p.Rows, []ui.Cell{
			{Text: v.agency(ctx, i)},
			{Text: hopText(ctx, i)},
			{Text: i18n.DateTime(i18n.Lang(ctx), i.OpenedAt.Time().In(v.room.Zone))},
			{Text: i18n.DateTime(i18n.Lang(ctx), i.ClosedAt.Time().In(v.room.Zone))},
			{Text: strconv.Itoa(i.Cases), Format: "numeric"},
			{Text: strconv.Itoa(i.Told), Format: "numeric"},
		})
	}
	return ui.Stacked(p)
}

// numberOf is the number of a late case, a link for whoever may open it.
func (v chainView) numberOf(number string) templ.Component {
	if v.Cards {
		return link("/desk/applications/"+number, number)
	}
	return words(number)
}

// unread reports whether something was not read yet.
func unread(all []notify.Notice) bool {
	return slices.ContainsFunc(all, func(n notify.Notice) bool { return !n.Read })
}

func noticeKind(n notify.Notice) ui.Kind {
	if n.Read {
		return ui.Neutral
	}
	return ui.Attention
}
