package cases

import (
	"context"
	"net/http"
	"net/url"

	"okno/internal/kit/i18n"
	"okno/internal/kit/web"
)

// deliveryDeeds are what officers do with a paper.
func (c *Cases) deliveryDeeds() map[string]func(ctx context.Context, d Deal, v url.Values) error {
	return map[string]func(ctx context.Context, d Deal, v url.Values) error{
		"ready":  func(ctx context.Context, d Deal, _ url.Values) error { return c.Ready(ctx, d) },
		"hand":   func(ctx context.Context, d Deal, v url.Values) error { return c.Hand(ctx, d, v.Get("seen") == "yes") },
		"ship":   func(ctx context.Context, d Deal, v url.Values) error { return c.Ship(ctx, d, v.Get("track")) },
		"arrive": func(ctx context.Context, d Deal, _ url.Values) error { return c.Arrived(ctx, d) },
	}
}

// postReceived is the citizen's word that the post has brought it.
func (c *Cases) postReceived(w http.ResponseWriter, r *http.Request) error {
	values, err := web.Form(w, r)
	if err != nil {
		return err
	}
	return c.back(w, r, citizenBase, c.Received(r.Context(), dealOf(r, values)))
}

// officeText is the office that was chosen, with its address.
func (v view) officeText() string { return v.cases.officeText(v.Agency, v.Delivery.Office, v.lang()) }

// way says how the result is handed over, "" where nothing was to be chosen.
func (v view) way() string {
	if len(v.Service.Delivery.Ways) == 0 || v.Delivery.Way == "" {
		return ""
	}
	return v.t("applications.delivery.way." + v.Delivery.Way)
}

// handover says where the paper is now, "" for none.
func (v view) handover() string {
	d := v.Delivery
	if v.Status != Approved && v.Status != Completed {
		return ""
	}
	switch {
	case d.Way == ByEmail:
		return v.t("applications.delivery.email")
	case d.Paper() && !d.DoneAt.IsZero():
		return v.t("applications.delivery.done", "When", v.when(d.DoneAt))
	case d.Way == ByOffice && d.ReadyAt.IsZero():
		return v.t("applications.delivery.office_soon", "Office", v.officeText())
	case d.Way == ByOffice:
		return v.t("applications.delivery.office_ready", "Office", v.officeText(), "Until", v.date(d.KeepUntil))
	case d.Way == ByPost && d.ShippedAt.IsZero():
		return v.t("applications.delivery.post_soon", "Address", d.Address)
	case d.Way == ByPost:
		return v.t("applications.delivery.post_sent", "When", i18n.Date(v.lang(), d.ShippedAt.Time().In(v.zone)), "Track", d.Track)
	}
	return ""
}
