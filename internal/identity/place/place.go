// Package place tells where an address of the network is, from a file in the
// format of MaxMind DB that the operator puts beside the portal. It asks nobody
// over the network. What it says is a help for the eye and for rules of risk,
// not a proof: addresses are lent, moved and hidden.
package place

import (
	"fmt"
	"math"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Place is where an address is said to be. The zero Place is nowhere known.
type Place struct {
	// Country is ISO 3166-1 alpha-2.
	Country   string `json:"country,omitempty"`
	CountryRU string `json:"country_ru,omitempty"`
	CountryEN string `json:"country_en,omitempty"`
	CityRU    string `json:"city_ru,omitempty"`
	CityEN    string `json:"city_en,omitempty"`
	// Lat and Lon are degrees; both 0 when unknown.
	Lat float64 `json:"lat,omitempty"`
	Lon float64 `json:"lon,omitempty"`
}

// Known reports whether anything is known.
func (p Place) Known() bool { return p.Country != "" }

// Name is the place in words of the language: "Казань, Россия"; "" for nowhere. // data: an example
func (p Place) Name(lang string) string {
	city, country := p.CityRU, p.CountryRU
	if lang == "en" || country == "" {
		city, country = p.CityEN, p.CountryEN
	}
	if country == "" {
		country = p.Country
	}
	return strings.Trim(city+", "+country, ", ")
}

// earth is its mean radius in kilometres (IUGG).
const earth = 6371.0

// Distance is in kilometres over the great circle; 0 where one is unknown.
func (p Place) Distance(to Place) float64 {
	if p.Lat == 0 && p.Lon == 0 || to.Lat == 0 && to.Lon == 0 {
		return 0
	}
	rad := func(deg float64) float64 { return deg * math.Pi / 180 }
	dLat, dLon := rad(to.Lat-p.Lat), rad(to.Lon-p.Lon)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(rad(p.Lat))*math.Cos(rad(to.Lat))*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// File is an opened file of places. It is safe for use by many.
type File struct{ reader *maxminddb.Reader }

// Open opens a file of cities or countries.
func Open(path string) (*File, error) {
	r, err := maxminddb.Open(path)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	return &File{r}, nil
}

// Read takes a file's bytes, which must stay as they are.
func Read(raw []byte) (*File, error) {
	r, err := maxminddb.OpenBytes(raw)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	return &File{r}, nil
}

// record is what of a city's record is read.
type record struct {
	Country struct {
		ISOCode string            `maxminddb:"iso_code"`
		Names   map[string]string `maxminddb:"names"`
	} `maxminddb:"country"`
	City struct {
		Names map[string]string `maxminddb:"names"`
	} `maxminddb:"city"`
	Location struct {
		Latitude  float64 `maxminddb:"latitude"`
		Longitude float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

// Find gives the place of an address; the zero Place for what is no address, is
// not in the file, or can't be read.
func (f *File) Find(ip string) Place {
	addr, err := netip.ParseAddr(ip)
	if f == nil || err != nil {
		return Place{}
	}
	var r record
	if err := f.reader.Lookup(addr.Unmap()).Decode(&r); err != nil {
		return Place{}
	}
	return Place{
		Country: cut(r.Country.ISOCode), CountryRU: cut(r.Country.Names["ru"]), CountryEN: cut(r.Country.Names["en"]),
		CityRU: cut(r.City.Names["ru"]), CityEN: cut(r.City.Names["en"]), Lat: degrees(r.Location.Latitude, 90), Lon: degrees(r.Location.Longitude, 180),
	}
}

// longest bounds a name from a foreign file.
const longest = 100

func cut(s string) string {
	s = strings.ToValidUTF8(s, "")
	if r := []rune(s); len(r) > longest {
		return string(r[:longest])
	}
	return s
}

func degrees(v, most float64) float64 {
	if math.IsNaN(v) || math.Abs(v) > most {
		return 0
	}
	return v
}
