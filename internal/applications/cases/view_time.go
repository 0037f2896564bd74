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

// usual says how long the office has taken of late.
func (v view) usual() string {
	switch e := v.Estimate; {
	case e == nil:
		return ""
	case e.Decided == 0:
		return v.t("applications.card.usual_unknown")
	case max(e.Low, 1) >= e.High:
		return v.t("applications.card.usual_same", "Count", max(e.High, 1))
	default:
		return v.t("applications.card.usual_spread", "Low", max(e.Low, 1), "Count", e.High)
	}
}

// ahead says how many applications are taken before this one.
func (v view) ahead() string {
	switch {
	case v.Estimate == nil || v.Status != Accepted:
		return ""
	case v.Estimate.Ahead >= aheadMost:
		return v.t("applications.card.ahead_many", "Count", aheadMost-1)
	}
	return v.t("applications.card.ahead_count", "Count", v.Estimate.Ahead)
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
