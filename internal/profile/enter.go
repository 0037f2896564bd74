package profile

import (
	"context"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/notify"
	"okno/internal/profile/profiledb"
)

// NewPerson is somebody who is entered without registration: by the seed of the
// demo or from another portal. Contacts are taken as confirmed, and so are the
// data at a level above Simplified.
type NewPerson struct {
	Account identity.NewAccount
	Person  Person
	Level   Level // Simplified when empty
}

// Enter makes an account with a profile at once and gives its id. Only the
// portal itself may.
func (p *Profile) Enter(ctx context.Context, in NewPerson) (string, error) {
	actor := identity.ActorOf(ctx)
	if !actor.IsSystem() {
		return "", identity.ErrForbidden
	}
	n, err := p.prepareEntered(ctx, in)
	if err != nil {
		return "", err
	}
	owner := n.draft.ID()
	return owner, p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.write(ctx, tx, actor, n); err != nil {
			return err
		}
		if err := p.store.setFinds(ctx, tx, owner, p.findsOf(in.Person)); err != nil {
			return err
		}
		if !in.Level.AtLeast(Standard) {
			return p.ask(ctx, tx, owner, id.New(), 1, toAsk(Person{}, in.Person, nil))
		}
		return p.take(ctx, tx, owner, in)
	})
}

func (p *Profile) prepareEntered(ctx context.Context, in NewPerson) (n newborn, err error) {
	if n.draft, err = p.Identity.Prepare(ctx, in.Account); err != nil {
		return n, err
	}
	n.welcome = &notify.Batch{}
	key, err := p.Sealer.Key(ctx, n.draft.ID(), secret.Person)
	if err != nil {
		return n, err
	}
	if n.person, err = sealPerson(key, 1, in.Person); err != nil {
		return n, err
	}
	for _, kind := range ConsentKinds() {
		c, err := p.newConsent(ctx, key, n.draft.ID(), kind)
		if err != nil {
			return n, err
		}
		n.consents = append(n.consents, c)
	}
	return n, nil
}

// take writes the level of somebody who is entered as proven.
func (p *Profile) take(ctx context.Context, tx *db.Tx, owner string, in NewPerson) error {
	check := id.New()
	if err := p.store.putChecks(ctx, tx, owner, check, 1, registriesOf(in.Person)); err != nil {
		return err
	}
	for _, r := range registriesOf(in.Person) {
		if _, err := p.store.answer(ctx, tx, owner, Check{Registry: r, ID: check, State: CheckConfirmed}); err != nil {
			return err
		}
	}
	if _, err := p.store.claim(ctx, tx, owner, p.snilsIndexes(in.Person.SNILS)); err != nil {
		return err
	}
	q := profiledb.New(tx)
	if in.Level == Confirmed {
		if _, err := q.SetOffice(ctx, profiledb.SetOfficeParams{OwnerID: owner, Version: 1, OfficeAt: tx.Now(), OfficeBy: identity.SystemID}); err != nil {
			return err
		}
	}
	return q.SetLevel(ctx, profiledb.SetLevelParams{OwnerID: owner, Level: string(in.Level), LevelAt: tx.Now()})
}
