package applications

import (
	"context"
	"io"

	"okno/internal/applications/draft"
	"okno/internal/kit/clock"
	"okno/internal/kit/db"
	"okno/internal/vault"
)

// papers are the documents of the vault which can be attached to an application.
type papers struct {
	vault *vault.Vault
	clock clock.Clock
}

// papersMost is how many documents are looked through.
const papersMost = 50

// Papers implements draft.Papers; the context's actor is the owner.
func (p papers) Papers(ctx context.Context, owner string) ([]draft.Paper, error) {
	if p.vault == nil {
		return nil, nil
	}
	list, err := p.vault.Documents(ctx, "", papersMost)
	if err != nil {
		return nil, err
	}
	today := db.DateOf(p.clock.Now())
	var out []draft.Paper
	for _, d := range list {
		if d.Owner != owner || d.StatusOn(today) != vault.Valid {
			continue
		}
		out = append(out, draft.Paper{
			ID: d.ID, Kind: d.ServiceID, Title: d.Title, Size: d.Size, IssuedAt: d.IssuedAt.Time(),
			Open: func(ctx context.Context) (io.ReadCloser, error) {
				_, body, err := p.vault.Look(ctx, owner, d.ID)
				return body, err
			},
		})
	}
	return out, nil
}
