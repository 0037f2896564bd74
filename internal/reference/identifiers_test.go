package reference

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"okno/internal/kit/errs"
)

// parsers are the identifiers of one argument, with vectors from the registries'
// own documents and from published test lists.
var parsers = []struct {
	name    string
	parse   func(string) (string, error)
	valid   []string // canonical forms
	typed   map[string]string
	invalid []string
}{
	{
		"snils", ParseSNILS,
		[]string{"11223344595", "08765430300", "00100199965", "78790017550", "12345678964", "00000060006"},
		map[string]string{
			"123-456-789 64": "12345678964", "123\u00a0456\u200b789\u00ad64": "12345678964",
			"１２３４５６７８９６４": "12345678964", " 000‑000‑600 06 ": "00000060006", "123–456—789−64": "12345678964",
		},
		[]string{"112-233-445 94", "087-654-303 01", "123-456-789 65", "", "123-456-789", "000-000-000 00", "123-456-789 6O", "123.456.789.64"},
	},
	{
		"inn person", ParseINNPerson,
		[]string{"300504899258", "635277570478", "500100732259"},
		map[string]string{"5001 0073 2259": "500100732259"},
		[]string{"300504899259", "635277570479", "500100732258", "000000000000", "7707083893", "50010073225x"},
	},
	{
		"inn org", ParseINNOrg,
		[]string{"7707083893", "6449013711", "3664069397", "7840001429"},
		map[string]string{"77 07 083893": "7707083893"},
		[]string{"1110005080", "4234324324", "1111111111", "0000000000", "770708389"},
	},
	{
		"ogrn", ParseOGRN,
		[]string{"1027700132195", "5065049620796", "1161650001237"},
		map[string]string{"1-02-77-00-13219-5": "1027700132195"},
		[]string{"1027700132196", "5060049620796", "9154000968881", "102770013219"},
	},
	{
		"ogrnip", ParseOGRNIP,
		[]string{"304500116000157", "313132804400022", "314220119000137"},
		nil,
		[]string{"304500116000154", "313132804400023", "314220119000138", "104500116000157"},
	},
	{
		"kpp", ParseKPP,
		[]string{"773301001", "770542151", "165001001", "7733AZ001"},
		map[string]string{"7733 01 001": "773301001"},
		[]string{"003301001", "77330100", "7733a1001", "7733А1001"},
	},
	{
		"bic", ParseBIC,
		[]string{"044525225", "044525974", "049805746", "017003983", "004525988", "040305000"},
		nil,
		[]string{"944525225", "04452522", "044525010", "024525225"},
	},
	{
		"oms", ParseOMS,
		[]string{"8451999122899990", "7750000000000122", "1650123456789016"},
		map[string]string{"8451 9991 2289 9990": "8451999122899990"},
		[]string{"8451999122899991", "7750000000000123", "1650123456789017", "845199912289999", "0000000000000000"},
	},
	{
		"unit code", ParseUnitCode,
		[]string{"770-001"},
		map[string]string{"770001": "770-001", "770 001": "770-001", "770–001": "770-001"},
		[]string{"77-001", "770-00A", "000-000"},
	},
	{
		"foreign passport", ParseForeignPassport,
		[]string{"711234567"},
		map[string]string{"71 1234567": "711234567", "71 № 1234567": "711234567"},
		[]string{"71123456", "7112345678", "7I1234567"},
	},
	{
		"birth certificate", ParseBirthCertificate,
		[]string{"I-БА 123456", "IV-МЮ 654321", "XVI-АБ 000123"},
		map[string]string{"I-БА № 123456": "I-БА 123456", "iv мю 654321": "IV-МЮ 654321", "ХVI–АБ000123": "XVI-АБ 000123"},
		[]string{"1-БА 123456", "I-BA 123456", "I-БА 12345", "I-БА 1234567"},
	},
	{
		"driver licence", ParseDriverLicence,
		[]string{"7712579832", "77АВ123456", "9901000001"},
		map[string]string{"7712 579832": "7712579832", "77 ab 123456": "77АВ123456"},
		[]string{"771 579832", "77ФЯ123456", "7712 57983"},
	},
	{
		"vehicle document", ParseVehicleDocument,
		[]string{"9901123456", "77УА123456", "1620000001"},
		map[string]string{"77 YA 123456": "77УА123456"},
		[]string{"990112345", "ЯЯ01123456", "99A1123456"},
	},
	{
		"vin", ParseVIN,
		[]string{"XTA210990Y2765123", "Z94CB41AAFR123456", "WBAAA1305H2345678"},
		map[string]string{"xta 210990 y 2765123": "XTA210990Y2765123"},
		[]string{"XTAI10990Y2765123", "XTAO10990Y2765123", "XTAQ10990Y2765123", "XTA210990Y276512", "ХТА210990Y2765123"},
	},
	{
		"plate", ParsePlate,
		[]string{"А123ВС77", "М001ОР199", "Х777ХХ16"},
		map[string]string{"a 123 bc 77": "А123ВС77", "а123вс 77": "А123ВС77"},
		[]string{"Ж123ВС77", "А12ВС77", "А000АА77", "А123ВС7", "А123ВС00"},
	},
	{
		"phone", ParsePhone,
		[]string{"+79131234567", "+74951234567", "+78001234567", "+375291234567", "+77012345678"},
		map[string]string{
			"8 (913) 123-45-67": "+79131234567", "+7(913)1234567": "+79131234567", "79131234567": "+79131234567",
			"9131234567": "+79131234567", "＋７ 913 123 45 67": "+79131234567", "+375 29 123-45-67": "+375291234567",
		},
		[]string{"+7913123456", "", "+71131234567", "913123456a", "+999123456789", "8 913 123-45-67 доб. 5", "+"},
	},
	{
		"email", ParseEmail,
		[]string{"anna@example.ru", "Anna.O'Neil+okno@example.ru", "иван@xn--80a1acny.xn--p1ai"},
		map[string]string{
			"  anna@EXAMPLE.ru\u200b ": "anna@example.ru", "иван@Почта.РФ": "иван@xn--80a1acny.xn--p1ai",
			"anna@example.ru.": "anna@example.ru",
		},
		[]string{"", "anna", "@example.ru", "anna@", "anna@localhost", "a b@example.ru", "a..b@example.ru", ".a@example.ru", "a@b@example.ru", "a@1.2.3.4", "a@-b.ru", "a@b_c.ru", strings.Repeat("a", 65) + "@example.ru", "a\r\nBcc:b@example.ru"},
	},
	{
		"name", ParseName,
		[]string{"Анна-Мария", "Д'Артаньян", "О'Нил", "Сент-Экзюпери де", "Nguyễn", "محمد", "Абд-ал-Малик ибн", "Ж. К."},
		map[string]string{"  Анна   Мария ": "Анна Мария", "Д’Артаньян": "Д'Артаньян", "Анна–Мария": "Анна-Мария", "Йи\u0306": "Йй", "Ан\u00adна": "Анна"},
		[]string{"", " ", "-", "Анна1", "<b>", "Анна\x00", "Анна;", strings.Repeat("я", 101), "\xff\xfe"},
	},
	{
		"postcode", ParsePostcode,
		[]string{"101000", "421001", "690000"},
		map[string]string{"101 000": "101000"},
		[]string{"10100", "012345", "1O1000", "100000"},
	},
	{
		"oktmo", ParseOKTMO,
		[]string{"45348000", "92701000001", "36000000"},
		nil,
		[]string{"4534800", "453480001", "00348000"},
	},
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, p := range parsers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for _, s := range p.valid {
				wantParsed(t, p.parse, s, s)
			}
			for s, want := range p.typed {
				wantParsed(t, p.parse, s, want)
			}
			for _, s := range p.invalid {
				got, err := p.parse(s)
				if !errs.IsKind(err, errs.Invalid) || got != "" {
					t.Errorf("%q gave %q, %v; want a fault of kind invalid", s, got, err)
				}
			}
		})
	}
}

func wantParsed(t *testing.T, parse func(string) (string, error), s, want string) {
	t.Helper()
	got, err := parse(s)
	if err != nil || got != want {
		t.Errorf("%q gave %q, %v; want %q", s, got, err, want)
	}
}

func TestParsePassportRF(t *testing.T) {
	t.Parallel()
	valid := [][4]string{
		{"4503", "123456", "4503", "123456"},
		{"92 04", "654 321", "9204", "654321"},
		{"4619 000001", "", "4619", "000001"},
		{"", "46 19 № 000001", "4619", "000001"},
	}
	for _, c := range valid {
		series, number, err := ParsePassportRF(c[0], c[1])
		if diff := cmp.Diff([2]string{c[2], c[3]}, [2]string{series, number}); diff != "" || err != nil {
			t.Errorf("%v: %v %s", c, err, diff)
		}
	}
	for _, c := range [][2]string{{"450", "123456"}, {"45O3", "123456"}, {"0000", "000000"}, {"4503", "12345"}, {"4503", "000000"}, {"", ""}} {
		if _, _, err := ParsePassportRF(c[0], c[1]); !errs.IsKind(err, errs.Invalid) {
			t.Errorf("%v: %v; want invalid", c, err)
		}
	}
}

func TestParseAccount(t *testing.T) {
	t.Parallel()
	valid := [][2]string{
		{"049805746", "40602810700000000025"},
		{"049805000", "30101810800000000746"},
		{"049805746", "30101810800000000746"},
		{"040305000", "40102810100000010001"},
		{"044525225", "40702810138250123017"},
		{"017003983", "40102810445370000059"},
		{"017003983", "03100643000000018500"},
		{"004525988", "40102810545370000003"},
	}
	for _, c := range valid {
		if got, err := ParseAccount(c[0], c[1]); err != nil || got != c[1] {
			t.Errorf("%v gave %q, %v", c, got, err)
		}
	}
	invalid := [][2]string{
		{"049805746", "40602810600000000025"},
		{"049805000", "30101810000000000746"},
		{"044525225", "40702810238250123017"},
		{"044525225", "4070281013825012301"},
		{"044525225", "40702Z10138250123017"},
		{"94452522", "40702810138250123017"},
	}
	for _, c := range invalid {
		if got, err := ParseAccount(c[0], c[1]); !errs.IsKind(err, errs.Invalid) {
			t.Errorf("%v gave %q, %v; want invalid", c, got, err)
		}
	}
}

func TestAccountLetterCountsAsDigit(t *testing.T) {
	t.Parallel()
	with, ok := accountDigits("40702A10138250123017")
	want := "40702010138250123017"
	if !ok || with != want {
		t.Errorf("got %q, want %q", with, want)
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	cases := []struct{ got, want string }{
		{FormatSNILS("12345678964"), "123-456-789 64"},
		{FormatSNILS("1"), "1"},
		{FormatPassportRF("4503", "123456"), "45 03 123456"},
		{FormatForeignPassport("711234567"), "71 1234567"},
		{FormatDriverLicence("77АВ123456"), "77 АВ 123456"},
		{FormatPhone("+79131234567"), "+7 913 123-45-67"},
		{FormatPhone("+375291234567"), "+375 29 123-45-67"},
		{FormatPhone("nonsense"), "nonsense"},
		{FormatEmail("иван@xn--80a1acny.xn--p1ai"), "иван@почта.рф"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// FuzzParse holds for every identifier: no panic, a fault of kind invalid or a
// canonical form that parses to itself.
func FuzzParse(f *testing.F) {
	for _, p := range parsers {
		for _, s := range append(append([]string{}, p.valid...), p.invalid...) {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range parsers {
			got, err := p.parse(s)
			if err != nil {
				if !errs.IsKind(err, errs.Invalid) {
					t.Fatalf("%s(%q): %v", p.name, s, err)
				}
				continue
			}
			if again, err := p.parse(got); err != nil || again != got {
				t.Fatalf("%s(%q) = %q, and again %q, %v", p.name, s, got, again, err)
			}
		}
	})
}

func FuzzParseTwo(f *testing.F) {
	f.Add("044525225", "40702810138250123017")
	f.Add("4503", "123456")
	f.Fuzz(func(_ *testing.T, a, b string) {
		_, _ = ParseAccount(a, b)
		_, _, _ = ParsePassportRF(a, b)
	})
}
