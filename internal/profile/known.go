package profile

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/mark"
	"okno/internal/kit/secret"
)

// remembered is a person's data that pages need again and again: each page of a
// form is filled in with them. They are used only while the owner's mark stands.
type remembered struct {
	basis mark.Part[basis]
	name  mark.Part[string]
}

// basis is what forms are filled in with; nobody may change it.
type basis struct {
	card     Card
	account  identity.Account
	holdings []Holding // none without consent
}

// remembered is what is kept of the owner, as of now.
func (p *Profile) remembered(ctx context.Context, owner string) (*remembered, error) {
	m, err := p.marks.Of(ctx, owner)
	if err != nil {
		return nil, err
	}
	return p.kept.Of(owner, m, p.Clock.Now()), nil
}

// basis gives what is known of the owner; permission is the caller's.
func (p *Profile) basis(ctx context.Context, owner string) (basis, error) {
	r, err := p.remembered(ctx, owner)
	if err != nil {
		return basis{}, err
	}
	return r.basis.Get(func() (basis, error) { return p.readBasis(ctx, owner) })
}

func (p *Profile) readBasis(ctx context.Context, owner string) (b basis, err error) {
	if b.card, err = p.card(ctx, owner); err != nil {
		return b, err
	}
	if b.account, err = p.Identity.Account(ctx, owner); err != nil || !b.card.Consented {
		return b, err
	}
	key, err := p.Sealer.Key(ctx, owner, secret.Person)
	if err != nil {
		return b, err
	}
	b.holdings, err = p.store.holdings(ctx, p.DB.Reader(), owner, key)
	return b, err
}

// Run forgets people whom nobody has seen for a while, until ctx ends.
func (p *Profile) Run(ctx context.Context) error {
	for {
		if err := p.Clock.Sleep(ctx, mark.TurnLong); err != nil {
			return err
		}
		p.kept.Sweep(p.Clock.Now())
	}
}
