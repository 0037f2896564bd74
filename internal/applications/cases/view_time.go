package cases

import (
	"context"

	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// agencyItems are the agencies to which the case can be forwarded.
func (c *Cases) agencyItems(ctx context.Context, card *Card) []ui.SelectItem {
	items := []ui.SelectItem{{Text: i18n.T(ctx, "applications.desk.choose_agency"), NoValue: true}}
	for _, code := range c.otherAgencies(card.Agency) {
		a, _ := c.Offices.ByCode(code)
		items = append(items, ui.SelectItem{Value: code, Text: a.Title.In(i18n.Lang(ctx))})
	}
	return items
}

// timeFields are the boxes of the forms of time.
func timeFields() []ui.Field {
	return ui.Fields("pause_ground", "pause_words", "until", "agency", "forward_words")
}

// pauseGrounds are the grounds of a suspension, to choose from.
func (v view) pauseGrounds() []ui.SelectItem {
	items := []ui.SelectItem{{Text: v.t("applications.desk.choose_ground"), NoValue: true}}
	for _, g := range PauseGrounds() {
		items = append(items, ui.SelectItem{Value: g, Text: v.t("applications.pause." + g)})
	}
	return items
}

// pauseFacts are why and until when a case is suspended.
func (v view) pauseFacts() []ui.Pair {
	until := v.t("applications.card.until_word")
	if v.ResumeOn != "" {
		until = v.date(v.ResumeOn)
	}
	ground := ""
	if v.PauseGround != "" {
		ground = v.t("applications.pause." + v.PauseGround)
	}
	return ui.Pairs(
		v.t("applications.card.pause_ground"), ground,
		v.t("applications.card.pause_since"), v.when(v.PausedAt),
		v.t("applications.card.pause_until"), until,
	)
}

// pauseWords are what the agency wrote when it suspended the case.
func (v view) pauseWords() string {
	for i := len(v.Events) - 1; i >= 0; i-- {
		if v.Events[i].Deed == Suspend {
			return v.Events[i].Text
		}
	}
	return ""
}
