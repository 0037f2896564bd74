package app

import (
	"context"

	"okno/internal/agency"
	"okno/internal/forms"
)

// login is what a member of staff is called on pages of colleagues.
func (h *House) login(ctx context.Context, account string) string {
	if acc, err := h.identity.Account(ctx, account); err == nil && acc.Login != "" {
		return acc.Login
	}
	return account
}

// servicesOf are an agency's services, for the pages of its head.
func (h *House) servicesOf(code, lang string) []agency.Titled {
	var all []agency.Titled
	for _, s := range h.catalog.Services() {
		if s.Agency == code {
			all = append(all, agency.Titled{ID: s.ID, Title: s.Title.In(forms.Lang(lang))})
		}
	}
	return all
}
