package forms

import (
	"image"
	"image/color"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var countries = Shelf{"countries": newShelfOf("countries", "643", "Россия", "Russia", "398", "Казахстан", "Kazakhstan")}

func newShelfOf(id string, entries ...string) *Dictionary {
	d := &Dictionary{ID: id, byKey: map[string]int{}}
	for i := 0; i < len(entries); i += 3 {
		d.Entries = append(d.Entries, Entry{Code: entries[i], Text: Text{RU: entries[i+1], EN: entries[i+2]}})
		d.note(i/3, &faults{})
	}
	return d
}

const placesYAML = `places: [{value: centre, label: {ru: Центр, en: Centre}, lat: "55.75", lon: "37.61"}]`

var sharp = &Photo{Width: 700, Height: 900, Light: 95, Spread: 3, Sharpness: 60, Colour: true}

const normYAML = "norm: {min_width: 350, min_height: 450, ratio: \"35:45\", max_kb: 200, background: white, sharpness: 20, colour: true}"

var moreAccepted = []struct {
	name, field string
	posted      []string
	want        any
	print       string
}{
	{"ogrn", "kind: ogrn", []string{"x=1 027 700 132 195"}, "1027700132195", ""},
	{"ogrnip", "kind: ogrnip", []string{"x=304500116000157"}, "304500116000157", ""},
	{"kpp", "kind: kpp", []string{"x=773301001"}, "773301001", ""},
	{"bic", "kind: bic", []string{"x=044525225"}, "044525225", ""},
	{"oktmo", "kind: oktmo", []string{"x=45348000"}, "45348000", ""},
	{"cadastral", "kind: cadastral", []string{"x=№ 77:01:0001001:1234"}, "77:01:0001001:1234", ""},
	{"vehicle document", "kind: vehicle_document", []string{"x=77 УА 123456"}, "77УА123456", ""},
	{"fio", "kind: fio", []string{"x.last_name=Ли", "x.first_name=Ю"}, map[string]any{"last_name": "Ли", "first_name": "Ю"}, "Ли Ю"},
	{"period", "kind: period", []string{"x.from=1.2.2020", "x.to.day=3", "x.to.month=4", "x.to.year=2030"}, map[string]any{"from": "2020-02-01", "to": "2030-04-03"}, "01.02.2020 – 03.04.2030"},
	{"open period", "kind: period, open: true", []string{"x.from=1.2.2020"}, map[string]any{"from": "2020-02-01"}, "01.02.2020 – …"},
	{"child", "kind: child", []string{"x.last_name=Ли", "x.first_name=Ю", "x.birth_date=1.2.2020", "x.certificate=I-БА № 123456"}, nil, ""},
	{"spouse", "kind: spouse", []string{"x.last_name=Ли", "x.first_name=Ю", "x.birth_date=1.2.1990", "x.snils=112-233-445 95"}, nil, "Ли Ю, 01.02.1990, 112-233-445 95"},
	{"vehicle", "kind: vehicle", []string{"x.vin=XTA210990Y2765123", "x.plate=А123ВС77"}, nil, "А123ВС77, XTA210990Y2765123"},
	{"property", "kind: property", []string{"x.cadastral=77:01:0001001:1234"}, nil, "77:01:0001001:1234"},
	{"foreign passport", "kind: foreign_passport", []string{"x.number=71 1234567", "x.issued_on=1.2.2020", "x.valid_until=1.2.2030"}, nil, ""},
	{"passport as a document", "kind: identity_document", []string{"x.type=passport_rf", "x.series=45 03", "x.number=123456", "x.issued_on=1.2.2010"}, map[string]any{"type": "passport_rf", "series": "4503", "number": "123456", "issued_on": "2010-02-01"}, "Паспорт РФ, 4503 123456, 01.02.2010"},
	{"certificate as a document", "kind: identity_document", []string{"x.type=birth_certificate", "x.series=I-БА", "x.number=123456", "x.issued_on=1.2.2010"}, nil, ""},
	{"another document", "kind: identity_document", []string{"x.type=other", "x.number=AB-1", "x.issued_on=1.2.2010"}, nil, "Другой документ, AB-1, 01.02.2010"},
	{"organisation", "kind: organisation", []string{"x.inn=7707083893", "x.name=ООО «Образец»"}, map[string]any{"inn": "7707083893", "name": "ООО «Образец»"}, "ООО «Образец», 7707083893"},
	{"dictionary by code", "kind: dictionary, dictionary: countries", []string{"x=643"}, map[string]any{"code": "643", "ru": "Россия", "en": "Russia"}, "Россия"},
	{"dictionary by words", "kind: dictionary, dictionary: countries", []string{"x= казахстан "}, map[string]any{"code": "398", "ru": "Казахстан", "en": "Kazakhstan"}, "Казахстан"},
	{"point", "kind: place", []string{"x.lat=55,751244", "x.lon=37.618423"}, map[string]any{"lat": 55.751244, "lon": 37.618423}, "55.751244, 37.618423"},
	{"place", "kind: place, " + placesYAML, []string{"x.place=centre", "x.lat=1"}, map[string]any{"place": "centre", "lat": 55.75, "lon": 37.61}, "Центр"},
	{"address of the register", "kind: address", []string{"x.region=Москва", "x.city=Москва", "x.house=1", "x.gar=0C5B2444-70a0-4932-980c-b4dc0d3f02b5"}, map[string]any{"region": "Москва", "city": "Москва", "house": "1", "gar": "0c5b2444-70a0-4932-980c-b4dc0d3f02b5"}, "Москва, 1"},
	{"photo", "kind: photo, " + normYAML, []string{"x=face"}, nil, "лицо.jpg"},
	{"child of the profile", "kind: child", []string{"x.pick=" + keyOf(known()["profile.children"].Value.([]any)[1]), "x.last_name="}, known()["profile.children"].Value.([]any)[1], ""},
}

func known() map[string]Known {
	child := func(name string) any {
		return map[string]any{"last_name": "Ли", "first_name": name, "birth_date": "2019-02-11", "certificate": "I-БА 123456"}
	}
	return map[string]Known{"profile.children": {Value: []any{child("Анна"), child("Пётр")}, Origin: Text{RU: "профиль", EN: "profile"}}}
}

func moreFacts() Facts {
	f := filesKnown()
	f.Dictionaries, f.Known = countries, known()
	blurred, grey := *sharp, *sharp
	blurred.Sharpness, grey.Light = 5, 40
	for id, p := range map[string]*Photo{"face": sharp, "blurred": &blurred, "grey": &grey, "unread": nil, "small": {Width: 70, Height: 90}, "wide": {Width: 900, Height: 700}} {
		f.Files[id] = File{ID: id, Name: "лицо.jpg", Size: 1000, Type: "jpg", Photo: p}
	}
	f.Files["heavy"] = File{ID: "heavy", Name: "лицо.jpg", Size: 300 << 10, Type: "jpg", Photo: sharp}
	return f
}

func TestMoreKindsAccept(t *testing.T) {
	t.Parallel()
	for _, c := range moreAccepted {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mustLoad(t, withForm(step("s", field("id: x, "+c.field)), ""))
			answers, wrong := Check(s, "s", raw(c.posted...), nil, moreFacts())
			if len(wrong) > 0 {
				t.Fatalf("refused: %+v", wrong)
			}
			if c.want != nil && !cmp.Equal(answers["x"], c.want) {
				t.Error(cmp.Diff(c.want, answers["x"]))
			}
			r := Fill(s, answers, moreFacts())
			if !r.Ready() || !cmp.Equal(r.Submission()["x"], answers["x"]) {
				t.Errorf("filled: %v, missing %v, wrong %v", r.Submission(), r.Missing, r.Wrong)
			}
			if row := Summary(s, r, printer(t, RU))[0].Rows[0]; c.print != "" && row.Value != c.print || row.Value == "" {
				t.Errorf("printed %q, want %q", row.Value, c.print)
			}
			survivesJSON(t, s, answers)
			form := map[string][]string{}
			for part, values := range r.Steps[0].Fields[0].Boxes(nil) {
				form[joinPart("x", part)] = values
			}
			again, wrong := Check(s, "s", form, nil, moreFacts())
			if len(wrong) > 0 || !cmp.Equal(again["x"], answers["x"]) {
				t.Errorf("sent again: %v %+v", again["x"], wrong)
			}
		})
	}
}

var moreRefused = []struct {
	name, field string
	posted      []string
	input, key  string
}{
	{"ogrn", "kind: ogrn", []string{"x=1027700132196"}, "x", "reference.error.ogrn_check"},
	{"ogrnip", "kind: ogrnip", []string{"x=304500116000154"}, "x", "reference.error.ogrnip_check"},
	{"kpp", "kind: kpp", []string{"x=003301001"}, "x", "reference.error.kpp_format"},
	{"cadastral", "kind: cadastral", []string{"x=77:01:1"}, "x", "reference.error.cadastral_format"},
	{"period backwards", "kind: period", []string{"x.from=1.2.2020", "x.to=1.1.2020"}, "x.to", "forms.error.period"},
	{"period without end", "kind: period", []string{"x.from=1.2.2020"}, "x.to", "forms.error.required"},
	{"period too late", "kind: period, max: facts.today", []string{"x.from=1.2.2020", "x.to=1.2.2030"}, "x.to", "forms.error.date_late"},
	{"born tomorrow", "kind: child", []string{"x.last_name=Ли", "x.first_name=Ю", "x.birth_date=22.11.2026"}, "x.birth_date", "forms.error.date_late"},
	{"vin", "kind: vehicle", []string{"x.vin=XTA"}, "x.vin", "reference.error.vin_format"},
	{"ended before it began", "kind: foreign_passport", []string{"x.number=71 1234567", "x.issued_on=1.2.2020", "x.valid_until=1.2.2019"}, "x.valid_until", "forms.error.period"},
	{"no such document", "kind: identity_document", []string{"x.type=visa", "x.number=1", "x.issued_on=1.2.2010"}, "x.type", "forms.error.option"},
	{"passport of five digits", "kind: identity_document", []string{"x.type=passport_rf", "x.series=4503", "x.number=12345", "x.issued_on=1.2.2010"}, "x.number", "reference.error.passport_number"},
	{"inn of nobody", "kind: organisation", []string{"x.inn=7707083894"}, "x.inn", "reference.error.inn_check"},
	{"not in the dictionary", "kind: dictionary, dictionary: countries", []string{"x=Атлантида"}, "x", "forms.error.dictionary"},
	{"no such dictionary", "kind: dictionary, dictionary: planets", []string{"x=643"}, "x", "forms.error.dictionary"},
	{"north of the pole", "kind: place", []string{"x.lat=91", "x.lon=1"}, "x.lat", "forms.error.coordinate"},
	{"no identifier", "kind: address", []string{"x.region=Москва", "x.city=Москва", "x.house=1", "x.gar=1"}, "x.gar", "forms.error.shape"},
	{"no such place", "kind: place, " + placesYAML, []string{"x.place=moon"}, "x.place", "forms.error.option"},
	{"blurred", "kind: photo, " + normYAML, []string{"x=blurred"}, "x", "forms.error.photo_blurred"},
	{"dark ground", "kind: photo, " + normYAML, []string{"x=grey"}, "x", "forms.error.photo_ground"},
	{"no picture", "kind: photo, " + normYAML, []string{"x=unread"}, "x", "forms.error.photo_unread"},
	{"small", "kind: photo, " + normYAML, []string{"x=small"}, "x", "forms.error.photo_small"},
	{"wide", "kind: photo, " + normYAML, []string{"x=wide"}, "x", "forms.error.photo_ratio"},
	{"heavy", "kind: photo, " + normYAML, []string{"x=heavy"}, "x", "forms.error.photo_size"},
	{"no photo", "kind: photo, " + normYAML, nil, "x", "forms.error.file_missing"},
	{"somebody else's photo", "kind: photo, " + normYAML, []string{"x=f9"}, "x", "forms.error.file_unknown"},
	{"child of nobody", "kind: child", []string{"x.pick=zzz"}, "x", "forms.error.option"},
}

func TestMoreKindsRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range moreRefused {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := mustLoad(t, withForm(step("s", field("id: x, "+c.field)), ""))
			answers, wrong := Check(s, "s", raw(c.posted...), nil, moreFacts())
			if len(wrong) != 1 || wrong[0].Name != c.input || wrong[0].Key != c.key || answers["x"] != nil {
				t.Fatalf("want %s at %s, have %+v, stored %v", c.key, c.input, wrong, answers["x"])
			}
			for _, lang := range []Lang{RU, EN} {
				m := wrong[0].Message(lang, printer(t, lang).Words)
				if strings.ContainsAny(m, "[{") || strings.Contains(m, "<no value>") || !strings.Contains(m, map[Lang]string{RU: "Поле", EN: "Field"}[lang]) {
					t.Errorf("%s message: %q", lang, m)
				}
			}
		})
	}
}

// TestMeasurePhoto: a portrait with sharp edges on white, the same blurred, and on
// a dark, uneven ground.
func TestMeasurePhoto(t *testing.T) {
	t.Parallel()
	portrait := func(ground func(x, y int) uint8, soft float64) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, 420, 540))
		for y := range 540 {
			for x := range 420 {
				dx, dy := float64(x-210)/110, float64(y-290)/150
				face := min(1, max(0, (1-dx*dx-dy*dy)/soft))
				g := float64(ground(x, y))
				img.SetRGBA(x, y, color.RGBA{uint8(g + face*(180-g)), uint8(g + face*(90-g)), uint8(g + face*(60-g)), 255})
			}
		}
		return img
	}
	white := func(int, int) uint8 { return 250 }
	norm := Norm{MinWidth: 350, MinHeight: 450, Ratio: "35:45", Background: "white", Sharpness: 20, Colour: true}
	for name, c := range map[string]struct {
		img  image.Image
		want string
	}{
		"good":    {portrait(white, 0.01), ""},
		"blurred": {portrait(white, 1), "forms.error.photo_blurred"},
		"dark":    {portrait(func(int, int) uint8 { return 90 }, 0.01), "forms.error.photo_ground"},
		"uneven":  {portrait(func(x, _ int) uint8 { return uint8(x/2 + 40) }, 0.01), "forms.error.photo_ground"},
		"grey":    {grey(portrait(white, 0.01)), "forms.error.photo_grey"},
	} {
		p := MeasurePhoto(c.img)
		got := ""
		if flaws := norm.check(File{Size: 1, Photo: &p}); len(flaws) > 0 {
			got = flaws[0].key
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q (%+v)", name, got, c.want, p)
		}
	}
	MeasurePhoto(image.NewRGBA(image.Rect(0, 0, 1, 1)))
	MeasurePhoto(image.NewRGBA(image.Rect(0, 0, 0, 0)))
}

func grey(img image.Image) image.Image {
	out := image.NewGray(img.Bounds())
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			out.Set(x, y, img.At(x, y))
		}
	}
	return out
}

func BenchmarkMeasurePhoto12MP(b *testing.B) {
	img := image.NewYCbCr(image.Rect(0, 0, 3000, 4000), image.YCbCrSubsampleRatio420)
	for b.Loop() {
		MeasurePhoto(img)
	}
}

// TestLookups: the engine names what a registry must be asked, takes its answer,
// and tells when it does not know the answer.
func TestLookups(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(step("s", field("id: firm, kind: organisation"),
		field(`id: vin, kind: vin, registry: gibdd, not_found: {ru: Такой машины нет, en: No such vehicle}, checks: [{rule: '!facts.found.vin.wanted', message: {ru: В розыске, en: It is wanted}}]`)), ""))
	a := Answers{"firm": map[string]any{"inn": "7707083893"}, "vin": "XTA210990Y2765123"}
	r := Fill(s, a, today)
	if !r.Ready() || len(r.Lookups) != 2 || r.Lookups[0].Key() != "organisation:7707083893" || r.Lookups[1].Key() != "gibdd:XTA210990Y2765123" {
		t.Fatalf("lookups %+v, wrong %+v", r.Lookups, r.Wrong)
	}
	f := today
	f.Found = map[string]Found{
		"organisation:7707083893": {Known: Known{Value: map[string]any{"inn": "7707083893", "name": "ПАО", "kpp": "773301001"}, Origin: Text{RU: "ЕГРЮЛ", EN: "EGRUL"}}},
		"gibdd:XTA210990Y2765123": {Known: Known{Value: map[string]any{"wanted": true}}},
	}
	r = Fill(s, a, f)
	firm := r.Steps[0].Fields[0]
	if len(r.Lookups) != 0 || firm.Value.(map[string]any)["name"] != "ПАО" || firm.Source.Origin.RU != "ЕГРЮЛ" || firm.Source.Correct != "registry" || firm.Changed {
		t.Errorf("%+v", firm)
	}
	if len(r.Wrong) != 1 || r.Wrong[0].Text.EN != "It is wanted" {
		t.Errorf("wrong %+v", r.Wrong)
	}
	a["firm"] = map[string]any{"inn": "7707083893", "name": "Другое"}
	if x := Fill(s, a, f).Steps[0].Fields[0]; !x.Changed || x.Value.(map[string]any)["name"] != "Другое" || x.Provided.(map[string]any)["name"] != "ПАО" {
		t.Errorf("changed by hand: %+v", x)
	}
	f.Found["gibdd:XTA210990Y2765123"] = Found{None: true}
	if w := Fill(s, a, f).Wrong; len(w) != 1 || w[0].Text.EN != "No such vehicle" {
		t.Errorf("not found: %+v", w)
	}
	f.Found["gibdd:XTA210990Y2765123"] = Found{Silent: true}
	if r := Fill(s, a, f); len(r.Wrong) != 0 || len(r.Lookups) != 1 || r.Steps[0].Fields[1].Asked != AskedSilent {
		t.Errorf("silent: %+v, to be asked again %+v", r.Wrong, r.Lookups)
	}
}

// Kinds ask their registries by themselves. What a bank's list does not know
// can't be; a vehicle that a registry does not know is the officer's to judge,
// unless the service says what is wrong with it; what comes from the profile is
// not asked about again.
func TestKindsAskTheirRegistries(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(step("s", field("id: bank, kind: account, required: false"), field("id: car, kind: vehicle, required: false"),
		field("id: flat, kind: property, required: false, not_found: {ru: Нет, en: There is none}"), field("id: kid, kind: child, required: false")), ""))
	a := Answers{
		"bank": map[string]any{"bic": "044525225", "account": "30101810400000000225"}, "car": map[string]any{"vin": "XTA210990Y2765123"},
		"flat": map[string]any{"cadastral": "77:01:0001001:1024"}, "kid": map[string]any{
			"last_name": "П", "first_name": "И", "birth_date": "2018-03-12", "certificate": "II-МЮ 123456",
		},
	}
	f := today
	f.Found = map[string]Found{}
	r := Fill(s, a, f)
	if len(r.Wrong) > 0 || len(r.Lookups) != 4 {
		t.Fatalf("wrong %+v, lookups %+v", r.Wrong, r.Lookups)
	}
	for _, l := range r.Lookups {
		f.Found[l.Key()] = Found{None: true}
	}
	r = Fill(s, a, f)
	if len(r.Wrong) != 2 || r.Wrong[0].Name != "bank.bic" || r.Wrong[1].Text.EN != "There is none" || r.Steps[0].Fields[1].Asked != AskedNone {
		t.Errorf("unknown: %+v", r.Wrong)
	}
	known := map[string]map[string]any{
		"bank": {"bank": "Банк", "bic": "044525225"}, "vehicle": {"make": "Lada", "plate": "А123ВС77", "year": 2020.0}, "property": {"address": "Город"},
		"birth_certificate": {"issued_on": "2018-04-01"},
	}
	for _, l := range Fill(s, a, today).Lookups {
		f.Found[l.Key()] = Found{Known: Known{Value: known[l.Registry], Origin: Text{RU: l.Registry}}}
	}
	r = Fill(s, a, f)
	fields := r.Steps[0].Fields
	for i, want := range []string{"Банк", "Lada", "Город"} {
		if shown := fields[i].Field.Print(fields[i].Value, printer(t, RU)); !strings.Contains(shown, want) || fields[i].Asked != AskedFound || fields[i].Source.Path == "" {
			t.Errorf("%s: %s, %+v", fields[i].Name, shown, fields[i].Source)
		}
	}
	f.Known = map[string]Known{"profile.vehicles": KnownList(Known{Value: a["car"], Origin: Text{RU: "профиль"}, Correct: "/cars/1"})}
	if r = Fill(s, a, f); r.Steps[0].Fields[1].Lookup != nil || r.Steps[0].Fields[1].Source.Correct != "/cars/1" {
		t.Errorf("from the profile: %+v", r.Steps[0].Fields[1])
	}
}

// TestProvenance: what was changed by hand is marked, and the mark survives.
func TestProvenance(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm(step("s", field("id: x, kind: snils, fill: profile.snils"), field("id: y, kind: phone, fill: profile.phone"),
		field("id: paper, kind: file, from_vault: [old, diploma]")), ""))
	f := filesKnown()
	origin := Text{RU: "профиль", EN: "profile"}
	f.Known = map[string]Known{
		"profile.snils": {Value: "11223344595", Origin: origin, AsOf: "2026-01-01T00:00:00Z"}, "profile.phone": {Value: "+79131234567", Origin: origin},
		"document.diploma": {Value: map[string]any{"id": "f1", "name": "скан.pdf", "size": 100.0, "type": "pdf"}, Origin: Text{RU: "Мои документы", EN: "My documents"}},
	}
	a, wrong := Check(s, "s", raw("x=087-654-303 00", "paper=f1"), nil, f)
	r := Fill(s, a, f)
	if len(wrong) > 0 || !r.Ready() {
		t.Fatalf("wrong %+v %+v", wrong, r.Missing)
	}
	marks := r.Provenance()
	want := Provenance{
		"x":     {From: FromTyped, Path: "profile.snils", Origin: &origin, AsOf: "2026-01-01T00:00:00Z", Changed: true, Provided: "11223344595"},
		"y":     {From: FromKnown, Path: "profile.phone", Origin: &origin},
		"paper": {From: FromKnown, Path: "document.diploma", Origin: &Text{RU: "Мои документы", EN: "My documents"}},
	}
	if diff := cmp.Diff(want, marks); diff != "" {
		t.Error(diff)
	}
	card := Fill(s, r.Submission(), Facts{Today: today.Today}).Marked(marks)
	if x := card.Steps[0].Fields[0]; !x.Changed || x.Provided != "11223344595" || x.ProvidedBy.Origin != origin {
		t.Errorf("%+v", x)
	}
	if diff := cmp.Diff(marks, card.Provenance()); diff != "" {
		t.Error(diff)
	}
	if sections := Summary(s, card, printer(t, EN)); sections[0].Rows[1].Source.Origin != origin {
		t.Errorf("%+v", sections[0].Rows[1])
	}
}

// TestFilledWithChildren: a list of the profile fills a group, item by item.
func TestFilledWithChildren(t *testing.T) {
	t.Parallel()
	s := mustLoad(t, withForm("    - id: s\n      title: {ru: Шаг, en: Step}\n      groups:\n        - id: kids\n          title: {ru: Дети, en: Kids}\n          fill: profile.children\n"+
		"          repeat: {max: 5, item: {ru: Ребёнок, en: Child}}\n          fields:\n    "+field("id: who, kind: person"), ""))
	f := today
	f.Known = known()
	r := Fill(s, nil, f)
	if items := r.Steps[0].Groups[0].Items; len(items) != 2 || items[1].Fields[0].Value.(map[string]any)["first_name"] != "Пётр" || items[1].Fields[0].Source.Origin.RU != "профиль" {
		t.Errorf("%+v", items)
	}
}

func TestDictionarySearch(t *testing.T) {
	t.Parallel()
	shelf, faults := LoadDictionaries(os.DirFS("../../services"), "")
	d := shelf["countries"]
	if len(faults) > 0 || d == nil || !d.Big() {
		t.Fatalf("%v", faults)
	}
	if got := d.Search("рос", RU, 5); len(got) == 0 || got[0].Code != "643" {
		t.Errorf("%+v", got)
	}
	if got := d.Search("", EN, 7); len(got) != 7 {
		t.Errorf("%d entries", len(got))
	}
	if got := d.Search("stan", EN, 100); len(got) < 5 {
		t.Errorf("%+v", got)
	}
}
