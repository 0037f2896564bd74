package profile

import (
	"context"
	"time"

	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
)

// Facts are what forms may fill in from the profile, each with its source; the
// caller adds Today and what it knows itself. For the owner and the portal
// itself. After a withdrawn consent only the contacts are given.
func (p *Profile) Facts(ctx context.Context, owner string) (forms.Facts, error) {
	b, err := p.Basis(ctx, owner)
	if err != nil {
		return forms.Facts{}, err
	}
	return p.FactsOf(b), nil
}

// FactsOf are the facts of what is known.
func (p *Profile) FactsOf(b Basis) forms.Facts {
	f := forms.Facts{Level: string(b.Card.Level), Audience: "citizen", Known: map[string]forms.Known{}}
	s := sources{card: b.Card, texts: p.Texts}
	confirmed := s.text("profile.source.code")
	put(f, "phone", b.Account.Phone, confirmed, b.Account.CreatedAt)
	put(f, "email", b.Account.Email, confirmed, b.Account.CreatedAt)
	if !b.Card.Consented {
		return f
	}
	s.facts(f)
	s.holdings(f, Holdings{Owner: b.Card.Owner, List: b.holdings})
	return f
}

// sources tells who knows a card's values.
type sources struct {
	card  Card
	texts *i18n.Bundle
}

// text is a text in both languages: facts carry both.
func (s sources) text(key string) forms.Text {
	return forms.Text{RU: s.texts.T(i18n.RU, key), EN: s.texts.T(i18n.EN, key)}
}

// facts puts the person's data, each as the registry that knows it confirmed it.
func (s sources) facts(f forms.Facts) {
	p := s.card.Person
	name, nameAt := s.source(RegistryPassport, RegistrySNILS, RegistryINN)
	put(f, "last_name", p.LastName, name, nameAt)
	put(f, "first_name", p.FirstName, name, nameAt)
	put(f, "middle_name", p.MiddleName, name, nameAt)
	put(f, "birth_date", p.BirthDate, name, nameAt)
	put(f, "sex", p.Sex, name, nameAt)
	if p.BirthDate != "" {
		f.Known["profile.person"] = known(p.human(), name, nameAt)
	}
	snils, snilsAt := s.source(RegistrySNILS)
	put(f, "snils", p.SNILS, snils, snilsAt)
	inn, innAt := s.source(RegistryINN)
	put(f, "inn", p.INN, inn, innAt)
	if d := p.Passport; d != (Passport{}) {
		passport, at := s.source(RegistryPassport)
		f.Known["profile.passport"] = known(map[string]any{
			"series": d.Series, "number": d.Number, "issued_on": d.IssuedOn, "issued_by": d.IssuedBy, "unit_code": d.UnitCode,
		}, passport, at)
	}
	if p.Address != (Address{}) {
		f.Known["profile.address"] = known(p.Address.fact(), s.text("profile.source.own"), s.card.ChangedAt)
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
func (s sources) source(registries ...Registry) (forms.Text, db.Time) {
	for _, r := range registries {
		if one := checkOf(s.card.Checks, r); one.State == CheckConfirmed {
			return s.text("profile.source." + string(r)), one.AnsweredAt
		}
	}
	return s.text("profile.source.own"), s.card.ChangedAt
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

// holdings puts the spouse, and the lists of children, vehicles and property,
// each line of them with a source of its own.
func (s sources) holdings(f forms.Facts, held Holdings) {
	for k, path := range map[HoldingKind]string{
		HoldingSpouse: "spouse", HoldingChild: "children", HoldingVehicle: "vehicles", HoldingProperty: "properties",
	} {
		var each []forms.Known
		for _, h := range held.Of(k) {
			one := known(h.fact(), s.text("profile.source.own"), h.ChangedAt)
			if h.State == CheckConfirmed {
				one = known(h.fact(), s.text("profile.source."+string(k.Registry())), h.AnsweredAt)
			}
			one.Correct = "/cabinet/profile/holdings/" + h.ID
			each = append(each, one)
		}
		switch {
		case len(each) == 0:
		case k == HoldingSpouse:
			f.Known["profile.spouse"] = each[0]
		default:
			f.Known["profile."+path] = forms.KnownList(each...)
		}
	}
}
