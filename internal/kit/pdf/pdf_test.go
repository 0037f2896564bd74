package pdf_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/kit/i18n"
	"okno/internal/kit/pdf"
)

func writer(t testing.TB) *pdf.Writer {
	t.Helper()
	texts, err := i18n.New(pdf.Locale())
	if err != nil {
		t.Fatal(err)
	}
	w, err := pdf.NewWriter(texts)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func write(t testing.TB, d pdf.Document) []byte {
	t.Helper()
	file, err := writer(t).Write(d)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

const checkURL = "https://okno.example/check/7Q2M-94KD-XX31"

func certificate() pdf.Document {
	return pdf.Document{
		Lang:    "ru",
		Title:   "Справка о составе семьи",
		Issuer:  "Управление социальной защиты населения города Солнечногорска",
		Heading: "Справка о составе семьи",
		Number:  "2026-004-118-7",
		Date:    time.Date(2026, 11, 21, 12, 0, 0, 0, time.FixedZone("MSK", 3*3600)),
		Sections: []pdf.Section{
			{Paragraphs: []string{
				"Настоящая справка подтверждает, что по сведениям, полученным от органов регистрационного учёта, по указанному адресу вместе с заявителем зарегистрированы перечисленные ниже лица.",
				"Справка выдана для предъявления по месту требования и действительна 30 дней.",
			}},
			{Heading: "Заявитель", Rows: []pdf.Row{
				{"Фамилия, имя, отчество", "Константинопольская Анна-Мария Владиславовна"},
				{"Дата рождения", "7 апреля 1987 г."},
				{"СНИЛС", "123-456-789 64"},
				{"Адрес регистрации", "141506, Московская область, город Солнечногорск, улица Красноармейская, дом 14, корпус 2, квартира 118"},
			}},
			{Heading: "Зарегистрированы вместе с заявителем", Rows: []pdf.Row{
				{"Муж", "Константинопольский Пётр Сергеевич, 12 января 1985 г."},
				{"Сын", "Константинопольский Фёдор Петрович, 3 сентября 2019 г."},
			}},
		},
		Stamp: &pdf.Stamp{Heading: "Документ подписан электронной подписью", Lines: []string{
			"Сертификат 01 D9 4C 7A 00 1B AF 5E 8C", "Владелец Соколова Ирина Павловна", "Действует до 14 марта 2027 г.",
		}},
		CheckURL: checkURL,
		Footer:   "Сформировано на портале государственных услуг. Документ с электронной подписью равнозначен документу на бумаге (статья 6 Федерального закона № 63-ФЗ).",
	}
}

// long is a document with everything that could run out of its place.
func long() pdf.Document {
	d := certificate()
	d.Heading = strings.Repeat("Превысокомногорассмотрительствующий ", 4)
	d.CheckURL = "https://okno.example/check/" + strings.Repeat("7Q2M94KD", 8) + "?lang=ru&from=paper"
	rows := []pdf.Row{{strings.Repeat("Оченьдлиннаяметкабезпробелов", 4), strings.Repeat("x", 300)}, {"Пусто", ""}}
	for i := range 60 {
		rows = append(rows, pdf.Row{fmt.Sprintf("Строка %d", i), strings.Repeat(fmt.Sprintf("значение %d; ", i), 1+i%9)})
	}
	rows = append(rows, pdf.Row{"Целая страница", strings.Repeat("слово ", 1500)})
	d.Sections = append(d.Sections, pdf.Section{Heading: "Сведения", Paragraphs: []string{strings.Repeat("Предложение. ", 400)}, Rows: rows})
	return d
}

// tool finds a program of poppler-utils, zbar-tools or qpdf, or skips; CI has them all.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is missing", name)
		}
		t.Skipf("%s is missing: make deps installs it", name)
	}
	command := exec.Command(name, args...)
	var faults bytes.Buffer
	command.Stderr = &faults
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, &faults)
	}
	return string(out)
}

func save(t *testing.T, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "document.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSameDocumentSameBytes(t *testing.T) {
	t.Parallel()
	w := writer(t)
	want := write(t, long())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got, err := w.Write(long()); err != nil || !bytes.Equal(got, want) {
				t.Errorf("another file, %v", err)
			}
		})
	}
	all.Wait()
	other := long()
	other.Number = "2026-004-118-8"
	if bytes.Equal(write(t, other), want) {
		t.Error("another number, the same file")
	}
}

func TestNothingFromClock(t *testing.T) {
	t.Parallel()
	file := write(t, pdf.Document{Lang: "ru", Heading: "Без даты"})
	dates := regexp.MustCompile(`D:\d{14}`).FindAllString(string(file), -1)
	for _, date := range dates {
		if date != "D:20000101000000" {
			t.Errorf("date %s", date)
		}
	}
	if len(dates) != 2 {
		t.Errorf("%d dates", len(dates))
	}
}

func TestTextCanBeRead(t *testing.T) {
	t.Parallel()
	text := strings.Join(strings.Fields(tool(t, "pdftotext", "-layout", save(t, write(t, certificate())), "-")), " ")
	for _, want := range []string{
		"Справка о составе семьи", "№ 2026-004-118-7 от 21 ноября 2026 г.", "Константинопольская Анна-Мария Владиславовна",
		"123-456-789 64", "Проверить документ", "Страница 1 из 1", "Документ подписан",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}

func TestAddressIsALink(t *testing.T) {
	t.Parallel()
	if !bytes.Contains(write(t, certificate()), []byte("/URI ("+checkURL+")")) {
		t.Error("no link to check the document")
	}
}

func TestFontsAreEmbeddedSubsets(t *testing.T) {
	t.Parallel()
	file := write(t, certificate())
	if len(file) > 120_000 {
		t.Errorf("%d bytes: are the fonts whole?", len(file))
	}
	out := tool(t, "pdffonts", save(t, file))
	lines := strings.Split(strings.TrimSpace(out), "\n")[2:]
	for _, line := range lines {
		if !regexp.MustCompile(`TrueType.*\s+yes\s+\w+\s+yes\s`).MatchString(line) {
			t.Errorf("not embedded, or without text: %s", line)
		}
	}
	if len(lines) != 2 {
		t.Errorf("%d fonts: %s", len(lines), out)
	}
}

func TestFileIsWellFormed(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]pdf.Document{"short": certificate(), "long": long(), "empty": {}} {
		tool(t, "qpdf", "--check", save(t, write(t, d)))
		if name == "empty" {
			continue
		}
		info := tool(t, "pdfinfo", save(t, write(t, d)))
		for _, want := range []string{"Title:           Справка о составе семьи", "A4", "Producer:        Okno"} {
			if !strings.Contains(info, want) {
				t.Errorf("%s: %q is not in %s", name, want, info)
			}
		}
	}
	if !bytes.Contains(write(t, certificate()), []byte("/Lang (ru)")) {
		t.Error("no language")
	}
}

// TestNothingOverlaps takes the box of each word: inside the page's margins, above the
// footer unless it belongs there, and on no other word.
func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	for _, d := range []pdf.Document{certificate(), long()} {
		out := tool(t, "pdftotext", "-bbox", save(t, write(t, d)), "-")
		pages := strings.Split(out, "<page ")[1:]
		for i, page := range pages {
			checkBoxes(t, i+1, page)
		}
		if last := fmt.Sprintf("<word .*>%d</word>\n</page>", len(pages)); !regexp.MustCompile(last).MatchString(strings.ReplaceAll(out, "  ", "")) {
			t.Errorf("the last page is not numbered %d", len(pages))
		}
	}
}

func checkBoxes(t *testing.T, page int, boxes string) {
	t.Helper()
	type box struct {
		x0, y0, x1, y1 float64
		word           string
	}
	var words []box
	for _, m := range regexp.MustCompile(`<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>`).FindAllStringSubmatch(boxes, -1) {
		var b box
		if _, err := fmt.Sscan(strings.Join(m[1:5], " "), &b.x0, &b.y0, &b.x1, &b.y1); err != nil {
			t.Fatal(err)
		}
		b.word = m[5]
		words = append(words, b)
		if b.x0 < 62 || b.x1 > 595.3-62 || b.y0 < 50 || b.y1 > 841.9-28 {
			t.Errorf("page %d: %q runs out of the margins: %+v", page, b.word, b)
		}
	}
	for i, a := range words {
		for _, b := range words[i+1:] {
			// Boxes have the font's full height, which is more than a line's distance.
			if a.x0 < b.x1-0.5 && b.x0 < a.x1-0.5 && a.y0 < b.y1-5 && b.y0 < a.y1-5 {
				t.Errorf("page %d: %q lies on %q", page, a.word, b.word)
			}
		}
	}
}

func TestCodeIsReadOffPaper(t *testing.T) {
	t.Parallel()
	for _, d := range []pdf.Document{certificate(), long()} {
		image := filepath.Join(t.TempDir(), "page")
		path := save(t, write(t, d))
		tool(t, "pdftoppm", "-r", "110", "-png", path, image)
		pages, err := filepath.Glob(image + "*")
		if err != nil || len(pages) == 0 {
			t.Fatal("no pages")
		}
		if got := strings.TrimSpace(tool(t, "zbarimg", "-q", "--raw", pages[len(pages)-1])); got != d.CheckURL {
			t.Errorf("read %q", got)
		}
	}
}

func TestUnknownSignsAreShown(t *testing.T) {
	t.Parallel()
	d := pdf.Document{Lang: "en", Heading: "Names", Sections: []pdf.Section{{Rows: []pdf.Row{
		{"Arabic", "محمد"},
		{"Emoji", "a😀b"},
		{"Broken", "a\xffb"},
		{"Control", "a\x00\u200bb"},
		{"Combined", "Йод Е\u0308ж"},
		{"Edge", "\uffff\U00010000"},
	}}}}
	text := tool(t, "pdftotext", "-layout", save(t, write(t, d)), "-")
	for _, want := range []string{"◊◊◊◊", "a◊b", "ab", "Йод Ёж"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
}

func TestTooLongAddressIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := writer(t).Write(pdf.Document{Lang: "ru", CheckURL: strings.Repeat("a", 3000)}); err == nil {
		t.Error("no QR code holds 3000 bytes")
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("Справка", "Очень длинное значение", "https://okno.example/1")
	f.Add("\xff\U0010ffff", "\n\n \t", "")
	w := writer(f)
	f.Fuzz(func(t *testing.T, heading, value, url string) {
		if len(value) > 5000 || len(url) > 500 {
			return
		}
		d := pdf.Document{
			Lang: "ru", Heading: heading, CheckURL: url,
			Sections: []pdf.Section{{Paragraphs: []string{value}, Rows: []pdf.Row{{heading, value}}}},
		}
		if file, err := w.Write(d); err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) {
			t.Fatal(err)
		}
	})
}

func BenchmarkWrite(b *testing.B) {
	w, d := writer(b), certificate()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := w.Write(d); err != nil {
			b.Fatal(err)
		}
	}
}
