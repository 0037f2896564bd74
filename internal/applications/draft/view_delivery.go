package draft

import (
	"okno/internal/applications/cases"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// blame shows what is wrong with the wish, beside what else is.
func (v *checkView) blame(err error) {
	e, ok := errs.As(err)
	if !ok || e.Key != cases.ErrDelivery.Key {
		return
	}
	v.wrong = map[string]string{}
	for _, f := range e.Fields {
		v.wrong[f.Name] = v.t(f.Key, f.Args...)
		v.faults = append(v.faults, ui.ErrorItem{Href: "#" + f.Name, Text: v.wrong[f.Name]})
	}
}

// way is the one that is ticked: the cabinet until another is chosen.
func (v *checkView) way() string {
	if v.wish.Way == "" {
		return cases.ByCabinet
	}
	return v.wish.Way
}

// ways are the choices; that of the office opens the list of offices.
func (v *checkView) ways() []ui.ChoiceItem {
	items := []ui.ChoiceItem{{Value: cases.ByCabinet, Text: v.t("applications.delivery.way.cabinet")}}
	for _, way := range v.offer.Ways {
		item := ui.ChoiceItem{Value: way, Text: v.t("applications.delivery.way." + way), Hint: ui.Text(v.t("applications.draft.delivery.about_"+way, "Count", v.offer.KeepDays))}
		switch way {
		case cases.ByOffice:
			item.Conditional = ui.HTML(officeChoice(v))
		case cases.ByPost:
			if v.offer.Address == "" {
				item.Hint, item.Conditional = ui.Text(v.t("applications.error.delivery_address")), ui.HTML(noAddress(v))
			} else {
				item.Hint = ui.Text(v.t("applications.draft.delivery.to", "Address", v.offer.Address))
			}
		}
		items = append(items, item)
	}
	return items
}

func (v *checkView) offices() []ui.SelectItem {
	items := []ui.SelectItem{{Text: v.t("applications.draft.delivery.choose"), NoValue: true}}
	for _, o := range v.offer.Offices {
		items = append(items, ui.SelectItem{Value: o.Code, Text: o.Title.In(i18n.Lang(v.ctx)) + ", " + o.Address.In(i18n.Lang(v.ctx))})
	}
	return items
}
