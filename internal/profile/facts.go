package profile

import (
	"context"
	"time"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// Facts are what forms may fill in from the profile, each with its source; the
// caller adds Today and what it knows itself. For the owner and the portal
// itself. After a withdrawn consent only the contacts are given.
func (p *Profile) Facts(ctx context.Context, owner string) (forms.Facts, error) {
	c, err := p.Card(ctx, owner)
	if err != nil {
		return forms.Facts{}, err
	}
	account, err := p.Identity.Account(ctx, owner)
	if err != nil {
		return forms.Facts{}, err
	}
	f := forms.Facts{Level: string(c.Level), Audience: "citizen", Known: map[string]forms.Known{}}
	confirmed := forms.Text{RU: "профиль, подтверждено кодом", EN: "profile, confirmed by code"}
	put(f, "phone", account.Phone, confirmed, account.CreatedAt)
	put(f, "email", account.Email, confirmed, account.CreatedAt)
	if c.Consented {
		c.facts(f)
	}
	return f, nil
}

// facts puts the person's data, each as the registry that knows it confirmed it.
func (c Card) facts(f forms.Facts) {
	p := c.Person
	name, nameAt := c.source(RegistryPassport, RegistrySNILS, RegistryINN)
	put(f, "last_name", p.LastName, name, nameAt)
	put(f, "first_name", p.FirstName, name, nameAt)
	put(f, "middle_name", p.MiddleName, name, nameAt)
	put(f, "birth_date", p.BirthDate, name, nameAt)
	put(f, "sex", p.Sex, name, nameAt)
	if p.BirthDate != "" {
		f.Known["profile.person"] = known(p.human(), name, nameAt)
	}
	snils, snilsAt := c.source(RegistrySNILS)
	put(f, "snils", p.SNILS, snils, snilsAt)
	inn, innAt := c.source(RegistryINN)
	put(f, "inn", p.INN, inn, innAt)
	if d := p.Passport; d != (Passport{}) {
		passport, at := c.source(RegistryPassport)
		f.Known["profile.passport"] = known(map[string]any{
			"series": d.Series, "number": d.Number, "issued_on": d.IssuedOn, "issued_by": d.IssuedBy, "unit_code": d.UnitCode,
		}, passport, at)
	}
	if p.Address != (Address{}) {
		f.Known["profile.address"] = known(p.Address.fact(), forms.Text{RU: "профиль", EN: "profile"}, c.ChangedAt)
	}
}

// human is the value of a field of kind person.
func (p Person) human() map[string]any {
	return without(map[string]any{
		"last_name": p.LastName, "first_name": p.FirstName, "middle_name": p.MiddleName, "birth_date": p.BirthDate,
	})
}

// fact is the value of a field of kind address.
func (a Address) fact() map[string]any {
	return without(map[string]any{
		"region": a.Region, "city": a.City, "street": a.Street, "house": a.House, "flat": a.Flat, "index": a.Index,
	})
}

func without(m map[string]any) map[string]any {
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

// source says who confirms a value: the first of the registries that does.
func (c Card) source(registries ...Registry) (forms.Text, db.Time) {
	for _, r := range registries {
		if one := checkOf(c.Checks, r); one.State == CheckConfirmed {
			return confirmedBy(r), one.AnsweredAt
		}
	}
	return forms.Text{RU: "профиль", EN: "profile"}, c.ChangedAt
}

func confirmedBy(r Registry) forms.Text {
	switch r {
	case RegistryPassport:
		return forms.Text{RU: "профиль, подтверждено МВД", EN: "profile, confirmed by the Ministry of Internal Affairs"}
	case RegistrySNILS:
		return forms.Text{RU: "профиль, подтверждено СФР", EN: "profile, confirmed by the Social Fund"}
	default:
		return forms.Text{RU: "профиль, подтверждено ФНС", EN: "profile, confirmed by the Federal Tax Service"}
	}
}

func put(f forms.Facts, name, value string, origin forms.Text, at db.Time) {
	if value != "" {
		f.Known["profile."+name] = known(value, origin, at)
	}
}

func known(value any, origin forms.Text, at db.Time) forms.Known {
	k := forms.Known{Value: value, Origin: origin}
	if at != 0 {
		k.AsOf = at.Time().Format(time.RFC3339)
	}
	return k
}
