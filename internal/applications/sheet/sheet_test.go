package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

func TestCSVAsPeopleSaveIt(t *testing.T) {
	t.Parallel()
	want := []Line{{1, []string{"Имя", "Год"}}, {3, []string{"Анна; я", "1990"}}}
	windows, err := charmap.Windows1251.NewEncoder().Bytes([]byte("Имя;Год\r\n;\r\n\"Анна; я\";1990\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"utf8 ;": []byte("Имя;Год\n;\n\"Анна; я\";1990\n"), "bom ,": []byte("\ufeffИмя,Год\n,\n\"Анна; я\",1990"), "1251": windows,
		"tab": []byte("Имя\tГод\n\t\n\"Анна; я\"\t1990\n"),
	} {
		got, err := Read(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestWhatIsGuardedComesBack(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"телефон", "сумма"}, {"+79131234567", "-5"}}
	raw, err := CSV(rows)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "'+7913") {
		t.Errorf("a spreadsheet would take it for a formula: %s", raw)
	}
	got, err := Read(raw)
	if err != nil || got[1].Cells[0] != "+79131234567" || got[1].Cells[1] != "-5" {
		t.Errorf("%v %v", got, err)
	}
}

// book is a workbook of the library, changed by f.
func bookOf(t testing.TB, f func(x *excelize.File)) []byte {
	t.Helper()
	x := excelize.NewFile()
	defer func() { _ = x.Close() }()
	f(x)
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	raw := bookOf(t, func(x *excelize.File) {
		for at, v := range map[string]any{"A1": "Имя", "C1": "День", "A3": "Анна", "B3": 7.5, "D3": true, "B4": 12345678901.0} {
			if err := x.SetCellValue("Sheet1", at, v); err != nil {
				t.Fatal(err)
			}
		}
		style, err := x.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(x.SetCellValue("Sheet1", "C3", 33007), x.SetCellStyle("Sheet1", "C3", "C3", style)); err != nil {
			t.Fatal(err)
		}
	})
	got, err := Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	want := []Line{{1, []string{"Имя", "", "День"}}, {3, []string{"Анна", "7.5", "14.05.1990", "yes"}}, {4, []string{"", "12345678901"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// packed is a hand-made archive.
func packed(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range parts {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(body))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// simple are the parts of a workbook with the sheet.
func simple(sheet string) map[string]string {
	return map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="http://r"><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   sheet,
	}
}

func with(parts map[string]string, name, body string) map[string]string {
	parts[name] = body
	return parts
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxCell+1)
	for name, x := range map[string]struct {
		raw  []byte
		want error
	}{
		"formula": {bookOf(t, func(x *excelize.File) {
			if err := x.SetCellFormula("Sheet1", "B2", "=1+1"); err != nil {
				t.Fatal(err)
			}
		}), ErrFormula},
		"merged": {bookOf(t, func(x *excelize.File) {
			if err := errors.Join(x.SetCellStr("Sheet1", "A1", "x"), x.MergeCell("Sheet1", "A1", "B1")); err != nil {
				t.Fatal(err)
			}
		}), ErrMerged},
		"macros":       {packed(t, with(simple("<sheetData/>"), "xl/vbaProject.bin", "x")), ErrMacros},
		"old format":   {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ErrOld},
		"no archive":   {[]byte("PK\x03\x04 and nothing"), ErrFormat},
		"other zip":    {packed(t, map[string]string{"a.txt": "x"}), ErrFormat},
		"bomb":         {packed(t, simple("<worksheet>"+strings.Repeat(" ", maxUnpacked+10)+"</worksheet>")), ErrHuge},
		"million rows": {packed(t, simple("<worksheet><sheetData>"+strings.Repeat(`<row><c t="inlineStr"><is><t>x</t></is></c></row>`, 1_000_000)+"</sheetData></worksheet>")), ErrRows},
		"entities":     {packed(t, simple(`<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>`)), ErrFormat},
		"far column":   {packed(t, simple(`<worksheet><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>`)), ErrColumns},
		"string index": {packed(t, simple(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData></worksheet>`)), ErrFormat},
		"long cell":    {packed(t, simple(`<worksheet><sheetData><row><c t="inlineStr"><is><t>`+long+`</t></is></c></row></sheetData></worksheet>`)), ErrCell},
		"empty":        {packed(t, simple(`<worksheet><sheetData/></worksheet>`)), ErrEmpty},
		"csv formula":  {[]byte("a;b\n1;=cmd|' /C calc'!A0\n"), ErrFormula},
		"csv rows":     {[]byte(strings.Repeat("a;b\n", 1_000_000)), ErrRows},
		"csv cell":     {[]byte("a;" + long), ErrCell},
		"csv columns":  {[]byte(strings.Repeat("a;", MaxColumns+1)), ErrColumns},
		"csv empty":    {[]byte(" ; \n"), ErrEmpty},
		"binary":       {[]byte("a\x00b"), ErrFormat},
		"large":        {bytes.Repeat([]byte("a"), MaxBytes+1), ErrHuge},
	} {
		if _, err := Read(x.raw); !errors.Is(err, x.want) {
			t.Errorf("%s: %v, not %v", name, err, x.want)
		}
	}
}

func TestNamesOfCells(t *testing.T) {
	t.Parallel()
	for column, want := range map[int]string{0: "A7", 25: "Z7", 26: "AA7", 701: "ZZ7", 702: "AAA7"} {
		if got := Name(column, 7); got != want {
			t.Errorf("%d: %s", column, got)
		}
		if got := columnOf(want); got != column {
			t.Errorf("%s: %d", want, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("Имя;Год\n\"Анна\";1990\n"))
	f.Add([]byte("\ufeffa,b\r\n\"x"))
	f.Add(packed(f, simple(`<worksheet><sheetData><row r="2"><c r="B2" s="1"><v>33007.5</v></c></row></sheetData></worksheet>`)))
	f.Add(bookOf(f, func(x *excelize.File) { _ = x.SetCellStr("Sheet1", "A1", "x") }))
	f.Fuzz(func(t *testing.T, raw []byte) {
		lines, err := Read(raw)
		if err != nil {
			return
		}
		for i, l := range lines {
			if len(l.Cells) > MaxColumns || l.Number < 1 || i > 0 && l.Number <= lines[i-1].Number && raw[0] == 'P' {
				t.Fatalf("line %d: %s", i, strconv.Quote(strings.Join(l.Cells, "|")))
			}
		}
	})
}
