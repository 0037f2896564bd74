package registry

import (
	"strings"

	"okno/internal/sandbox/population"
)

// Results of a check.
const (
	Confirmed = "confirmed"
	Refused   = "refused"
	Unknown   = "unknown"
)

// Fields as they are named in the answers, in which order they are listed.
const (
	fieldLast     = "last_name"
	fieldFirst    = "first_name"
	fieldMiddle   = "middle_name"
	fieldBirth    = "birth_date"
	fieldSex      = "sex"
	fieldSNILS    = "snils"
	fieldINN      = "inn"
	fieldSeries   = "passport.series"
	fieldNumber   = "passport.number"
	fieldIssuedOn = "passport.issued_on"
	fieldIssuedBy = "passport.issued_by"
	fieldUnit     = "passport.unit_code"
)

// rule is what one registry looks at: required must be given, optional is
// compared only where given, find looks up by the registry's own key.
type rule struct {
	required []string
	optional []string
	find     func(p *population.Population, a Asked) (population.Person, bool)
}

func passportRule() rule {
	return rule{
		required: []string{fieldLast, fieldFirst, fieldBirth, fieldSeries, fieldNumber},
		optional: []string{fieldSex, fieldIssuedOn, fieldIssuedBy, fieldUnit},
		find: func(p *population.Population, a Asked) (population.Person, bool) {
			return p.ByPassport(a.Passport.Series, a.Passport.Number)
		},
	}
}

func snilsRule() rule {
	return rule{
		required: []string{fieldLast, fieldFirst, fieldBirth, fieldSNILS},
		optional: []string{fieldSex},
		find: func(p *population.Population, a Asked) (population.Person, bool) {
			return p.BySNILS(a.SNILS)
		},
	}
}

func innRule() rule {
	return rule{
		required: []string{fieldLast, fieldFirst, fieldBirth, fieldINN},
		optional: []string{fieldSex},
		find: func(p *population.Population, a Asked) (population.Person, bool) {
			return p.ByINN(a.INN)
		},
	}
}

// missing are the required fields that were not given.
func (r rule) missing(a Asked) []string {
	var out []string
	for _, f := range r.required {
		if asked(a, f) == "" {
			out = append(out, f)
		}
	}
	return out
}

// check finds the person who is meant and says in which fields the
// description differs. Two people may be meant, one by number and one by name:
// it is the one who differs less.
func (r rule) check(p *population.Population, a Asked) (person population.Person, result string, differs []string) {
	result = Unknown
	named := func(p *population.Population, a Asked) (population.Person, bool) {
		return p.ByName(a.LastName, a.FirstName, a.MiddleName, a.BirthDate)
	}
	for _, find := range []func(*population.Population, Asked) (population.Person, bool){r.find, named} {
		one, ok := find(p, a)
		if !ok {
			continue
		}
		if d := r.differs(one, a); result == Unknown || len(d) < len(differs) {
			person, result, differs = one, Refused, d
		}
	}
	if result == Refused && len(differs) == 0 {
		result = Confirmed
	}
	return person, result, differs
}

func (r rule) differs(p population.Person, a Asked) []string {
	var out []string
	for _, f := range fieldOrder() {
		if r.compares(f, a) && known(p, f) != asked(a, f) {
			out = append(out, f)
		}
	}
	return out
}

// compares is true for fields of the rule. A patronymic is compared even when
// it was not given: to leave it out is a difference.
func (r rule) compares(field string, a Asked) bool {
	if field == fieldMiddle {
		return true
	}
	for _, f := range r.required {
		if f == field {
			return true
		}
	}
	for _, f := range r.optional {
		if f == field {
			return asked(a, f) != ""
		}
	}
	return false
}

func fieldOrder() []string {
	return []string{
		fieldLast, fieldFirst, fieldMiddle, fieldBirth, fieldSex, fieldSNILS, fieldINN,
		fieldSeries, fieldNumber, fieldIssuedOn, fieldIssuedBy, fieldUnit,
	}
}

// asked is a field of the description in the form in which it is compared.
func asked(a Asked, field string) string {
	switch field {
	case fieldLast:
		return population.Fold(a.LastName)
	case fieldFirst:
		return population.Fold(a.FirstName)
	case fieldMiddle:
		return population.Fold(a.MiddleName)
	case fieldBirth:
		return strings.TrimSpace(a.BirthDate)
	case fieldSex:
		return sexOf(a.Sex)
	case fieldSNILS:
		return population.Digits(a.SNILS)
	case fieldINN:
		return population.Digits(a.INN)
	default:
		return askedPassport(a.Passport, field)
	}
}

func askedPassport(p AskedPassport, field string) string {
	switch field {
	case fieldSeries:
		return population.Digits(p.Series)
	case fieldNumber:
		return population.Digits(p.Number)
	case fieldIssuedOn:
		return strings.TrimSpace(p.IssuedOn)
	case fieldIssuedBy:
		return foldIssuer(p.IssuedBy)
	default:
		return population.Digits(p.UnitCode)
	}
}

// known is the same field as the registry has it.
func known(p population.Person, field string) string {
	a := Asked{
		LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName,
		BirthDate: p.BirthDate, Sex: p.Sex, SNILS: p.SNILS, INN: p.INN,
	}
	if p.Passport != nil {
		a.Passport = AskedPassport(*p.Passport)
	}
	return asked(a, field)
}

// foldIssuer forgives what people leave out when they copy a stamp: case,
// quotes, dots and spaces.
func foldIssuer(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .,«»\"'№-", r) {
			return -1
		}
		return r
	}, population.Fold(s))
}

// sexOf understands the writings of sex that portals use.
func sexOf(s string) string {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "":
		return ""
	case "m", "male", "м", "муж", "мужской":
		return population.Male
	case "f", "female", "ж", "жен", "женский":
		return population.Female
	default:
		return "other"
	}
}
