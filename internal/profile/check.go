package profile

import (
	"slices"
	"strings"

	"okno/internal/kit/db"
)

// Registry is a registry that personal data are checked with.
type Registry string

// The registries, in the order of pages.
const (
	RegistryPassport Registry = "passport" // МВД
	RegistrySNILS    Registry = "snils"    // СФР
	RegistryINN      Registry = "inn"      // ФНС
)

// CheckState is how a check stands.
type CheckState string

// The states of a check.
const (
	CheckNone      CheckState = ""
	CheckWaiting   CheckState = "waiting"
	CheckConfirmed CheckState = "confirmed"
	CheckRefused   CheckState = "refused" // Differs names the fields
	CheckUnknown   CheckState = "unknown" // nobody with such data is known
	CheckTaken     CheckState = "taken"   // another account has this СНИЛС
)

// Check is one question to one registry about one version of the person.
type Check struct {
	Registry   Registry
	ID         string
	Version    int64
	State      CheckState
	Differs    []string // field names as in a form: last_name, series, …
	AskedAt    db.Time
	AnsweredAt db.Time
}

// checkOf is the check of the registry, the zero Check where there is none.
func checkOf(checks []Check, r Registry) Check {
	for _, c := range checks {
		if c.Registry == r {
			return c
		}
	}
	return Check{Registry: r}
}

// registriesOf are the registries that have to agree: ФНС only when an ИНН is given.
func registriesOf(p Person) []Registry {
	all := []Registry{RegistryPassport, RegistrySNILS}
	if p.INN != "" {
		all = append(all, RegistryINN)
	}
	return all
}

// toAsk are the registries that have to be asked after a change from old to p:
// those that compare something that changed, and those that do not agree yet.
func toAsk(old, p Person, checks []Check) []Registry {
	if !p.Complete() {
		return nil
	}
	var ask []Registry
	for _, r := range registriesOf(p) {
		c := checkOf(checks, r)
		if compared(r, old) != compared(r, p) || (c.State != CheckConfirmed && c.State != CheckWaiting) {
			ask = append(ask, r)
		}
	}
	return ask
}

// comparison is the part of a person that a registry looks at.
type comparison struct {
	last, first, middle, birth, sex string
	own                             string
	passport                        Passport
}

func compared(r Registry, p Person) comparison {
	c := comparison{last: p.LastName, first: p.FirstName, middle: p.MiddleName, birth: p.BirthDate, sex: p.Sex}
	switch r {
	case RegistryPassport:
		c.passport = p.Passport
	case RegistrySNILS:
		c.own = p.SNILS
	case RegistryINN:
		c.own = p.INN
	}
	return c
}

// knownFields are the fields that a registry may name as different; whatever
// else an answer names is left out, so that nothing foreign gets on a page.
func knownFields() []string {
	return []string{
		"last_name", "first_name", "middle_name", "birth_date", "sex", "snils", "inn",
		"series", "number", "issued_on", "issued_by", "unit_code",
	}
}

// fieldsOf turns a registry's names ("passport.series") into those of forms.
func fieldsOf(differs []string) []string {
	var out []string
	for _, name := range differs {
		name = strings.TrimPrefix(name, "passport.")
		if slices.Contains(knownFields(), name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// waiting lists the registries that have not answered yet.
func waiting(checks []Check) []Check {
	var out []Check
	for _, c := range checks {
		if c.State == CheckWaiting {
			out = append(out, c)
		}
	}
	return out
}
