package profile

import (
	"errors"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"okno/internal/kit/errs"
	"okno/internal/reference"
)

// Section is a part of the personal data that is edited by itself.
type Section string

// The sections, in the order of pages.
const (
	SectionPerson   Section = "person"   // ФИО, birth date, sex
	SectionPassport Section = "passport" // identity document
	SectionSNILS    Section = "snils"
	SectionINN      Section = "inn"     // optional
	SectionAddress  Section = "address" // optional
)

// Sections are all sections in the order of pages.
func Sections() []Section {
	return []Section{SectionPerson, SectionPassport, SectionSNILS, SectionINN, SectionAddress}
}

// Optional reports whether a section may stay empty for good.
func (s Section) Optional() bool { return s == SectionINN || s == SectionAddress }

// fields are the names of the section's fields.
func (s Section) fields() []string {
	switch s {
	case SectionPerson:
		return []string{"last_name", "first_name", "middle_name", "birth_date", "sex"}
	case SectionPassport:
		return []string{"series", "number", "issued_on", "issued_by", "unit_code"}
	case SectionSNILS:
		return []string{"snils"}
	case SectionINN:
		return []string{"inn"}
	case SectionAddress:
		return []string{"index", "region", "city", "street", "house", "flat"}
	}
	return nil
}

// Known reports whether it is one of the sections.
func (s Section) Known() bool { return s.fields() != nil }

// Values are what was typed, by field name. Dates are one text: day, month and
// year with dots between them, or YYYY-MM-DD.
type Values map[string]string

// values are the section's fields as they are edited.
func (p Person) values(s Section) Values {
	switch s {
	case SectionPerson:
		return Values{"last_name": p.LastName, "first_name": p.FirstName, "middle_name": p.MiddleName, "birth_date": p.BirthDate, "sex": p.Sex}
	case SectionPassport:
		d := p.Passport
		return Values{"series": d.Series, "number": d.Number, "issued_on": d.IssuedOn, "issued_by": d.IssuedBy, "unit_code": d.UnitCode}
	case SectionSNILS:
		return Values{"snils": reference.FormatSNILS(p.SNILS)}
	case SectionINN:
		return Values{"inn": p.INN}
	case SectionAddress:
		a := p.Address
		return Values{"index": a.Index, "region": a.Region, "city": a.City, "street": a.Street, "house": a.House, "flat": a.Flat}
	}
	return Values{}
}

// reader takes fields out of values and collects what is wrong with them.
type reader struct {
	in    Values
	today string // YYYY-MM-DD
	who   string // in front of a field's name in the key that says it is empty
	fault *errs.Error
}

// apply gives the person with the section as it was typed, or an error of kind
// Invalid whose fields say what to mend. today is YYYY-MM-DD.
func (p Person) apply(s Section, in Values, today string) (Person, error) {
	r := &reader{in: in, today: today}
	switch s {
	case SectionPerson:
		r.person(&p)
	case SectionPassport:
		r.passport(&p)
	case SectionSNILS:
		p.SNILS = r.parsed("snils", reference.ParseSNILS)
	case SectionINN:
		p.INN = r.optional("inn", reference.ParseINNPerson)
	case SectionAddress:
		r.address(&p)
	}
	if r.fault != nil {
		return Person{}, r.fault
	}
	return p, nil
}

func (r *reader) person(p *Person) {
	r.names(p)
	p.BirthDate = r.date("birth_date")
	if p.BirthDate != "" {
		r.birth(p)
	}
	p.Sex = r.in["sex"]
	if p.Sex != "male" && p.Sex != "female" {
		r.wrong("sex", "profile.error.sex")
	}
}

func (r *reader) names(p *Person) {
	p.LastName = r.parsed("last_name", reference.ParseName)
	p.FirstName = r.parsed("first_name", reference.ParseName)
	p.MiddleName = r.optional("middle_name", reference.ParseName)
}

// birth holds the birth date against today and against the passport, which is
// first given out at fourteen (постановление № 828 of 08.07.1997, п. 1).
func (r *reader) birth(p *Person) {
	switch {
	case p.BirthDate > r.today:
		r.wrong("birth_date", "profile.error.birth_future")
	case p.BirthDate < "1900-01-01":
		r.wrong("birth_date", "profile.error.birth_old")
	case birthday(p.BirthDate, 14) > r.today:
		r.wrong("birth_date", "profile.error.birth_young")
	case p.Passport.IssuedOn != "" && p.Passport.IssuedOn < birthday(p.BirthDate, 14):
		r.wrong("birth_date", "profile.error.birth_passport")
	}
}

func (r *reader) passport(p *Person) {
	var d Passport
	series, number, err := reference.ParsePassportRF(r.in["series"], r.in["number"])
	if err != nil {
		name := "number"
		if errors.Is(err, errs.NewInvalid("reference.error.passport_series")) {
			name = "series"
		}
		r.fail(name, err)
	}
	d.Series, d.Number = series, number
	if d.IssuedOn = r.date("issued_on"); d.IssuedOn != "" {
		r.issued(d.IssuedOn, p.BirthDate)
	}
	d.IssuedBy = r.text("issued_by", 250, true)
	d.UnitCode = r.parsed("unit_code", reference.ParseUnitCode)
	p.Passport = d
}

func (r *reader) issued(on, birth string) {
	switch {
	case on > r.today:
		r.wrong("issued_on", "profile.error.issued_future")
	case on < "1997-10-01": // the first passports of the РФ
		r.wrong("issued_on", "profile.error.issued_old")
	case birth != "" && on < birthday(birth, 14):
		r.wrong("issued_on", "profile.error.issued_young")
	}
}

func (r *reader) address(p *Person) {
	if strings.TrimSpace(strings.Join([]string{r.in["index"], r.in["region"], r.in["city"], r.in["street"], r.in["house"], r.in["flat"]}, "")) == "" {
		p.Address = Address{}
		return
	}
	p.Address = Address{
		Index:  r.optional("index", reference.ParsePostcode),
		Region: r.text("region", 100, true), City: r.text("city", 100, true), Street: r.text("street", 150, false),
		House: r.text("house", 30, true), Flat: r.text("flat", 20, false),
	}
}

func (r *reader) parsed(name string, parse func(string) (string, error)) string {
	if strings.TrimSpace(r.in[name]) == "" {
		r.wrong(name, "profile.error.empty."+r.who+name)
		return ""
	}
	v, err := parse(r.in[name])
	if err != nil {
		r.fail(name, err)
	}
	return v
}

func (r *reader) optional(name string, parse func(string) (string, error)) string {
	if strings.TrimSpace(r.in[name]) == "" {
		return ""
	}
	return r.parsed(name, parse)
}

// text takes words as they are, with single spaces and no control characters.
func (r *reader) text(name string, limit int, required bool) string {
	v := strings.Join(strings.Fields(strings.Map(printable, r.in[name])), " ")
	switch {
	case v == "" && required:
		r.wrong(name, "profile.error.empty."+r.who+name)
	case utf8.RuneCountInString(v) > limit:
		r.wrong(name, "profile.error.long", "Limit", limit)
	}
	return v
}

func printable(c rune) rune {
	if unicode.IsSpace(c) {
		return ' '
	}
	if !unicode.IsPrint(c) {
		return -1
	}
	return c
}

func (r *reader) date(name string) string {
	typed := strings.TrimSpace(r.in[name])
	if strings.Trim(typed, ". ") == "" {
		r.wrong(name, "profile.error.empty."+r.who+name)
		return ""
	}
	day, ok := ParseDate(typed)
	if !ok {
		r.wrong(name, "profile.error.date_format")
	}
	return day
}

// ParseDate reads 1.2.1990, 01-02-1990, 01 02 1990 or 1990-02-01 into
// YYYY-MM-DD; ok is false for what is no day.
func ParseDate(typed string) (day string, ok bool) {
	parts := regexp.MustCompile(`\d+`).FindAllString(typed, 4)
	if len(parts) != 3 || regexp.MustCompile(`[^\d\s./-]`).MatchString(typed) {
		return "", false
	}
	if len(parts[0]) == 4 {
		parts[0], parts[2] = parts[2], parts[0]
	}
	if len(parts[2]) != 4 {
		return "", false
	}
	t, err := time.Parse("2006-1-2", parts[2]+"-"+strings.TrimPrefix(parts[1], "0")+"-"+strings.TrimPrefix(parts[0], "0"))
	if err != nil {
		return "", false
	}
	return t.Format(time.DateOnly), true
}

// birthday is the day on which somebody born on the day turns age: who is born
// on 29 February has it on 1 March of other years.
func birthday(born string, age int) string {
	t, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return ""
	}
	return t.AddDate(age, 0, 0).Format(time.DateOnly)
}

func (r *reader) wrong(name, key string, args ...any) {
	if r.fault == nil {
		r.fault = errs.NewInvalid("profile.error.fields")
	}
	r.fault = r.fault.WithField(name, key, args...)
}

// fail takes over the key of a parser's error.
func (r *reader) fail(name string, err error) {
	key, args := "profile.error.fields", []any(nil)
	if e, ok := errs.As(err); ok {
		key, args = e.Key, e.Args
	}
	r.wrong(name, key, args...)
}
