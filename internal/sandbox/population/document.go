package population

import (
	"fmt"
	"strings"
	"time"
)

// settle gives a person who lives somewhere and has a family the papers that
// depend on it: passport, licence, incomes, debts.
func (b *builder) settle(p *Person, r region) {
	age := b.age(p)
	if age >= 14 {
		p.Passport = b.passport(p, r)
	}
	if age >= 18 && b.chance(55) {
		p.DriverLicence = b.licence(p, r)
	}
	if p.DriverLicence != nil && b.chance(60) {
		p.Vehicles = b.vehicles(p, r)
	}
	if age >= 18 && age < 65 && b.chance(85) {
		p.Incomes = b.incomes(p, r)
	}
	if age >= 18 && b.chance(15) {
		p.Debts = b.debts()
	}
}

// passport is the one that is good on AsOf: issued at 14, changed at 20 and at
// 45 and with the surname; those of the USSR were changed in 1998–2003.
func (b *builder) passport(p *Person, r region) *Passport {
	issued := b.notLater(b.lastReissue(p).AddDate(0, 0, b.between(5, 60)))
	if issued.Before(day("1997-10-01")) {
		issued = b.dateBetween(day("1998-01-10"), day("2003-12-20"))
	}
	if wed := day(p.MarriedOn); p.MarriedOn != "" && p.Sex == Female && wed.After(issued) {
		issued = b.notLater(wed.AddDate(0, 0, b.between(10, 80)))
	}
	printed := issued.Year()
	if b.chance(30) && issued.Year() > 1998 {
		printed--
	}
	by, unit := r.issuer(issued.Year(), b.between(1, 40))
	series := fmt.Sprintf("%s%02d", r.okato, printed%100)
	number := b.unique("passport"+series, func() string { return fmt.Sprintf("%06d", b.between(101, 999_998)) })
	return &Passport{Series: series, Number: number, IssuedOn: date(issued), IssuedBy: by, UnitCode: unit}
}

// lastReissue is the last birthday at which the law asks for a (new) passport.
func (b *builder) lastReissue(p *Person) time.Time {
	born := day(p.BirthDate)
	last := born.AddDate(14, 0, 0)
	for _, age := range []int{20, 45} {
		if at := born.AddDate(age, 0, 0); !at.After(b.asOf) {
			last = at
		}
	}
	return last
}

// certificate of civil status, given out within a month of the event.
func (b *builder) certificate(r region, event time.Time) Certificate {
	romans := []string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII"}
	return Certificate{
		Series: pick(b, romans) + "-" + r.letters,
		Number: b.unique("certificate", func() string { return b.digits(6) }),
		// A certificate of somebody born a week before AsOf is not from the future.
		IssuedOn: date(b.notLater(event.AddDate(0, 0, b.between(2, 28)))),
		IssuedBy: r.registryOffice(b.between(1, 12)),
	}
}

func (b *builder) licence(p *Person, r region) *DriverLicence {
	earliest := day(p.BirthDate).AddDate(18, 0, 0)
	if decade := b.asOf.AddDate(-9, 0, 0); earliest.Before(decade) {
		earliest = decade
	}
	issued := b.dateBetween(earliest, b.asOf)
	series := fmt.Sprintf("%s%02d", r.code, b.between(10, 99))
	return &DriverLicence{
		Series:     series,
		Number:     b.unique("licence"+series, func() string { return b.digits(6) }),
		IssuedOn:   date(issued),
		ExpiresOn:  date(issued.AddDate(10, 0, 0)),
		Categories: pick(b, []string{"B", "B, B1", "A, B", "B, C"}),
	}
}

func (b *builder) vehicles(_ *Person, r region) []Vehicle {
	var out []Vehicle
	for range b.between(1, 2) {
		out = append(out, Vehicle{
			Plate: b.unique("plate", func() string { return b.plate(r) }),
			VIN:   b.unique("vin", b.vin),
			Model: pick(b, b.words.cars),
			Year:  b.between(2005, 2025),
			STS:   "99" + b.digits(8),
			PTS:   r.code + pick(b, []string{"УА", "ОК", "НВ"}) + b.digits(6),
		})
		if b.chance(80) {
			break
		}
	}
	return out
}

// plate is a number plate of type 1: twelve letters that look alike in both alphabets.
func (b *builder) plate(r region) string {
	letters := []string{"А", "В", "Е", "К", "М", "Н", "О", "Р", "С", "Т", "У", "Х"}
	return fmt.Sprintf("%s%03d%s%s%s", pick(b, letters), b.between(1, 999), pick(b, letters), pick(b, letters), r.code)
}

// vin begins with XTZ, which marks no maker that we know of.
func (b *builder) vin() string {
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
	var out strings.Builder
	out.WriteString("XTZ")
	for range 8 {
		out.WriteByte(letters[b.rng.IntN(len(letters))])
	}
	return out.String() + b.digits(6)
}

// incomes of the last three full years from one employer, rising a little.
func (b *builder) incomes(p *Person, r region) []Income {
	n := b.rng.IntN(len(b.words.employers))
	employer, inn := b.words.employers[n], inn10(r.code+"01"+fmt.Sprintf("%05d", 10_000+n*7))
	month := int64(b.between(35, 240)) * 1000_00
	var out []Income
	for year := b.asOf.Year() - 3; year < b.asOf.Year(); year++ {
		if year < day(p.BirthDate).Year()+18 {
			continue
		}
		gross := month * 12
		out = append(out, Income{Year: year, Employer: employer, EmployerINN: inn, Gross: gross, Tax: gross * 13 / 100})
		month += month * int64(b.between(2, 9)) / 100
	}
	return out
}

func (b *builder) debts() []Debt {
	kinds := []Debt{
		{Kind: "fine", To: "ГИБДД", UIN: "188"},
		{Kind: "tax", To: "ФНС России", UIN: "182"},
		{Kind: "utility", To: "ООО «Тёплый дом»", UIN: "032"},
	}
	var out []Debt
	for range b.between(1, 2) {
		d := pick(b, kinds)
		d.UIN = b.unique("uin", func() string { return uin(d.UIN + b.digits(16)) })
		d.Amount = int64(b.between(5, 120)) * 100_00
		d.Since = date(b.dateBetween(b.asOf.AddDate(-2, 0, 0), b.asOf))
		out = append(out, d)
	}
	return out
}
