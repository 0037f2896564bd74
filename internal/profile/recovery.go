package profile

import (
	"context"
	"strings"

	"okno/internal/identity"
	"okno/internal/kit/db"
)

// Claim is who somebody says to be, to get an account back.
type Claim struct{ LastName, FirstName, BirthDate string }

// Match says which parts of a claim are those of the profile. Support sees this
// beside the scan, and not the profile itself.
type Match struct{ LastName, FirstName, BirthDate bool }

// Compare holds a claim against the owner's profile, for support. The look is in
// the journal before. Errors: identity.ErrForbidden, ErrNoProfile.
func (p *Profile) Compare(ctx context.Context, owner string, c Claim) (Match, error) {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.SupportOperator, identity.SupportSpecialist, identity.SupportChief) {
		return Match{}, identity.ErrForbidden
	}
	if err := p.Audit.Look(ctx, actor.Entry("profile.compared", owner, "profile:"+owner)); err != nil {
		return Match{}, err
	}
	person, err := p.person(ctx, owner)
	if err != nil {
		return Match{}, err
	}
	return Match{
		LastName: sameName(c.LastName, person.LastName), FirstName: sameName(c.FirstName, person.FirstName),
		BirthDate: c.BirthDate != "" && c.BirthDate == person.BirthDate,
	}, nil
}

func sameName(a, b string) bool {
	fold := func(s string) string {
		return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "ё", "е") // data: one letter, two spellings
	}
	return a != "" && fold(a) == fold(b)
}

// OpenAtOffice gives one-time access to a visitor whose passport the operator has
// compared with the profile: a link by SMS to the phone that the visitor names.
// It is for profiles whose data the registries have confirmed. Errors:
// identity.ErrForbidden, ErrOwnCheck, ErrNotChecked, those of PrepareAccess.
func (p *Profile) OpenAtOffice(ctx context.Context, owner, phone string, keepEmail bool) error {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.MFCOperator) {
		return identity.ErrForbidden
	}
	if actor.ID == owner {
		return ErrOwnCheck
	}
	st, err := p.store.state(ctx, p.DB.Reader(), owner)
	if err != nil {
		return err
	}
	if !st.effective().AtLeast(Standard) {
		return ErrNotChecked
	}
	draft, err := p.Identity.PrepareAccess(ctx, identity.Access{Owner: owner, How: identity.AccessAtOffice, Phone: phone, KeepEmail: keepEmail})
	if err != nil {
		return err
	}
	return p.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e := actor.Entry("profile.access_at_office", owner, "profile:"+owner)
		e.Details = map[string]string{"office": officeOf(actor), "how": "passport"}
		if err := p.Audit.Write(ctx, tx, e); err != nil {
			return err
		}
		return p.Identity.GiveAccess(ctx, tx, draft)
	})
}

// UnlockAtOffice opens a locked sign-in for a visitor whose passport was seen.
func (p *Profile) UnlockAtOffice(ctx context.Context, owner string) error {
	actor := identity.ActorOf(ctx)
	if !actor.Has(identity.MFCOperator) {
		return identity.ErrForbidden
	}
	if _, err := p.store.state(ctx, p.DB.Reader(), owner); err != nil {
		return err
	}
	return p.Identity.UnlockByStaff(ctx, owner)
}
