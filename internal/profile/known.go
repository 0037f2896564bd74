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
	basis mark.Part[Basis]
	name  mark.Part[string]
}

// Basis is what forms are filled in with and services are offered by. It is shared
// by requests: nobody may change it.
type Basis struct {
	Card     Card
	Account  identity.Account
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

// Basis gives what is known of the owner: for the owner and the portal itself.
func (p *Profile) Basis(ctx context.Context, owner string) (Basis, error) {
	if _, err := own(ctx, owner); err != nil {
		return Basis{}, err
	}
	r, err := p.remembered(ctx, owner)
	if err != nil {
		return Basis{}, err
	}
	return r.basis.Get(func() (Basis, error) { return p.readBasis(ctx, owner) })
}

func (p *Profile) readBasis(ctx context.Context, owner string) (b Basis, err error) {
	if b.Card, err = p.card(ctx, owner); err != nil {
		return b, err
	}
	if b.Account, err = p.Identity.Account(ctx, owner); err != nil || !b.Card.Consented {
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
