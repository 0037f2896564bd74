package population

import (
	"fmt"
	"time"
)

// household draws one of the ways in which people live together.
func (b *builder) household() {
	r := pick(b, b.regions)
	from := len(b.people)
	switch n := b.rng.IntN(100); {
	case n < 18:
		b.stranger(r, b.sex(), b.birthday(b.between(18, 90)))
	case n < 36:
		b.couple(r, b.between(20, 80))
	case n < 80:
		b.withChildren(r)
	case n < 90:
		b.singleParent(r)
	default:
		b.threeGenerations(r)
	}
	b.move(r, b.people[from:])
}

// couple is a married pair; the wife is at most three years older.
func (b *builder) couple(r region, age int) (husband, wife *Person) {
	masculine := pick(b, b.words.surnames)
	husband = b.child(r, masculine, pick(b, b.words.male), Male, b.birthday(age))
	own := masculine
	if b.chance(15) {
		own = pick(b, b.words.surnames)
	}
	wife = b.child(r, own, pick(b, b.words.male), Female, b.birthday(max(19, age-b.between(-3, 8))))
	b.marry(r, husband, wife)
	return husband, wife
}

// marry ties two people on a day between the younger one's eighteenth birthday and AsOf.
func (b *builder) marry(r region, x, y *Person) {
	younger := max(x.BirthDate, y.BirthDate)
	from := day(younger).AddDate(18, 0, 0)
	to := b.notLater(from.AddDate(12, 0, 0))
	on := b.dateBetween(from, to)
	c := b.certificate(r, on)
	for _, p := range []*Person{x, y} {
		p.MarriedOn, p.MarriageCertificate = date(on), &c
	}
	x.Spouse, y.Spouse = y.SNILS, x.SNILS
}

func (b *builder) withChildren(r region) {
	husband, wife := b.couple(r, b.between(24, 58))
	b.children(r, husband.FirstName, husband.LastName, husband, wife)
}

// singleParent is a mother or father with children; a mother's children bear her surname.
func (b *builder) singleParent(r region) {
	p := b.stranger(r, b.sex(), b.birthday(b.between(24, 55)))
	father := pick(b, b.words.male)
	if p.Sex == Male {
		father = p.FirstName
	}
	b.children(r, father, b.masculine(p.LastName), p)
}

// threeGenerations is a couple with children and the husband's mother.
func (b *builder) threeGenerations(r region) {
	husband, wife := b.couple(r, b.between(28, 55))
	born := day(husband.BirthDate).AddDate(-b.between(20, 32), 0, -b.between(0, 300))
	granny := b.child(r, husband.LastName, pick(b, b.words.male), Female, born)
	link(husband, granny)
	b.children(r, husband.FirstName, husband.LastName, husband, wife)
}

// children are one to three, a year or more apart, born when each parent was at least 18.
func (b *builder) children(r region, father, masculine string, parents ...*Person) {
	born := b.firstBirth(parents)
	for range pick(b, []int{1, 1, 1, 2, 2, 2, 2, 3}) {
		if born.After(b.asOf) {
			return
		}
		link(b.child(r, masculine, father, b.sex(), born), parents...)
		born = born.AddDate(b.between(1, 6), 0, b.between(0, 360))
		if b.tooLate(parents, born) {
			return
		}
	}
}

func (b *builder) firstBirth(parents []*Person) time.Time {
	var youngest string
	for _, p := range parents {
		youngest = max(youngest, p.BirthDate)
	}
	earliest := day(youngest).AddDate(18, 9, 0)
	return b.dateBetween(earliest, b.notLater(earliest.AddDate(16, 0, 0)))
}

// tooLate is true when a mother would be over 44.
func (b *builder) tooLate(parents []*Person, born time.Time) bool {
	for _, p := range parents {
		if p.Sex == Female && born.After(day(p.BirthDate).AddDate(44, 0, 0)) {
			return true
		}
	}
	return false
}

// link makes child and parents know each other.
func link(child *Person, parents ...*Person) {
	for _, p := range parents {
		p.Children = append(p.Children, child.SNILS)
		child.Parents = append(child.Parents, p.SNILS)
	}
}

// masculine finds the masculine form behind a surname of the list.
func (b *builder) masculine(form string) string {
	for _, s := range b.words.surnames {
		if s == form || surname(s, Female) == form {
			return s
		}
	}
	return form
}

// move registers a household at one new address and gives its people their papers.
func (b *builder) move(r region, people []*Person) {
	a := b.address(r)
	since := b.dateBetween(day("2005-01-01"), day("2024-12-31"))
	flat := b.flat(r, a, since)
	for _, p := range people {
		p.Address = a
		p.RegisteredOn = date(since)
		if p.BirthDate > p.RegisteredOn {
			p.RegisteredOn = p.BirthCertificate.IssuedOn
		}
		b.settle(p, r)
	}
	b.own(people, flat)
}

func (b *builder) address(r region) Address {
	a := Address{
		RegionCode: r.code, Region: r.name, City: r.city, OKTMO: r.oktmo,
		Index: r.index + b.digits(3),
	}
	b.unique("address", func() string {
		a.Street = pick(b, b.words.streets)
		a.House, a.Flat = fmt.Sprint(b.between(1, 99)), fmt.Sprint(b.between(1, 240))
		a.Text = a.text()
		return a.Text
	})
	return a
}

// flat is the dwelling at an address.
func (b *builder) flat(r region, a Address, since time.Time) PropertyObject {
	area := b.between(2800, 11000)
	return PropertyObject{
		CadastralNumber: b.unique("cadastre", func() string { return b.cadastral(r) }),
		Kind:            "flat", Address: a.Text, Area: area,
		RegisteredOn: date(since), Value: int64(area) * int64(b.between(900_00, 3000_00)) / 100 * 100,
	}
}

func (b *builder) cadastral(r region) string {
	return fmt.Sprintf("%s:%02d:%07d:%d", r.code, b.between(1, 40), b.between(1001, 9_999_999), b.between(10, 9999))
}

// own divides a flat between the one or two eldest of the household.
func (b *builder) own(people []*Person, flat PropertyObject) {
	if b.chance(25) {
		return // rented, or owned by somebody elsewhere
	}
	first := people[0]
	if first.Spouse == "" || len(people) < 2 || b.chance(40) {
		flat.Share = "1"
		first.Property = append(first.Property, flat)
		return
	}
	flat.Share = "1/2"
	for _, p := range people[:2] {
		p.Property = append(p.Property, flat)
	}
}
