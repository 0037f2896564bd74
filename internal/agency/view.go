package agency

import (
	"context"
	"strconv"

	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

func (p page) people(ctx context.Context, nobody string) []ui.SelectItem {
	items := []ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, nobody)}}
	for _, m := range p.Members {
		items = append(items, ui.SelectItem{Value: m, Text: p.name(m)})
	}
	return items
}

func methods(ctx context.Context, chosen string) []ui.ChoiceItem {
	return []ui.ChoiceItem{
		{Value: string(ByHand), Text: i18n.T(ctx, "agency.method.by_hand"), Checked: ui.OnIf(chosen == string(ByHand))},
		{Value: string(Turns), Text: i18n.T(ctx, "agency.method.turns"), Hint: ui.Text(i18n.T(ctx, "agency.method.turns_hint"))},
		{Value: string(Least), Text: i18n.T(ctx, "agency.method.least"), Hint: ui.Text(i18n.T(ctx, "agency.method.least_hint"))},
	}
}

func relations(ctx context.Context) []ui.ChoiceItem {
	return []ui.ChoiceItem{
		{Value: "relative", Text: i18n.T(ctx, "agency.relation.relative")}, {Value: "other", Text: i18n.T(ctx, "agency.relation.other")},
	}
}

func outcomes(ctx context.Context) []ui.SelectItem {
	return []ui.SelectItem{
		{Value: ForApprove, Text: i18n.T(ctx, "agency.outcome.approve")},
		{Value: ForRefuse, Text: i18n.T(ctx, "agency.outcome.refuse")},
		{Value: ForAsk, Text: i18n.T(ctx, "agency.outcome.ask")},
	}
}

func (p page) servicesFor(ctx context.Context) []ui.SelectItem {
	items := []ui.SelectItem{{NoValue: true, Text: i18n.T(ctx, "agency.page.all_services")}}
	for _, s := range p.services {
		items = append(items, ui.SelectItem{Value: s.ID, Text: s.Title})
	}
	return items
}

func (p page) serviceTitle(id string) string {
	for _, s := range p.services {
		if s.ID == id {
			return s.Title
		}
	}
	return id
}

func (p page) workerTable(ctx context.Context) ui.TableParams {
	t := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "agency.page.officer")}, {Text: i18n.T(ctx, "agency.page.capacity")}, {Text: i18n.T(ctx, "agency.page.takes")},
	}}
	for _, m := range p.Members {
		w := p.Rules.Worker(m)
		takes := i18n.T(ctx, "agency.page.all_services")
		for i, s := range w.Services {
			if i == 0 {
				takes = ""
			} else {
				takes += ", "
			}
			takes += p.serviceTitle(s)
		}
		capacity := strconv.Itoa(w.Capacity)
		if w.Capacity == 0 {
			capacity, takes = i18n.T(ctx, "agency.page.takes_none"), ""
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: p.name(m)}, {Text: capacity}, {Text: takes}})
	}
	return ui.Stacked(t)
}

func day(ctx context.Context, d db.Date) string { return i18n.DateISO(i18n.Lang(ctx), string(d)) }

func (p page) leaveTable(ctx context.Context) ui.TableParams {
	t := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "agency.page.away")},
		{Text: i18n.T(ctx, "agency.page.from")},
		{Text: i18n.T(ctx, "agency.page.to")},
		{Text: i18n.T(ctx, "agency.page.substitute")},
		{Text: i18n.T(ctx, "agency.page.action")},
	}}
	for _, l := range p.Rules.Leaves {
		sub := i18n.T(ctx, "agency.page.nobody")
		if l.Substitute != "" {
			sub = p.name(l.Substitute)
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: p.name(l.Account)},
			{Text: day(ctx, l.From)},
			{Text: day(ctx, l.To)},
			{Text: sub},
			{HTML: endButton(p.Agency, "/desk/agency/leaves/"+l.ID+"/end", i18n.T(ctx, "agency.page.end"), p.name(l.Account))},
		})
	}
	return ui.Stacked(t)
}

func (p page) interestTable(ctx context.Context) ui.TableParams {
	t := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "agency.page.officer")},
		{Text: i18n.T(ctx, "agency.page.relation")},
		{Text: i18n.T(ctx, "agency.page.declared")},
		{Text: i18n.T(ctx, "agency.page.action")},
	}}
	for _, i := range p.Rules.Interests {
		t.Rows = append(t.Rows, []ui.Cell{
			{Text: p.name(i.Account)},
			{Text: i18n.T(ctx, "agency.relation."+i.Relation)},
			{Text: i18n.Date(i18n.Lang(ctx), i.DeclaredAt.Time())},
			{HTML: endButton(p.Agency, "/desk/agency/interests/"+i.ID+"/end", i18n.T(ctx, "agency.page.withdraw"), p.name(i.Account))},
		})
	}
	return ui.Stacked(t)
}

func (p page) templateTable(ctx context.Context) ui.TableParams {
	t := ui.TableParams{FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: i18n.T(ctx, "agency.page.template_title")},
		{Text: i18n.T(ctx, "agency.page.outcome")},
		{Text: i18n.T(ctx, "agency.page.service")},
		{Text: i18n.T(ctx, "agency.page.action")},
	}}
	for _, x := range p.Rules.Templates {
		service := i18n.T(ctx, "agency.page.all_services")
		if x.Service != "" {
			service = p.serviceTitle(x.Service)
		}
		t.Rows = append(t.Rows, []ui.Cell{
			{HTML: editLink(p.Agency, x)},
			{Text: i18n.T(ctx, "agency.outcome."+x.Outcome)},
			{Text: service},
			{HTML: endButton(p.Agency, "/desk/agency/templates/"+x.ID+"/delete", i18n.T(ctx, "agency.page.delete"), x.Title)},
		})
	}
	return ui.Stacked(t)
}

// items are the faults in the order of the page, each leading to its field.
func (p page) items() []ui.ErrorItem {
	var out []ui.ErrorItem
	for _, f := range []string{"method", "superior", "account", "capacity", "substitute", "from", "to", "snils", "relation", "title", "outcome", "body"} {
		if p.faults[f] != "" {
			out = append(out, ui.ErrorItem{Href: "#" + p.form + "-" + f, Text: p.faults[f]})
		}
	}
	return out
}

func choices(all []Titled) []ui.ChoiceItem {
	items := make([]ui.ChoiceItem, len(all))
	for i, s := range all {
		items[i] = ui.ChoiceItem{Value: s.ID, Text: s.Title}
	}
	return items
}

func (o own) items() []ui.ErrorItem { return ui.ErrorList(o.faults, ui.Fields("snils", "relation")...) }

func (o own) agencies(ctx context.Context) []ui.SelectItem {
	items := make([]ui.SelectItem, len(o.Agencies))
	for i, a := range o.Agencies {
		items[i] = ui.SelectItem{Value: a.Code, Text: a.Title.In(i18n.Lang(ctx))}
	}
	return items
}
