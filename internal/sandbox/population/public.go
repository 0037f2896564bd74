package population

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Organisation is a made-up company, institution or sole trader (without a КПП).
type Organisation struct {
	INN     string `json:"inn"`
	OGRN    string `json:"ogrn"`
	KPP     string `json:"kpp,omitempty"`
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Bank is a made-up bank.
type Bank struct {
	BIC  string `json:"bic"`
	Name string `json:"bank"`
}

// Place is an object of the register of addresses: a street, or a house in it.
type Place struct {
	Text   string `json:"text"`
	Region string `json:"region"`
	City   string `json:"city"`
	Street string `json:"street"`
	House  string `json:"house,omitempty"`
	Index  string `json:"index"`
	GAR    string `json:"gar"`

	words []string
}

// public is what registers tell everybody, without a word about owners.
type public struct {
	organisations map[string]Organisation // by ИНН and by ОГРН
	banks         map[string]Bank
	places        []Place // in the order of their texts
	vehicles      map[string]Vehicle
	property      map[string]PropertyObject
	certificates  map[string]Certificate
}

// traders is which of the grown-ups is a sole trader: each of so many.
const traders = 25

func newPublic(people []Person) public {
	p := public{
		organisations: map[string]Organisation{}, banks: map[string]Bank{}, vehicles: map[string]Vehicle{},
		property: map[string]PropertyObject{}, certificates: map[string]Certificate{},
	}
	words := readWords()
	for n, r := range regions() {
		p.companies(r, words)
		bic := "04" + r.okato + "25" + fmt.Sprintf("%03d", 601+n)
		p.banks[bic] = Bank{BIC: bic, Name: words.banks[n%len(words.banks)]}
		for _, street := range words.streets {
			p.place(Address{Region: r.name, City: r.city, Street: street, Index: r.index + "000"})
		}
	}
	for i := range people {
		p.person(&people[i], i%traders == 0)
	}
	slices.SortFunc(p.places, func(a, b Place) int { return cmp.Compare(a.Text, b.Text) })
	p.places = slices.CompactFunc(p.places, func(a, b Place) bool { return a.Text == b.Text })
	return p
}

func (p *public) companies(r region, w words) {
	for n, name := range w.employers {
		inn := inn10(r.code + "01" + fmt.Sprintf("%05d", 10_000+n*7)) // as in the incomes of people
		p.organisation(Organisation{
			INN: inn, OGRN: ogrn("1"+fmt.Sprintf("%02d", 5+n)+r.code+fmt.Sprintf("%07d", 100_000+n*13), 11), KPP: r.code + "0101001", Name: name,
			Address: fmt.Sprintf("%s%03d, %s, %s, д. %d", r.index, n+1, r.city, w.streets[(n*3)%len(w.streets)], n*2+1),
		})
	}
}

func (p *public) organisation(o Organisation) { p.organisations[o.INN], p.organisations[o.OGRN] = o, o }

func (p *public) person(one *Person, trades bool) {
	p.place(one.Address)
	c := one.BirthCertificate
	p.certificates[Fold(c.Series+c.Number)] = c
	for _, v := range one.Vehicles {
		p.vehicles[v.VIN], p.vehicles[v.Plate] = v, v
	}
	for _, o := range one.Property {
		p.property[o.CadastralNumber] = o
	}
	if trades && one.BirthDate < "2005-01-01" {
		p.organisation(Organisation{
			INN: one.INN, OGRN: ogrn("320"+one.Address.RegionCode+fmt.Sprintf("%09d", one.Number+1000), 13),
			Name: "ИП " + one.FullName(), Address: one.Address.Region,
		})
	}
}

func (p *public) place(a Address) {
	out := Place{Region: a.Region, City: a.City, Street: a.Street, House: a.House, Index: a.Index}
	parts := []string{a.Region, a.City, a.Street}
	if a.Region == a.City {
		parts = parts[1:]
	}
	if a.House != "" {
		parts = append(parts, "д. "+a.House)
	}
	out.Text = strings.Join(parts, ", ")
	out.GAR = uuid.NewSHA1(uuid.NameSpaceOID, []byte(out.Text)).String()
	out.words = split(out.Text)
	p.places = append(p.places, out)
}

func split(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool { return strings.ContainsRune(" ,.", r) })
}

// ogrn ends a number of the registers of companies and traders with its check
// digit: the remainder by 11 or by 13, its last digit.
func ogrn(digits string, by int64) string {
	var n int64
	for _, r := range digits {
		n = n*10 + int64(r-'0')
	}
	return digits + fmt.Sprint(n%by%10)
}

// Organisation finds a company or a trader by ИНН or ОГРН.
func (p *Population) Organisation(number string) (Organisation, bool) {
	o, ok := p.public.organisations[Digits(number)]
	return o, ok
}

// Organisations are all, in the order of their ИНН.
func (p *Population) Organisations() []Organisation {
	var out []Organisation
	for number, o := range p.public.organisations {
		if number == o.INN {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Organisation) int { return cmp.Compare(a.INN, b.INN) })
	return out
}

// Bank finds a bank by БИК.
func (p *Population) Bank(bic string) (Bank, bool) {
	b, ok := p.public.banks[Digits(bic)]
	return b, ok
}

// Banks are all, in the order of their БИК.
func (p *Population) Banks() []Bank {
	var out []Bank
	for _, b := range p.public.banks {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Bank) int { return cmp.Compare(a.BIC, b.BIC) })
	return out
}

// Vehicle finds a vehicle by VIN or plate.
func (p *Population) Vehicle(number string) (Vehicle, bool) {
	v, ok := p.public.vehicles[strings.ToUpper(strings.Join(strings.Fields(number), ""))]
	return v, ok
}

// PropertyObject finds a piece of property by its cadastral number.
func (p *Population) PropertyObject(number string) (PropertyObject, bool) {
	o, ok := p.public.property[strings.TrimSpace(number)]
	return o, ok
}

// BirthCertificate finds a certificate by «I-МЮ 123456».
func (p *Population) BirthCertificate(number string) (Certificate, bool) {
	c, ok := p.public.certificates[strings.Join(strings.Fields(Fold(number)), "")]
	return c, ok
}

// Places finds objects of the register of addresses: each word of the query
// begins one of theirs. Streets come before houses.
func (p *Population) Places(query string, most int) []Place {
	words := split(query)
	if len(words) == 0 {
		return nil
	}
	var streets, houses []Place
	for i := range p.public.places {
		one := p.public.places[i]
		if !matches(one.words, words) {
			continue
		}
		if one.House == "" {
			streets = append(streets, one)
		} else {
			houses = append(houses, one)
		}
	}
	all := slices.Concat(streets, houses)
	return all[:min(len(all), most)]
}
