package profile

import (
	"context"
	"time"

	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/profile/profiledb"
	"okno/internal/reference"
)

// searchesAnHour bounds what one operator can try out.
const searchesAnHour = 60

// Find looks for a citizen by exact СНИЛС or phone, for an МФЦ operator with a
// visitor at the desk. Errors: identity.ErrForbidden, ErrSearch, ErrNoProfile.
// Several are found only where none of them has the СНИЛС confirmed.
func (p *Profile) Find(ctx context.Context, typed string) ([]string, error) {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.MFCOperator) {
		return nil, identity.ErrForbidden
	}
	if err := p.Identity.Limit(ctx, "profile.search", actor.ID, searchesAnHour, time.Hour); err != nil {
		return nil, err
	}
	if snils, err := reference.ParseSNILS(typed); err == nil {
		if owners, err := p.findSNILS(ctx, snils); err != nil || len(owners) > 0 {
			return owners, err
		}
	}
	phone, err := reference.ParsePhone(typed)
	if err != nil {
		if _, serr := reference.ParseSNILS(typed); serr == nil {
			return nil, ErrNoProfile
		}
		return nil, ErrSearch
	}
	owner, err := p.Identity.FindByPhone(ctx, phone)
	if errs.IsKind(err, errs.NotFound) {
		return nil, ErrNoProfile
	}
	return []string{owner}, err
}

func (p *Profile) findSNILS(ctx context.Context, snils string) ([]string, error) {
	indexes := p.snilsIndexes(snils)
	for _, index := range indexes {
		owner, err := profiledb.New(p.DB.Reader()).SNILSOwner(ctx, index)
		if err == nil {
			return []string{owner}, nil
		}
		if !db.IsNone(err) {
			return nil, db.Classify(err)
		}
	}
	return p.store.find(ctx, findSNILS, indexes)
}

// Visitor is what an operator compares with the passport in hand.
type Visitor struct {
	Card
	Phone string
}

// Look opens a citizen's card for an МФЦ operator: it is in the journal before
// anything is given out.
func (p *Profile) Look(ctx context.Context, owner string) (Visitor, error) {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.MFCOperator) {
		return Visitor{}, identity.ErrForbidden
	}
	if _, err := p.store.state(ctx, p.DB.Reader(), owner); err != nil {
		return Visitor{}, err
	}
	if err := p.Audit.Look(ctx, actor.Entry("profile.looked", owner, "profile:"+owner)); err != nil {
		return Visitor{}, err
	}
	c, err := p.card(ctx, owner)
	if err != nil {
		return Visitor{}, err
	}
	a, err := p.Identity.Account(ctx, owner)
	return Visitor{Card: c, Phone: a.Phone}, err
}

// ConfirmAtOffice raises a citizen to Confirmed: the operator has compared the
// data of this version with the passport in hand. Errors: identity.ErrForbidden,
// ErrOwnCheck, ErrConflict when the data were changed meanwhile, ErrNotChecked
// while the registries do not agree.
func (p *Profile) ConfirmAtOffice(ctx context.Context, owner string, version int64) error {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.MFCOperator) {
		return identity.ErrForbidden
	}
	if actor.ID == owner {
		return ErrOwnCheck
	}
	letters, err := p.letters(ctx, owner, "confirmed", "/cabinet/profile")
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, err := p.store.state(ctx, tx, owner)
		if err != nil {
			return err
		}
		if st.Level == Confirmed {
			return nil // a second click
		}
		if err := confirmable(st, version); err != nil {
			return err
		}
		st.OfficeAt, st.OfficeBy, st.OfficeCode = tx.Now(), actor.ID, officeOf(actor)
		if _, err := profiledb.New(tx).SetOffice(ctx, profiledb.SetOfficeParams{
			OwnerID: owner, Version: version, OfficeAt: st.OfficeAt, OfficeBy: st.OfficeBy, OfficeCode: st.OfficeCode,
		}); err != nil {
			return err
		}
		e := actor.Entry("profile.confirmed_at_office", owner, "profile:"+owner)
		e.Details = map[string]string{"office": st.OfficeCode, "how": "passport"}
		if err := p.Audit.Write(ctx, tx, e); err != nil {
			return err
		}
		if err := p.settle(ctx, tx, st); err != nil {
			return err
		}
		p.Live.Touch(tx, owner, "profile")
		return p.Notify.Send(ctx, tx, letters)
	})
}

// confirmable reports why a citizen can't be confirmed now.
func confirmable(st state, version int64) error {
	switch {
	case st.Version != version:
		return ErrConflict
	case !st.effective().AtLeast(Standard):
		return ErrNotChecked
	}
	return nil
}

// officeOf is the office where the operator stands.
func officeOf(a identity.Actor) string {
	for _, r := range a.Roles {
		if r.Name == identity.MFCOperator {
			return r.Office
		}
	}
	return ""
}
