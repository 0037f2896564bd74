package app

import "context"

// login is what a member of staff is called on pages of colleagues.
func (h *House) login(ctx context.Context, account string) string {
	if acc, err := h.identity.Account(ctx, account); err == nil && acc.Login != "" {
		return acc.Login
	}
	return account
}
