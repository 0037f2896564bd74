package place_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"okno/internal/identity/place"
	"okno/internal/identity/place/placetest"
)

var (
	kazan = place.Place{Country: "RU", CountryRU: "Россия", CountryEN: "Russia", CityRU: "Казань", CityEN: "Kazan", Lat: 55.7963, Lon: 49.1064}
	lima  = place.Place{Country: "PE", CountryRU: "Перу", CountryEN: "Peru", CityRU: "Лима", CityEN: "Lima", Lat: -12.0464, Lon: -77.0428}
)

func networks() map[string]place.Place {
	return map[string]place.Place{"198.51.100.0/24": kazan, "203.0.113.0/25": lima, "2001:db8::/32": lima}
}

func TestPlaceOfAnAddress(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "places.mmdb")
	if err := os.WriteFile(path, placetest.Bytes(t, networks()), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := place.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for ip, want := range map[string]place.Place{
		"198.51.100.7": kazan, "::ffff:198.51.100.7": kazan, "203.0.113.1": lima, "2001:db8:1::2": lima,
		"203.0.113.200": {}, "192.0.2.1": {}, "2001:db9::": {}, "": {}, "x": {}, "198.51.100.7 ": {},
	} {
		if got := f.Find(ip); got != want {
			t.Errorf("%q is in %+v, want %+v", ip, got, want)
		}
	}
	if got := f.Find("198.51.100.7"); got.Name("ru") != "Казань, Россия" || got.Name("en") != "Kazan, Russia" || !got.Known() {
		t.Errorf("%q, %q", got.Name("ru"), got.Name("en"))
	}
	if km := kazan.Distance(lima); math.Abs(km-13_190) > 150 {
		t.Errorf("from Kazan to Lima %.0f km", km)
	}
	if kazan.Distance(place.Place{}) != 0 {
		t.Error("a way to nowhere is long")
	}
	var nobody *place.File
	if nobody.Find("198.51.100.7") != (place.Place{}) {
		t.Error("no file knows a place")
	}
}

func TestFoulFilesAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := place.Open("no such file"); err == nil {
		t.Error("a file that is not there is opened")
	}
	whole := placetest.Bytes(t, networks())
	for name, raw := range map[string][]byte{"empty": nil, "text": []byte("not a file of places"), "no end": whole[:len(whole)/2]} {
		if _, err := place.Read(raw); err == nil {
			t.Errorf("%s is taken for places", name)
		}
	}
}

// FuzzFile: whatever a file holds, an answer comes, and it can be shown.
func FuzzFile(f *testing.F) {
	whole := placetest.Bytes(f, networks())
	f.Add(whole, "198.51.100.7")
	f.Add(whole[:len(whole)-20], "2001:db8::1")
	f.Add(bytes.Replace(whole, []byte("RU"), []byte("\xff\x00"), 1), "198.51.100.7")
	f.Add(bytes.Replace(whole, []byte("node_count"), []byte("node_coumt"), 1), "203.0.113.1")
	f.Add([]byte("\xab\xcd\xefMaxMind.com"), "::")
	f.Fuzz(func(t *testing.T, raw []byte, ip string) {
		file, err := place.Read(raw)
		if err != nil {
			return
		}
		p := file.Find(ip)
		for _, s := range []string{p.Country, p.CountryRU, p.CountryEN, p.CityRU, p.CityEN} {
			if !utf8.ValidString(s) || utf8.RuneCountInString(s) > 100 {
				t.Fatalf("%q of %s", s, ip)
			}
		}
		if math.Abs(p.Lat) > 90 || math.Abs(p.Lon) > 180 || math.IsNaN(p.Distance(kazan)) || strings.HasPrefix(p.Name("ru"), ",") {
			t.Fatalf("%+v", p)
		}
	})
}
