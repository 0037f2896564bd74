package profile

import (
	"strings"
	"unicode/utf8"
)

// Person is the personal data of a citizen; empty texts are not given yet.
type Person struct {
	LastName   string   `json:"last_name"`
	FirstName  string   `json:"first_name"`
	MiddleName string   `json:"middle_name,omitempty"`
	BirthDate  string   `json:"birth_date,omitempty"` // YYYY-MM-DD
	Sex        string   `json:"sex,omitempty"`        // male, female
	SNILS      string   `json:"snils,omitempty"`      // 11 digits
	INN        string   `json:"inn,omitempty"`        // 12 digits
	Passport   Passport `json:"passport,omitzero"`
	Address    Address  `json:"address,omitzero"`
}

// Passport is an internal passport of the РФ.
type Passport struct {
	Series   string `json:"series"`    // 4 digits
	Number   string `json:"number"`    // 6 digits
	IssuedOn string `json:"issued_on"` // YYYY-MM-DD
	IssuedBy string `json:"issued_by"`
	UnitCode string `json:"unit_code"` // 770-001
}

// Address is the registered address.
type Address struct {
	Index  string `json:"index,omitempty"`
	Region string `json:"region"`
	City   string `json:"city"`
	Street string `json:"street,omitempty"`
	House  string `json:"house"`
	Flat   string `json:"flat,omitempty"`
}

// Text is the address on one line.
func (a Address) Text() string {
	return joinWords(", ", a.Index, a.Region, a.City, a.Street, a.House, a.Flat)
}

// FullName is «Фамилия Имя Отчество».
func (p Person) FullName() string { return joinWords(" ", p.LastName, p.FirstName, p.MiddleName) }

// ShortName is «Имя Фамилия», for the header.
func (p Person) ShortName() string { return joinWords(" ", p.FirstName, p.LastName) }

// Initials are «П. А. В.»: what lists show of a person.
func (p Person) Initials() string {
	var out []string
	for _, part := range []string{p.LastName, p.FirstName, p.MiddleName} {
		if r, _ := utf8.DecodeRuneInString(part); part != "" {
			out = append(out, strings.ToUpper(string(r))+".")
		}
	}
	return strings.Join(out, "\u00a0")
}

// Complete reports whether everything is there that the registries need.
func (p Person) Complete() bool {
	return p.BirthDate != "" && p.Sex != "" && p.Passport != Passport{} && p.SNILS != ""
}

// has reports whether the section is filled in.
func (p Person) has(s Section) bool {
	switch s {
	case SectionPerson:
		return p.BirthDate != ""
	case SectionPassport:
		return p.Passport != Passport{}
	case SectionSNILS:
		return p.SNILS != ""
	case SectionINN:
		return p.INN != ""
	case SectionAddress:
		return p.Address != Address{}
	}
	return false
}

// changedSections names the sections in which two persons differ.
func changedSections(old, p Person) string {
	var out []string
	for _, s := range Sections() {
		a, b := old.values(s), p.values(s)
		for _, f := range s.fields() {
			if a[f] != b[f] {
				out = append(out, string(s))
				break
			}
		}
	}
	return strings.Join(out, ",")
}

// replaces reports whether a value that old knew is another or gone.
func (p Person) replaces(old Person) bool {
	for _, s := range Sections() {
		a, b := old.values(s), p.values(s)
		for _, f := range s.fields() {
			if a[f] != "" && a[f] != b[f] {
				return true
			}
		}
	}
	return false
}

// sameHuman reports whether o is still the one whose passport an operator saw:
// a new passport or a mended issuer does not make another person.
func (p Person) sameHuman(o Person) bool {
	return p.LastName == o.LastName && p.FirstName == o.FirstName && p.MiddleName == o.MiddleName &&
		p.BirthDate == o.BirthDate && p.Sex == o.Sex && p.SNILS == o.SNILS
}

// nameKey is surname and birth date as they are searched for: case, Ё and Е,
// spaces do not matter.
func nameKey(lastName, birthDate string) string { return folded(lastName) + "|" + birthDate }

func folded(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "ё", "е")
	return strings.Join(strings.Fields(s), " ")
}

func joinWords(separator string, words ...string) string {
	var out []string
	for _, w := range words {
		if w != "" {
			out = append(out, w)
		}
	}
	return strings.Join(out, separator)
}
