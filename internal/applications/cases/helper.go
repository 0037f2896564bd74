package cases

import (
	"context"

	"okno/internal/identity"
)

// nameHelper says who sent the application for its owner under a mandate. The
// portal looks the initials up: a citizen has no right to another's.
func (c *Cases) nameHelper(ctx context.Context, card *Card) error {
	for _, e := range card.Events {
		if e.Deed != Submit || e.Side != Citizen || e.Actor == "" || e.Actor == card.Owner {
			continue
		}
		initials, err := c.Names.Initials(identity.AsSystem(ctx), e.Actor)
		if card.Helper = initials[e.Actor]; card.Helper == "" {
			card.Helper = "—" // the helper's account is gone
		}
		return err
	}
	return nil
}
