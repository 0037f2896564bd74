package catalog

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"okno/internal/forms"
)

// ranking says which service stands first for what people type.
var ranking = []struct{ q, first string }{
	{"спровка о несудимости", "criminal-record-certificate"},
	{"Справка об отсутствии судимости", "criminal-record-certificate"},
	{"справку о судимости", "criminal-record-certificate"},
	{"несудимость", "criminal-record-certificate"},
	{"судимостей нет справка как получить", "criminal-record-certificate"},
	{"cghfdrf", "criminal-record-certificate"},
	{"cghfdrf j yceltljcnb", "criminal-record-certificate"},
	{"CGHFDRF J CELBVJCNB", "criminal-record-certificate"},
	{"spravka o sudimosti", "criminal-record-certificate"},
	{"police clearance", "criminal-record-certificate"},
	{"criminal recrod", "criminal-record-certificate"},
	{"справка мвд", "criminal-record-certificate"},
	{"загранпаспорт", "foreign-passport"},
	{"заграничный паспорт", "foreign-passport"},
	{"загран", "foreign-passport"},
	{"загранпаспот", "foreign-passport"},
	{"зогранпаспорт", "foreign-passport"},
	{"паспорт", "foreign-passport"},
	{"gfcgjhn", "foreign-passport"},
	{"зфыызщке", "foreign-passport"},
	{"passport", "foreign-passport"},
	{"зграничный пспорт нового поколения", "foreign-passport"},
	{"прописка", "residence-registration"},
	{"прописаться", "residence-registration"},
	{"регистрация по месту жительства", "residence-registration"},
	{"рег", "residence-registration"},
	{"пропискa ребёнка", "residence-registration"},
	{"переезд прописка", "residence-registration"},
	{"детские", "child-benefit"},
	{"пособие на ребенка", "child-benefit"},
	{"пособия на ребёнка", "child-benefit"},
	{"пасобие", "child-benefit"},
	{"child benefit", "child-benefit"},
	{"выплаты на детей", "child-benefit"},
	{"егрн", "egrn-extract"},
	{"выписка ЕГРН", "egrn-extract"},
	{"tuhy", "egrn-extract"},
	{"выписка на квартиру", "egrn-extract"},
	{"кадастровый номер", "egrn-extract"},
	{"недвижемость", "egrn-extract"},
	{"права", "driver-licence-replacement"},
	{"поменять права", "driver-licence-replacement"},
	{"водительское удостоверение", "driver-licence-replacement"},
	{"водительсоке удостоверене", "driver-licence-replacement"},
	{"замена прав", "driver-licence-replacement"},
	{"driving license", "driver-licence-replacement"},
	{"субсидия", "housing-subsidy"},
	{"субсидии на коммуналку", "housing-subsidy"},
	{"субсидия жкх", "housing-subsidy"},
	{"квартплата", "housing-subsidy"},
	{"налоговый вычет", "tax-deduction"},
	{"вычит", "tax-deduction"},
	{"вернуть налог за лечение", "tax-deduction"},
	{"3-ндфл", "tax-deduction"},
	{"dsxtn", "tax-deduction"},
	{"nalog vychet", "tax-deduction"},
}

func TestRanking(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for _, c := range ranking {
		found := s.find(c.q, Filter{})
		if len(found.Hits) == 0 || found.Hits[0].Service.ID != c.first {
			t.Errorf("%q: want %s first, got %s", c.q, c.first, show(found))
		}
	}
}

func show(f Found) string {
	var out []string
	for _, h := range f.Hits {
		out = append(out, fmt.Sprintf("%s %.3f", h.Service.ID, h.Score))
	}
	return strings.Join(out, ", ") + " (read: " + f.Read + ")"
}

func TestReadAs(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for q, want := range map[string]string{
		"cghfdrf": "справка", "спровка о несудимости": "справка несудимости", "загранпаспорт": "", "справки": "",
		"ъъъъъъъ": "", "gfcgjhn": "паспорт", "пасп": "",
	} {
		found := s.find(q, Filter{})
		if found.Read != want {
			t.Errorf("%q: read %q, want %q", q, found.Read, want)
		}
	}
}

func TestNothingFound(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for _, q := range []string{"ъъъъъъъ", "qqqqwwww", "и на о", "…", "\x00", "%%%", strings.Repeat("щ", 5000)} {
		found := s.find(q, Filter{})
		if len(found.Hits) != 0 {
			t.Errorf("%.20q: %s", q, show(found))
		}
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	s := shipped(t)
	for _, c := range []struct {
		f    Filter
		want int
	}{
		{Filter{}, 8},
		{Filter{Category: "taxes"}, 1},
		{Filter{LifeEvent: "travel"}, 2},
		{Filter{Agency: "mvd"}, 4},
		{Filter{Audience: "business"}, 1},
		{Filter{Category: "documents", Agency: "rosreestr"}, 1},
		{Filter{Category: "none"}, 0},
	} {
		found := s.find("", c.f)
		if len(found.Hits) != c.want {
			t.Errorf("%+v: %s", c.f, show(found))
		}
	}
	found := s.find("паспорт", Filter{Agency: "fns"})
	for _, h := range found.Hits {
		if h.Service.Agency != "fns" {
			t.Errorf("a filter let %s pass", h.Service.ID)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, c := range ranking {
		f.Add(c.q)
	}
	f.Add("a\xffb\x00\u200b\u0301 ё́ *?\"~+-:^(")
	s := shipped(f)
	f.Fuzz(func(t *testing.T, q string) {
		found := s.find(q, Filter{})
		if len(found.Hits) > 8 || !utf8.ValidString(found.Read) {
			t.Fatalf("%q: %s", q, show(found))
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	for _, n := range []int{8, 1000} {
		s := synthetic(b, n)
		for _, q := range []string{"справка", "спровка о несудимости", "cghfdrf", "вернуть налог за лечение ребёнка онлайн"} {
			b.Run(fmt.Sprintf("%d/%s", n, q), func(b *testing.B) {
				for b.Loop() {
					if found := s.find(q, Filter{}); len(found.Hits) == 0 {
						b.Fatal("nothing is found")
					}
				}
			})
		}
	}
}

// synthetic is a shelf of n services with made-up words beside the real ones.
func synthetic(t testing.TB, n int) *shelf {
	t.Helper()
	shelf := shipped(t)
	syllables := []string{"ба", "ви", "го", "ду", "же", "зи", "ко", "лу", "ме", "ни", "по", "ра", "су", "те"}
	word := func(i int) string {
		s := ""
		for range 4 {
			s += syllables[i%len(syllables)]
			i = i/len(syllables)*7 + i%13
		}
		return s
	}
	list := shelf.services
	for i := len(list); i < n; i++ {
		c := *shelf.services[i%len(shelf.services)]
		c.ID = fmt.Sprintf("service-%d", i)
		c.Title.RU += " " + word(i*37) + " " + word(i*91)
		c.Keywords = forms.WordLists{RU: []string{word(i * 13), word(i * 17)}}
		list = append(list, &c)
	}
	return newShelf(shelf.guide, list)
}
