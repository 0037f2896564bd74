package profile

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Reindex gives up to batch citizens the blind indexes of the version in use, and
// tells how many: repeat until 0, then the old version may be dropped. Only the
// portal itself may.
func (p *Profile) Reindex(ctx context.Context, batch int) (int, error) {
	if !identity.ActorOf(ctx).IsSystem() {
		return 0, identity.ErrForbidden
	}
	// An index begins with its version, so what is older sorts before this.
	current := p.Sealer.Keyset().Index("profile_snils", "", "")[:secret.IndexSize-16]
	owners, err := p.store.indexedBefore(ctx, current, batch)
	if err != nil {
		return 0, err
	}
	for _, owner := range owners {
		if err := p.reindex(ctx, owner); err != nil {
			return 0, err
		}
	}
	return len(owners), nil
}

func (p *Profile) reindex(ctx context.Context, owner string) error {
	person, err := p.person(ctx, owner)
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.store.setFinds(ctx, tx, owner, p.findsOf(person)); err != nil {
			return err
		}
		claimed, err := p.store.hasClaim(ctx, tx, owner)
		if err != nil || !claimed {
			return err
		}
		_, err = p.store.claim(ctx, tx, owner, p.snilsIndexes(person.SNILS))
		return err
	})
}
