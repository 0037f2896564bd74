package registry

import (
	"okno/internal/sandbox/party"
	"okno/internal/sandbox/population"
)

// Answer is what a registry says. Only one of the groups below the first is
// filled, and only when the result is Confirmed.
type Answer struct {
	RequestID string   `json:"request_id"`
	Result    string   `json:"result"`
	Differs   []string `json:"differs,omitempty"`

	Family    *FamilyAnswer    `json:"family,omitempty"`
	Residence *ResidenceAnswer `json:"residence,omitempty"`
	Property  *PropertyAnswer  `json:"property,omitempty"`
	Vehicles  *VehiclesAnswer  `json:"vehicles,omitempty"`
	Debts     *DebtsAnswer     `json:"debts,omitempty"`
	Income    *IncomeAnswer    `json:"income,omitempty"`
}

// Relative is somebody's spouse or child.
type Relative struct {
	LastName         string                  `json:"last_name"`
	FirstName        string                  `json:"first_name"`
	MiddleName       string                  `json:"middle_name"`
	BirthDate        string                  `json:"birth_date"`
	Sex              string                  `json:"sex"`
	SNILS            string                  `json:"snils"`
	BirthCertificate *population.Certificate `json:"birth_certificate,omitempty"`
}

// FamilyAnswer is what ЗАГС knows: Spouse and the marriage are absent for the unmarried.
type FamilyAnswer struct {
	Spouse              *Relative               `json:"spouse,omitempty"`
	MarriedOn           string                  `json:"married_on,omitempty"`
	MarriageCertificate *population.Certificate `json:"marriage_certificate,omitempty"`
	Children            []Relative              `json:"children"`
}

// ResidenceAnswer is the registered address.
type ResidenceAnswer struct {
	Address      population.Address `json:"address"`
	RegisteredOn string             `json:"registered_on"`
}

// PropertyAnswer is what Росреестр knows.
type PropertyAnswer struct {
	Objects []population.PropertyObject `json:"objects"`
}

// VehiclesAnswer is what ГИБДД knows.
type VehiclesAnswer struct {
	DriverLicence *population.DriverLicence `json:"driver_licence,omitempty"`
	Vehicles      []population.Vehicle      `json:"vehicles"`
}

// DebtsAnswer is what is owed; Total is in kopecks.
type DebtsAnswer struct {
	Debts []population.Debt `json:"debts"`
	Total int64             `json:"total"`
}

// IncomeAnswer is what ФНС knows of incomes.
type IncomeAnswer struct {
	Incomes []population.Income `json:"incomes"`
}

// paths are the registries by the path that they answer at.
func paths() map[string]string {
	return map[string]string{
		"/registry/passport/check": party.Passport,
		"/registry/snils/check":    party.SNILS,
		"/registry/inn/check":      party.INN,
		"/registry/civil/family":   party.Family,
		"/registry/residence":      party.Residence,
		"/registry/property":       party.Property,
		"/registry/vehicles":       party.Vehicles,
		"/registry/debts":          party.Debts,
		"/registry/income":         party.Income,

		"/registry/companies/find":                party.Companies,
		"/registry/banks/find":                    party.Banks,
		"/registry/addresses/suggest":             party.Addresses,
		"/registry/vehicles/find":                 party.Vehicles,
		"/registry/property/find":                 party.Property,
		"/registry/civil/birth-certificates/find": party.Family,
	}
}

// ruleOf is how a registry recognises a person: checks by their own number, the rest by СНИЛС.
func ruleOf(name string) rule {
	switch name {
	case party.Passport:
		return passportRule()
	case party.INN:
		return innRule()
	default:
		return snilsRule()
	}
}

// answer is what the registry of that name says about somebody.
func answer(p *population.Population, name string, r Request) Answer {
	person, result, differs := ruleOf(name).check(p, r.Person)
	out := Answer{RequestID: r.RequestID, Result: result, Differs: differs}
	if result != Confirmed {
		return out
	}
	switch name {
	case party.Family:
		out.Family = family(p, person)
	case party.Residence:
		out.Residence = &ResidenceAnswer{Address: person.Address, RegisteredOn: person.RegisteredOn}
	case party.Property:
		out.Property = &PropertyAnswer{Objects: list(person.Property)}
	case party.Vehicles:
		out.Vehicles = &VehiclesAnswer{DriverLicence: person.DriverLicence, Vehicles: list(person.Vehicles)}
	case party.Debts:
		out.Debts = debts(person)
	case party.Income:
		out.Income = &IncomeAnswer{Incomes: list(person.Incomes)}
	}
	return out
}

func family(p *population.Population, person population.Person) *FamilyAnswer {
	out := &FamilyAnswer{Children: []Relative{}, MarriedOn: person.MarriedOn, MarriageCertificate: person.MarriageCertificate}
	if spouse, ok := p.BySNILS(person.Spouse); ok {
		r := relative(spouse)
		out.Spouse = &r
	}
	for _, snils := range person.Children {
		if child, ok := p.BySNILS(snils); ok {
			r := relative(child)
			r.BirthCertificate = &child.BirthCertificate
			out.Children = append(out.Children, r)
		}
	}
	return out
}

func relative(p population.Person) Relative {
	return Relative{
		LastName: p.LastName, FirstName: p.FirstName, MiddleName: p.MiddleName,
		BirthDate: p.BirthDate, Sex: p.Sex, SNILS: p.SNILS,
	}
}

func debts(p population.Person) *DebtsAnswer {
	out := &DebtsAnswer{Debts: list(p.Debts)}
	for _, d := range p.Debts {
		out.Total += d.Amount
	}
	return out
}

// list makes an empty list of none, so that JSON says [] and not null.
func list[T any](in []T) []T { return append([]T{}, in...) }
