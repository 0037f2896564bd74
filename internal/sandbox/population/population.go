package population

import (
	"slices"
	"strings"
)

// MinSize is the least number of people that a population has.
const MinSize = 1000

// Population is everybody, with the ways in which registries look people up.
// It does not change after New and may be read from many goroutines.
type Population struct {
	people     []Person
	bySNILS    map[string]int
	byINN      map[string]int
	byPassport map[string]int
	byName     map[string][]int
	public     public
}

// New makes at least size people (and never fewer than MinSize) from a seed.
func New(seed uint64, size int) *Population {
	b := newBuilder()
	b.seed(demoSeed)
	b.demo()
	b.seed(seed)
	for len(b.people) < max(size, MinSize) {
		b.household()
	}
	return index(b.people)
}

func index(people []*Person) *Population {
	p := &Population{
		bySNILS: map[string]int{}, byINN: map[string]int{}, byPassport: map[string]int{}, byName: map[string][]int{},
	}
	for i, one := range people {
		one.Number = i
		p.people = append(p.people, *one)
		p.bySNILS[Digits(one.SNILS)] = i
		p.byINN[one.INN] = i
		if one.Passport != nil {
			p.byPassport[one.Passport.Series+one.Passport.Number] = i
		}
		key := nameKey(one.LastName, one.FirstName, one.MiddleName, one.BirthDate)
		p.byName[key] = append(p.byName[key], i)
	}
	p.public = newPublic(p.people)
	return p
}

// Len is how many people there are.
func (p *Population) Len() int { return len(p.people) }

// All is a copy of the list.
func (p *Population) All() []Person { return slices.Clone(p.people) }

// At is the person with that number.
func (p *Population) At(i int) (Person, bool) {
	if i < 0 || i >= len(p.people) {
		return Person{}, false
	}
	return p.people[i], true
}

// BySNILS finds a person by СНИЛС in any writing.
func (p *Population) BySNILS(snils string) (Person, bool) { return p.find(p.bySNILS, Digits(snils)) }

// ByINN finds a person by ИНН.
func (p *Population) ByINN(inn string) (Person, bool) { return p.find(p.byINN, Digits(inn)) }

// ByPassport finds a person by series and number of the passport.
func (p *Population) ByPassport(series, number string) (Person, bool) {
	return p.find(p.byPassport, Digits(series)+Digits(number))
}

// ByName finds the only person with that ФИО and birth date; two namesakes
// born on one day are nobody.
func (p *Population) ByName(last, first, middle, born string) (Person, bool) {
	at := p.byName[nameKey(last, first, middle, born)]
	if len(at) != 1 {
		return Person{}, false
	}
	return p.people[at[0]], true
}

// Search lists those whose ФИО has every word of the query as the beginning
// of one of its words; an empty query lists everybody.
func (p *Population) Search(query string) []Person {
	words := strings.Fields(Fold(query))
	var out []Person
	for _, one := range p.people {
		if matches(strings.Fields(Fold(one.FullName())), words) {
			out = append(out, one)
		}
	}
	return out
}

func matches(name, words []string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(name, func(n string) bool { return strings.HasPrefix(n, w) }) {
			return false
		}
	}
	return true
}

func (p *Population) find(in map[string]int, key string) (Person, bool) {
	i, ok := in[key]
	if !ok {
		return Person{}, false
	}
	return p.people[i], true
}

func nameKey(last, first, middle, born string) string {
	return Fold(last) + "|" + Fold(first) + "|" + Fold(middle) + "|" + born
}

// Fold makes two writings of one name equal: case, Ё and Е, outer and doubled spaces.
func Fold(s string) string {
	s = strings.ReplaceAll(strings.ToLower(s), "ё", "е")
	return strings.Join(strings.Fields(s), " ")
}

// Digits are the digits of s.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
