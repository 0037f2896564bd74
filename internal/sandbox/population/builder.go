package population

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// builder puts people together; used keeps every number given out only once.
type builder struct {
	rng     *rand.Rand
	words   words
	regions []region
	used    map[string]bool
	asOf    time.Time
	people  []*Person
}

func newBuilder() *builder {
	return &builder{
		words: readWords(), regions: regions(), used: map[string]bool{}, asOf: day(AsOf),
	}
}

// seed starts the dice anew; the people made before stay.
func (b *builder) seed(n uint64) { b.rng = rand.New(rand.NewPCG(n, 0x6f6b6e6f)) }

// between is a whole number from lo to hi, both counted.
func (b *builder) between(lo, hi int) int { return lo + b.rng.IntN(hi-lo+1) }

// chance is true in that many cases of a hundred.
func (b *builder) chance(percent int) bool { return b.rng.IntN(100) < percent }

// digits are n random ones.
func (b *builder) digits(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte('0' + b.rng.IntN(10))
	}
	return string(out)
}

// unique calls draw until it gives what was not given before in that space.
func (b *builder) unique(space string, draw func() string) string {
	for {
		v := draw()
		if !b.used[space+v] {
			b.used[space+v] = true
			return v
		}
	}
}

func pick[T any](b *builder, from []T) T { return from[b.rng.IntN(len(from))] }

// dateBetween is a random day from one to another, both counted.
func (b *builder) dateBetween(from, to time.Time) time.Time {
	days := int(to.Sub(from).Hours() / 24)
	if days <= 0 {
		return from
	}
	return from.AddDate(0, 0, b.between(0, days))
}

// birthday is a random birth date of somebody who is that old on AsOf.
func (b *builder) birthday(age int) time.Time {
	newest := b.asOf.AddDate(-age, 0, 0)
	return b.dateBetween(newest.AddDate(-1, 0, 1), newest)
}

// age is how many full years somebody has lived on AsOf.
func (b *builder) age(p *Person) int {
	born := day(p.BirthDate)
	years := b.asOf.Year() - born.Year()
	if born.AddDate(years, 0, 0).After(b.asOf) {
		years--
	}
	return years
}

// notLater is t, or AsOf where t would be after it.
func (b *builder) notLater(t time.Time) time.Time {
	if t.After(b.asOf) {
		return b.asOf
	}
	return t
}

// day reads YYYY-MM-DD; the package gives it only its own dates.
func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

func date(t time.Time) string { return t.Format(time.DateOnly) }

// person makes somebody with a name, a birth and numbers; papers come in settle.
func (b *builder) person(r region, masculine, first, middle, sex string, born time.Time) *Person {
	p := &Person{
		LastName: surname(masculine, sex), FirstName: first, MiddleName: middle,
		Sex: sex, BirthDate: date(born), BirthPlace: r.city,
	}
	p.SNILS = b.unique("snils", func() string { return snils(b.between(10_000_000, 199_999_999)) })
	p.INN = b.unique("inn", func() string { return inn12(fmt.Sprintf("%s%02d%s", r.code, b.between(1, 50), b.digits(6))) })
	p.BirthCertificate = b.certificate(r, born)
	b.people = append(b.people, p)
	return p
}

// stranger is a person with any name, of that sex and birth.
func (b *builder) stranger(r region, sex string, born time.Time) *Person {
	return b.child(r, pick(b, b.words.surnames), pick(b, b.words.male), sex, born)
}

// child is a person with a given surname and father's name.
func (b *builder) child(r region, masculine, father, sex string, born time.Time) *Person {
	first := pick(b, b.words.male)
	if sex == Female {
		first = pick(b, b.words.female)
	}
	return b.person(r, masculine, first, b.words.middleName(father, sex), sex, born)
}

func (b *builder) sex() string {
	if b.chance(50) {
		return Male
	}
	return Female
}
