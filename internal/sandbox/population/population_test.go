package population

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	plateForm       = regexp.MustCompile(`^[АВЕКМНОРСТУХ]\d{3}[АВЕКМНОРСТУХ]{2}\d{2}$`)
	vinForm         = regexp.MustCompile(`^[A-HJ-NPR-Z0-9]{17}$`)
	certificateForm = regexp.MustCompile(`^[IVXLC]{1,6}-[А-Я]{2}$`)
	passportForm    = regexp.MustCompile(`^\d{4} \d{6} \d{3}-\d{3}$`)
	wordsOnce       = sync.OnceValue(readWords)
)

func TestCheckNumbers(t *testing.T) {
	t.Parallel()
	for _, want := range []string{"112-233-445 95", "087-654-303 00", "001-001-999 65", "787-900-175 50", "123-456-789 64"} {
		var nine int
		if _, err := fmt.Sscanf(strings.ReplaceAll(want[:11], "-", ""), "%d", &nine); err != nil {
			t.Fatal(err)
		}
		if got := snils(nine); got != want {
			t.Errorf("snils(%d) = %q, want %q", nine, got, want)
		}
	}
	for _, want := range []string{"300504899258", "635277570478", "500100732259"} {
		if got := inn12(want[:10]); got != want {
			t.Errorf("inn12(%q) = %q, want %q", want[:10], got, want)
		}
	}
	for _, want := range []string{"7707083893", "6449013711", "3664069397", "7840001429"} {
		if got := inn10(want[:9]); got != want {
			t.Errorf("inn10(%q) = %q, want %q", want[:9], got, want)
		}
	}
	for _, want := range []string{"32117072411021588933", "18817072416285972102", "88818012420345815071"} {
		if got := uin(want[:19]); got != want {
			t.Errorf("uin(%q) = %q, want %q", want[:19], got, want)
		}
	}
}

func TestSurnames(t *testing.T) {
	t.Parallel()
	for masculine, feminine := range map[string]string{
		"Соколов": "Соколова", "Королёв": "Королёва", "Ильин": "Ильина", "Вишневский": "Вишневская",
		"Лесной": "Лесная", "Белый": "Белая", "Петренко": "Петренко", "Мельник": "Мельник",
	} {
		if got := surname(masculine, Female); got != feminine {
			t.Errorf("surname(%q, female) = %q, want %q", masculine, got, feminine)
		}
		if got := surname(masculine, Male); got != masculine {
			t.Errorf("surname(%q, male) = %q", masculine, got)
		}
	}
}

func TestSameSeedSamePeople(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(New(7, 1000).All(), New(7, 1000).All()); diff != "" {
		t.Errorf("one seed, two populations:\n%s", diff)
	}
	x, y := New(7, 1000).All(), New(8, 1000).All()
	if diff := cmp.Diff(x[:DemoCount], y[:DemoCount]); diff != "" {
		t.Errorf("the people of the demo follow the seed:\n%s", diff)
	}
	if x[DemoCount].SNILS == y[DemoCount].SNILS {
		t.Error("two seeds gave the same people")
	}
	if x[0].FullName() != "Соколова Анна Викторовна" {
		t.Errorf("first person is %s", x[0].FullName())
	}
}

func TestPopulationIsConsistent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := New(seed, 1200)
			if p.Len() < 1200 {
				t.Fatalf("%d people", p.Len())
			}
			checkUnique(t, p)
			homes := map[string]int{}
			for _, one := range p.All() {
				checkNumbersOf(t, one)
				checkPapers(t, one)
				checkFamily(t, p, one)
				homes[one.Address.Text]++
			}
			checkHomes(t, homes)
		})
	}
}

func checkUnique(t *testing.T, p *Population) {
	t.Helper()
	seen := map[string]bool{}
	once := func(kind, value string) {
		if seen[kind+value] {
			t.Errorf("%s %s twice", kind, value)
		}
		seen[kind+value] = true
	}
	for _, one := range p.All() {
		once("snils", one.SNILS)
		once("inn", one.INN)
		if one.Passport != nil {
			once("passport", one.Passport.Series+one.Passport.Number)
		}
		for _, v := range one.Vehicles {
			once("plate", v.Plate)
		}
	}
}

func checkNumbersOf(t *testing.T, p Person) {
	t.Helper()
	var nine int
	if _, err := fmt.Sscanf(Digits(p.SNILS)[:9], "%d", &nine); err != nil || snils(nine) != p.SNILS || nine <= 1_001_998 {
		t.Errorf("%d: СНИЛС %s", p.Number, p.SNILS)
	}
	if len(p.INN) != 12 || inn12(p.INN[:10]) != p.INN {
		t.Errorf("%d: ИНН %s", p.Number, p.INN)
	}
	for _, d := range p.Debts {
		if len(d.UIN) != 20 || uin(d.UIN[:19]) != d.UIN || d.Amount <= 0 {
			t.Errorf("%d: debt %+v", p.Number, d)
		}
	}
	for _, v := range p.Vehicles {
		if !plateForm.MatchString(v.Plate) || !vinForm.MatchString(v.VIN) {
			t.Errorf("%d: vehicle %+v", p.Number, v)
		}
	}
}

func checkPapers(t *testing.T, p Person) {
	t.Helper()
	if !certificateForm.MatchString(p.BirthCertificate.Series) {
		t.Errorf("%d: birth certificate %+v", p.Number, p.BirthCertificate)
	}
	if p.BirthDate > AsOf || p.RegisteredOn > AsOf || p.RegisteredOn < p.BirthDate || p.BirthCertificate.IssuedOn > AsOf {
		t.Errorf("%d: dates of the future or before birth: %+v", p.Number, p)
	}
	born := day(p.BirthDate)
	grown := !born.AddDate(14, 0, 0).After(day(AsOf))
	if grown != (p.Passport != nil) {
		t.Fatalf("%d: born %s, passport %+v", p.Number, p.BirthDate, p.Passport)
	}
	if grown {
		checkPassport(t, p)
	}
	if l := p.DriverLicence; l != nil && l.IssuedOn < date(born.AddDate(18, 0, 0)) {
		t.Errorf("%d: licence before 18: %+v", p.Number, l)
	}
}

func checkPassport(t *testing.T, p Person) {
	t.Helper()
	pass, born := p.Passport, day(p.BirthDate)
	if !passportForm.MatchString(pass.Series + " " + pass.Number + " " + pass.UnitCode) {
		t.Errorf("%d: passport %+v", p.Number, pass)
	}
	if pass.IssuedOn > AsOf || pass.IssuedOn < "1997-10-01" || pass.IssuedOn < date(born.AddDate(14, 0, 0)) {
		t.Errorf("%d: born %s, passport of %s", p.Number, p.BirthDate, pass.IssuedOn)
	}
	issued := day(pass.IssuedOn).Year() % 100
	var printed int
	if _, err := fmt.Sscanf(pass.Series[2:], "%d", &printed); err != nil || (issued-printed+100)%100 > 1 {
		t.Errorf("%d: printed %s, issued %s", p.Number, pass.Series, pass.IssuedOn)
	}
	for _, age := range []int{20, 45} {
		due := born.AddDate(age, 0, 0)
		if !due.After(day(AsOf)) && pass.IssuedOn < date(due) {
			t.Errorf("%d: born %s, passport of %s was not changed at %d", p.Number, p.BirthDate, pass.IssuedOn, age)
		}
	}
	if pass.UnitCode[:2] != p.Address.RegionCode {
		t.Errorf("%d: unit %s in region %s", p.Number, pass.UnitCode, p.Address.RegionCode)
	}
}

func checkFamily(t *testing.T, p *Population, one Person) {
	t.Helper()
	if one.Spouse != "" {
		checkSpouse(t, p, one)
	}
	for _, snils := range one.Children {
		child, ok := p.BySNILS(snils)
		if !ok {
			t.Fatalf("%d: child %s is nobody", one.Number, snils)
		}
		if day(one.BirthDate).AddDate(16, 0, 0).After(day(child.BirthDate)) {
			t.Errorf("%d born %s has a child born %s", one.Number, one.BirthDate, child.BirthDate)
		}
		if child.Address != one.Address {
			t.Errorf("%d lives apart from child %d", one.Number, child.Number)
		}
		if one.Sex == Male && child.MiddleName != wordsOnce().middleName(one.FirstName, child.Sex) {
			t.Errorf("%s is a child of %s", child.FullName(), one.FullName())
		}
		if one.Sex == Male && child.LastName != surname(one.LastName, child.Sex) {
			t.Errorf("%s is a child of %s", child.FullName(), one.FullName())
		}
	}
}

func checkSpouse(t *testing.T, p *Population, one Person) {
	t.Helper()
	spouse, ok := p.BySNILS(one.Spouse)
	if !ok || spouse.Spouse != one.SNILS || spouse.Sex == one.Sex || spouse.Address != one.Address || spouse.MarriedOn != one.MarriedOn {
		t.Errorf("%d and %d are not a couple", one.Number, spouse.Number)
	}
	if one.MarriedOn > AsOf || one.MarriedOn < date(day(one.BirthDate).AddDate(18, 0, 0)) {
		t.Errorf("%d born %s married %s", one.Number, one.BirthDate, one.MarriedOn)
	}
}

func checkHomes(t *testing.T, homes map[string]int) {
	t.Helper()
	shared := 0
	for _, n := range homes {
		if n > 1 {
			shared++
		}
	}
	if shared < 200 || len(homes) < 300 {
		t.Errorf("%d homes, %d shared", len(homes), shared)
	}
}

func TestLookups(t *testing.T) {
	t.Parallel()
	p := New(1, 1000)
	anna, _ := p.At(0)
	for name, find := range map[string]func() (Person, bool){
		"snils":    func() (Person, bool) { return p.BySNILS(Digits(anna.SNILS)) },
		"inn":      func() (Person, bool) { return p.ByINN(anna.INN) },
		"passport": func() (Person, bool) { return p.ByPassport(anna.Passport.Series, anna.Passport.Number) },
		"name": func() (Person, bool) {
			return p.ByName("СОКОЛОВА", " анна ", "Викторовна", "1988-04-12")
		},
	} {
		if got, ok := find(); !ok || got.Number != 0 {
			t.Errorf("%s found %v, %v", name, got.Number, ok)
		}
	}
	if _, ok := p.At(-1); ok {
		t.Error("At(-1) is somebody")
	}
	if got := p.Search("белоз дмит"); len(got) == 0 || got[0].FullName() != "Белозёров Дмитрий Андреевич" {
		t.Errorf("search found %v", got)
	}
	if got := p.Search("нетникого"); len(got) != 0 {
		t.Errorf("search found %d", len(got))
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(1, 1200)
	}
}
