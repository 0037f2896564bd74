package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/errs"
)

const today = "2026-11-16"

func TestApply(t *testing.T) {
	t.Parallel()
	born := Person{LastName: "Петрова", FirstName: "Анна", BirthDate: "1988-04-12", Sex: "female"}
	for name, c := range map[string]struct {
		old     Person
		section Section
		in      Values
		fault   map[string]string
	}{
		"all empty": {Person{}, SectionPerson, Values{}, map[string]string{
			"last_name": "profile.error.empty.last_name", "first_name": "profile.error.empty.first_name",
			"birth_date": "profile.error.empty.birth_date", "sex": "profile.error.sex",
		}},
		"date of two boxes":     {Person{}, SectionPerson, personWith("birth_date", "12.4."), map[string]string{"birth_date": "profile.error.date_format"}},
		"30 February":           {Person{}, SectionPerson, personWith("birth_date", "30.2.1990"), map[string]string{"birth_date": "profile.error.date_format"}},
		"short year":            {Person{}, SectionPerson, personWith("birth_date", "1.2.90"), map[string]string{"birth_date": "profile.error.date_format"}},
		"in the future":         {Person{}, SectionPerson, personWith("birth_date", "17.11.2026"), map[string]string{"birth_date": "profile.error.birth_future"}},
		"long ago":              {Person{}, SectionPerson, personWith("birth_date", "1.1.1899"), map[string]string{"birth_date": "profile.error.birth_old"}},
		"thirteen":              {Person{}, SectionPerson, personWith("birth_date", "17.11.2012"), map[string]string{"birth_date": "profile.error.birth_young"}},
		"fourteen today":        {Person{}, SectionPerson, personWith("birth_date", "16.11.2012"), nil},
		"digits in the name":    {Person{}, SectionPerson, personWith("last_name", "Петр0ва"), map[string]string{"last_name": "reference.error.name_characters"}},
		"hyphen and apostrophe": {Person{}, SectionPerson, personWith("last_name", "О’Хара-Петрова"), nil},
		"passport before birth": {
			Person{Passport: Passport{IssuedOn: "2008-05-20"}},
			SectionPerson, personWith("birth_date", "1.1.2000"),
			map[string]string{"birth_date": "profile.error.birth_passport"},
		},
		"passport":           {born, SectionPassport, passportWith("", ""), nil},
		"whole in one field": {born, SectionPassport, Values{"series": "45 10 100001", "issued_on": "20.5.2008", "issued_by": "ОВД", "unit_code": "770001"}, nil},
		"series":             {born, SectionPassport, passportWith("series", "45O3"), map[string]string{"series": "reference.error.passport_series"}},
		"number":             {born, SectionPassport, passportWith("number", "12"), map[string]string{"number": "reference.error.passport_number"}},
		"issued at thirteen": {born, SectionPassport, passportWith("issued_on", "1.4.2002"), map[string]string{"issued_on": "profile.error.issued_young"}},
		"issued tomorrow":    {born, SectionPassport, passportWith("issued_on", "17.11.2026"), map[string]string{"issued_on": "profile.error.issued_future"}},
		"issued in the USSR": {Person{}, SectionPassport, passportWith("issued_on", "1.9.1997"), map[string]string{"issued_on": "profile.error.issued_old"}},
		"unit code":          {born, SectionPassport, passportWith("unit_code", "77"), map[string]string{"unit_code": "reference.error.unit_code_format"}},
		"snils":              {born, SectionSNILS, Values{"snils": "123-456-789 64"}, nil},
		"snils check":        {born, SectionSNILS, Values{"snils": "123-456-789 65"}, map[string]string{"snils": "reference.error.snils_check"}},
		"inn is optional":    {born, SectionINN, Values{"inn": " "}, nil},
		"inn check":          {born, SectionINN, Values{"inn": "500100732258"}, map[string]string{"inn": "reference.error.inn_check"}},
		"no address":         {born, SectionAddress, Values{}, nil},
		"half an address":    {born, SectionAddress, Values{"city": "Тверь"}, map[string]string{"region": "profile.error.empty.region", "house": "profile.error.empty.house"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := c.old.apply(c.section, c.in, today)
			if diff := cmp.Diff(c.fault, faultKeys(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func personWith(name, value string) Values {
	v := Values{"last_name": "Петрова", "first_name": "Анна", "middle_name": "Викторовна", "birth_date": "12.04.1988", "sex": "female"}
	v[name] = value
	return v
}

func passportWith(name, value string) Values {
	v := Values{"series": "4510", "number": "100001", "issued_on": "20.05.2008", "issued_by": "ОВД «Тестовое»", "unit_code": "770-001"}
	if name != "" {
		v[name] = value
	}
	return v
}

func faultKeys(err error) map[string]string {
	e, ok := errs.As(err)
	if !ok {
		return nil
	}
	keys := map[string]string{}
	for _, f := range e.Fields {
		keys[f.Name] = f.Key
	}
	return keys
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"1.2.1990": "1990-02-01", "01-02-1990": "1990-02-01", " 01 02 1990 ": "1990-02-01", "1990-02-01": "1990-02-01",
		"29.2.2000": "2000-02-29", "29.2.2001": "", "1.13.1990": "", "1.2": "", "0.1.1990": "", "1.2.1990.4": "",
		"first of May": "", "1.2.19900": "", "": "",
	} {
		if got, ok := ParseDate(typed); got != want || ok != (want != "") {
			t.Errorf("%q = %q, want %q", typed, got, want)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"1.2.1990", "1990-02-01", "99.99.9999", "١.٢.١٩٩٠"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if day, ok := ParseDate(typed); ok && len(day) != len("2006-01-02") {
			t.Fatalf("%q became %q", typed, day)
		}
	})
}

func TestLevel(t *testing.T) {
	t.Parallel()
	yes := func(r Registry) Check { return Check{Registry: r, ID: "1", State: CheckConfirmed} }
	waits := Check{Registry: RegistryINN, ID: "1", State: CheckWaiting}
	for name, c := range map[string]struct {
		checks []Check
		office bool
		want   Level
	}{
		"nothing":      {nil, false, Simplified},
		"office alone": {nil, true, Simplified},
		"one":          {[]Check{yes(RegistryPassport)}, false, Simplified},
		"both":         {[]Check{yes(RegistryPassport), yes(RegistrySNILS)}, false, Standard},
		"inn waits":    {[]Check{yes(RegistryPassport), yes(RegistrySNILS), waits}, true, Simplified},
		"all, seen":    {[]Check{yes(RegistryPassport), yes(RegistrySNILS), yes(RegistryINN)}, true, Confirmed},
	} {
		if got := levelOf(c.checks, c.office); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if !Confirmed.AtLeast(Standard) || Standard.AtLeast(Confirmed) || Level("").AtLeast(Simplified) || Level("x").AtLeast("") {
		t.Error("levels are out of order")
	}
}

func TestToAsk(t *testing.T) {
	t.Parallel()
	p := Person{
		LastName: "Петрова", FirstName: "Анна", BirthDate: "1988-04-12", Sex: "female", SNILS: "12345678964",
		Passport: Passport{Series: "4510", Number: "100001", IssuedOn: "2008-05-20", IssuedBy: "ОВД", UnitCode: "770-001"},
	}
	agreed := []Check{{Registry: RegistryPassport, State: CheckConfirmed}, {Registry: RegistrySNILS, State: CheckConfirmed}}
	change := func(f func(*Person)) Person {
		next := p
		f(&next)
		return next
	}
	for name, c := range map[string]struct {
		next   Person
		checks []Check
		want   []Registry
	}{
		"first time": {p, nil, []Registry{RegistryPassport, RegistrySNILS}},
		"nothing":    {p, agreed, nil},
		"name":       {change(func(p *Person) { p.LastName = "Иванова" }), agreed, []Registry{RegistryPassport, RegistrySNILS}},
		"passport":   {change(func(p *Person) { p.Passport.Number = "100002" }), agreed, []Registry{RegistryPassport}},
		"inn":        {change(func(p *Person) { p.INN = "500100732259" }), agreed, []Registry{RegistryINN}},
		"address":    {change(func(p *Person) { p.Address.City = "Тверь" }), agreed, nil},
		"incomplete": {change(func(p *Person) { p.SNILS = "" }), agreed, nil},
		"refused":    {p, []Check{agreed[0], {Registry: RegistrySNILS, State: CheckRefused}}, []Registry{RegistrySNILS}},
		"waiting":    {p, []Check{agreed[0], {Registry: RegistrySNILS, State: CheckWaiting}}, nil},
	} {
		if diff := cmp.Diff(c.want, toAsk(p, c.next, c.checks)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestFieldsOf(t *testing.T) {
	t.Parallel()
	got := fieldsOf([]string{"last_name", "passport.issued_on", "passport.issued_on", "<script>", "passport.x", "snils"})
	if diff := cmp.Diff([]string{"last_name", "issued_on", "snils"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	p := Person{LastName: "Ёлкина", FirstName: "анна", MiddleName: ""}
	if p.Initials() != "Ё.\u00a0А." || p.ShortName() != "анна Ёлкина" || p.FullName() != "Ёлкина анна" {
		t.Errorf("%q %q %q", p.Initials(), p.ShortName(), p.FullName())
	}
	if nameKey(" ЁЛКИНА ", "1990-01-01") != nameKey("елкина", "1990-01-01") {
		t.Error("Ё and Е part people")
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	d, err := loadDocuments()
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range ConsentKinds() {
		for _, lang := range []string{"ru", "en"} {
			doc, ok := d.get(kind, "", lang)
			if !ok || doc.Title == "" || len(doc.Paragraphs) < 5 || doc.Version != d.current(kind) {
				t.Errorf("%s in %s: %+v", kind, lang, doc)
			}
		}
	}
	if _, ok := d.get(ConsentTerms, "99", "ru"); ok {
		t.Error("a version that never was")
	}
}
