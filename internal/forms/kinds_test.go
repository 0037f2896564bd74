package forms

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// raw makes a posted form of name=value pairs.
func raw(pairs ...string) map[string][]string {
	out := map[string][]string{}
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		out[name] = append(out[name], value)
	}
	return out
}

const optionsYAML = "options: [{value: a, label: {ru: А, en: A}}, {value: b, label: {ru: Б, en: B}}]"

var passport = []string{
	"x.series=45 03", "x.number=123456", "x.issued_on.day=1", "x.issued_on.month=2", "x.issued_on.year=2010",
	"x.issued_by=УВД  Москвы", "x.unit_code=770001",
}

// accepted: the field's keys, what is posted, the stored value, the print.
var accepted = []struct {
	name, field string
	posted      []string
	want        any
	print       string
}{
	{"text", "kind: text", []string{"x=  a \u00a0 b "}, "a b", "a b"},
	{"longtext", "kind: longtext", []string{"x=a\r\nb "}, "a\nb", "a\nb"},
	{"pattern", `kind: text, pattern: "[0-9]{3}", hint: {ru: три цифры, en: three digits}`, []string{"x=123"}, "123", "123"},
	{"name", "kind: name", []string{"x=Анна-Мария"}, "Анна-Мария", "Анна-Мария"},
	{"date", "kind: date", []string{"x.day=1", "x.month=2", "x.year=2020"}, "2020-02-01", "01.02.2020"},
	{"date in one", "kind: date", []string{"x=31.12.1999"}, "1999-12-31", "31.12.1999"},
	{"date iso", "kind: date", []string{"x=1999-12-31"}, "1999-12-31", "31.12.1999"},
	{"date limits", `kind: date, min: "2020-01-01", max: facts.today`, []string{"x=2026-11-21"}, "2026-11-21", "21.11.2026"},
	{"number", "kind: number, unit: {ru: шт., en: pcs}", []string{"x=1 200"}, int64(1200), "1200\u00a0шт."},
	{"decimals", "kind: number, decimals: 2", []string{"x=3,14"}, 3.14, "3,14"},
	{"money", "kind: money", []string{"x=1 500,50"}, int64(150050), "1500,50\u00a0₽"},
	{"yes", "kind: yesno", []string{"x=yes"}, true, "Да"},
	{"no", "kind: yesno", []string{"x=no"}, false, "Нет"},
	{"choice", "kind: choice, " + optionsYAML, []string{"x=b"}, "b", "Б"},
	{"choices", "kind: choices, " + optionsYAML, []string{"x=b", "x=a"}, []any{"a", "b"}, "А, Б"},
	{"phone", "kind: phone", []string{"x=8 (913) 123-45-67"}, "+79131234567", ""},
	{"email", "kind: email", []string{"x=anna@example.ru"}, "anna@example.ru", ""},
	{"snils", "kind: snils", []string{"x=112-233-445 95"}, "11223344595", "112-233-445 95"},
	{"snils of a test person", "kind: snils", []string{"x=000-000-600 06"}, "00000060006", ""},
	{"inn", "kind: inn", []string{"x=500100732259"}, "500100732259", ""},
	{"inn of a company", "kind: inn, of: organisation", []string{"x=7707083893"}, "7707083893", ""},
	{"inn of any", "kind: inn, of: any", []string{"x=7707083893"}, "7707083893", ""},
	{"birth certificate", "kind: birth_certificate", []string{"x=I-БА № 123456"}, nil, ""},
	{"driver licence", "kind: driver_licence", []string{"x=7712 579832"}, nil, ""},
	{"plate", "kind: plate", []string{"x=А123ВС77"}, nil, ""},
	{"vin", "kind: vin", []string{"x=XTA210990Y2765123"}, "XTA210990Y2765123", ""},
	{"oms", "kind: oms", []string{"x=8451 9991 2289 9990"}, "8451999122899990", ""},
	{"postcode", "kind: postcode", []string{"x=101000"}, "101000", ""},
	{"account", "kind: account", []string{"x.bic=044525225", "x.account=40702810138250123017"}, map[string]any{"bic": "044525225", "account": "40702810138250123017"}, "40702810138250123017, 044525225"},
	{"passport", "kind: passport_rf", passport, map[string]any{
		"series": "4503", "number": "123456", "issued_on": "2010-02-01", "issued_by": "УВД Москвы", "unit_code": "770-001",
	}, ""},
	{"person", "kind: person", []string{"x.last_name=Ли", "x.first_name=Ю", "x.birth_date=1.2.1990"}, map[string]any{"last_name": "Ли", "first_name": "Ю", "birth_date": "1990-02-01"}, "Ли Ю, 01.02.1990"},
	{"address", "kind: address", []string{"x.region=Москва", "x.city=Москва", "x.house=1"}, map[string]any{"region": "Москва", "city": "Москва", "house": "1"}, "Москва, 1"},
	{"file", "kind: file, count: 2", []string{"x=f1"}, []any{map[string]any{"id": "f1", "name": "скан.pdf", "size": int64(100), "type": "pdf"}}, "скан.pdf"},
	{"consent", "kind: consent, text: {ru: Да, en: Yes}", []string{"x=yes"}, true, "Да"},
}

func filesKnown() Facts {
	f := today
	f.Files = map[string]File{
		"f1":    {ID: "f1", Name: "скан.pdf", Size: 100, Type: "pdf"},
		"big":   {ID: "big", Name: "большой.pdf", Size: 11 << 20, Type: "pdf"},
		"exe":   {ID: "exe", Name: "x.exe", Size: 1, Type: "exe"},
		"empty": {ID: "empty", Name: "пусто.pdf", Type: "pdf"},
	}
	return f
}

func TestKindsAccept(t *testing.T) {
	t.Parallel()
	for _, c := range accepted {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mustLoad(t, withForm(step("s", field("id: x, "+c.field)), ""))
			answers, wrong := Check(s, "s", raw(c.posted...), nil, filesKnown())
			if len(wrong) > 0 {
				t.Fatalf("refused: %+v", wrong)
			}
			if c.want != nil && !cmp.Equal(answers["x"], c.want) {
				t.Error(cmp.Diff(c.want, answers["x"]))
			}
			r := Fill(s, answers, filesKnown())
			if !r.Ready() || !cmp.Equal(r.Submission()["x"], answers["x"]) {
				t.Errorf("filled: %v, missing %v, wrong %v", r.Submission(), r.Missing, r.Wrong)
			}
			row := Summary(s, r, printer(t, RU))[0].Rows[0]
			if c.print != "" && row.Value != c.print || row.Value == "" {
				t.Errorf("printed %q, want %q", row.Value, c.print)
			}
			survivesJSON(t, s, answers)
			survivesPage(t, s, r)
		})
	}
}

// survivesJSON: what is stored and read again is still the same answer.
func survivesJSON(t *testing.T, s *Service, answers Answers) {
	t.Helper()
	data, err := answers.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := DecodeAnswers(data)
	if err != nil {
		t.Fatal(err)
	}
	x, y := Fill(s, answers, today).Submission(), Fill(s, again, today).Submission()
	if !cmp.Equal(x, y) {
		t.Error(cmp.Diff(x, y))
	}
}

// survivesPage: an answer that is shown in its boxes and sent again unchanged
// is the same answer.
func survivesPage(t *testing.T, s *Service, r *Result) {
	t.Helper()
	f := r.Steps[0].Fields[0]
	form := map[string][]string{}
	for part, values := range f.Boxes(nil) {
		form[joinPart(f.Name, part)] = values
	}
	again, wrong := Check(s, "s", form, nil, filesKnown())
	if len(wrong) > 0 || !cmp.Equal(again["x"], f.Value) {
		t.Errorf("sent again: %v %+v, was %v", again["x"], wrong, f.Value)
	}
}

var refusedValues = []struct {
	name, field string
	posted      []string
	input, key  string
}{
	{"empty", "kind: text", []string{"x= \u200b "}, "x", "forms.error.required"},
	{"long", "kind: text, max_length: 3", []string{"x=abcd"}, "x", "forms.error.long"},
	{"short", "kind: longtext, min_length: 3", []string{"x=ab"}, "x", "forms.error.short"},
	{"pattern", `kind: text, pattern: "[0-9]{3}", hint: {ru: т, en: t}`, []string{"x=1234"}, "x", "forms.error.pattern"},
	{"name", "kind: name", []string{"x=Анна1"}, "x", "reference.error.name_characters"},
	{"no day", "kind: date", []string{"x.day=", "x.month=2", "x.year=2020"}, "x.day", "forms.error.date_day"},
	{"no such day", "kind: date", []string{"x.day=30", "x.month=2", "x.year=2020"}, "x.day", "forms.error.date_none"},
	{"short year", "kind: date", []string{"x.day=1", "x.month=2", "x.year=20"}, "x.year", "forms.error.date_year"},
	{"words", "kind: date", []string{"x=вчера"}, "x", "forms.error.date_format"},
	{"late", "kind: date, max: facts.today", []string{"x=2026-11-22"}, "x", "forms.error.date_late"},
	{"early", `kind: date, min: "2020-01-01"`, []string{"x=2019-12-31"}, "x", "forms.error.date_early"},
	{"letters", "kind: number", []string{"x=1x"}, "x", "forms.error.number"},
	{"fraction", "kind: number", []string{"x=1.5"}, "x", "forms.error.number_whole"},
	{"fine", "kind: number, decimals: 1", []string{"x=1.55"}, "x", "forms.error.number_decimals"},
	{"small", "kind: number, min: 2", []string{"x=1"}, "x", "forms.error.number_small"},
	{"large", "kind: number, max: 1 + 1", []string{"x=3"}, "x", "forms.error.number_large"},
	{"huge", "kind: number", []string{"x=1e300"}, "x", "forms.error.number"},
	{"negative money", "kind: money", []string{"x=-5"}, "x", "forms.error.number_small"},
	{"part of a kopeck", "kind: money", []string{"x=1,005"}, "x", "forms.error.money"},
	{"maybe", "kind: yesno", []string{"x=maybe"}, "x", "forms.error.option"},
	{"nothing chosen", "kind: yesno", nil, "x", "forms.error.choose"},
	{"no option", "kind: choice, " + optionsYAML, []string{"x=c"}, "x", "forms.error.option"},
	{"one is no option", "kind: choices, " + optionsYAML, []string{"x=a", "x=c"}, "x", "forms.error.option"},
	{"too many", "kind: choices, max: 1, " + optionsYAML, []string{"x=a", "x=b"}, "x", "forms.error.choices_many"},
	{"too few", "kind: choices, min: 2, " + optionsYAML, []string{"x=a"}, "x", "forms.error.choices_few"},
	{"snils", "kind: snils", []string{"x=112-233-445 94"}, "x", "reference.error.snils_check"},
	{"inn", "kind: inn", []string{"x=300504899259"}, "x", "reference.error.inn_check"},
	{"company as person", "kind: inn", []string{"x=7707083893"}, "x", "reference.error.inn_person_format"},
	{"licence", "kind: driver_licence", []string{"x=7712 57983"}, "x", "reference.error.driver_licence_format"},
	{"certificate", "kind: birth_certificate", []string{"x=1-БА 12345"}, "x", "reference.error.birth_certificate_format"},
	{"part missing", "kind: person", []string{"x.last_name=Ли", "x.birth_date=1.2.1990"}, "x.first_name", "forms.error.required"},
	{"born tomorrow", "kind: person", []string{"x.last_name=Ли", "x.first_name=Ю", "x.birth_date=22.11.2026"}, "x.birth_date", "forms.error.date_late"},
	{"passport number", "kind: passport_rf", append([]string{"x.number=12345"}, append(passport[:1:1], passport[2:]...)...), "x.number", "reference.error.passport_number"},
	{"account key", "kind: account", []string{"x.bic=044525225", "x.account=40702810238250123017"}, "x.account", "reference.error.account_check"},
	{"unknown file", "kind: file", []string{"x=f9"}, "x", "forms.error.file_unknown"},
	{"large file", "kind: file", []string{"x=big"}, "x", "forms.error.file_size"},
	{"wrong file", "kind: file", []string{"x=exe"}, "x", "forms.error.file_type"},
	{"empty file", "kind: file", []string{"x=empty"}, "x", "forms.error.file_empty"},
	{"files", "kind: file", []string{"x=f1", "x=big"}, "x", "forms.error.files_many"},
	{"no file", "kind: file", nil, "x", "forms.error.file_missing"},
	{"no consent", "kind: consent, text: {ru: Да, en: Yes}", nil, "x", "forms.error.consent"},
	{"nul", "kind: text", []string{"x=a\x00b"}, "x", "forms.error.characters"},
	{"not utf-8", "kind: text", []string{"x=\xff"}, "x", "forms.error.characters"},
	{"10 MB", "kind: longtext", []string{"x=" + strings.Repeat("я", 5<<20)}, "x", "forms.error.huge"},
	{"not asked", "kind: text", []string{"x=a", "y=b"}, "y", "forms.error.not_asked"},
	{"part of nothing", "kind: text", []string{"x=a", "x.y=b"}, "x.y", "forms.error.not_asked"},
}

func TestKindsRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range refusedValues {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mustLoad(t, withForm(step("s", field("id: x, "+c.field)), ""))
			answers, wrong := Check(s, "s", raw(c.posted...), nil, filesKnown())
			if len(wrong) != 1 || wrong[0].Name != c.input || wrong[0].Key != c.key {
				t.Fatalf("want %s at %s, have %+v", c.key, c.input, wrong)
			}
			if v := answers["x"]; v != nil && c.input == "x" {
				t.Errorf("a refused value was stored: %v", v)
			}
			for _, lang := range []Lang{RU, EN} {
				m := wrong[0].Message(lang, printer(t, lang).Words)
				if strings.Contains(m, "[") || strings.Contains(m, "<no value>") || strings.Contains(m, "{") {
					t.Errorf("%s message: %q", lang, m)
				}
			}
		})
	}
}

func TestInputsHaveLabels(t *testing.T) {
	t.Parallel()
	words := printer(t, RU).Words
	for _, k := range Kinds() {
		boxes := k.Inputs(&Field{})
		for _, in := range boxes {
			if len(boxes) > 1 && in.Label == "" || in.Label != "" && strings.HasPrefix(words(in.Label), "[") {
				t.Errorf("%s: the box %q has no label", k.Name(), in.Part)
			}
			if in.Control == "" {
				t.Errorf("%s: the box %q has no control", k.Name(), in.Part)
			}
		}
	}
}
