package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
	"time"
)

// Limits of a workbook: an archive may claim to be small and grow without end.
const (
	maxParts    = 200
	maxUnpacked = 64 << 20 // bytes of one part
	maxStrings  = 200_000
	maxStyles   = 10_000
)

// readXLSX reads the first sheet of a workbook (ECMA-376), as a stream: nothing is
// calculated, nothing outside of the file is looked at.
func readXLSX(raw []byte) ([]Line, error) {
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, ErrFormat.Wrap(err)
	}
	if len(z.File) > maxParts {
		return nil, ErrHuge
	}
	b := book{parts: map[string]*zip.File{}}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(f.Name, "/"))
		if strings.HasSuffix(name, ".bin") && strings.Contains(name, "vba") || strings.Contains(name, "macrosheets/") {
			return nil, ErrMacros
		}
		if f.UncompressedSize64 > maxUnpacked {
			return nil, ErrHuge
		}
		b.parts[name] = f
	}
	if b.parts["xl/workbook.xml"] == nil {
		return nil, ErrFormat
	}
	for _, step := range []func() error{b.readFirst, b.readStrings, b.readStyles, b.readSheet} {
		if err := step(); err != nil {
			return nil, plainFault(err)
		}
	}
	return filled(b.lines)
}

// plainFault makes what a decoder says ErrFormat, and leaves what we say.
func plainFault(err error) error {
	for _, known := range []error{ErrHuge, ErrRows, ErrColumns, ErrCell, ErrFormula, ErrMacros, ErrMerged, ErrFormat} {
		if errors.Is(err, known) {
			return err
		}
	}
	return ErrFormat.Wrap(err)
}

// book is a workbook while it is read.
type book struct {
	parts   map[string]*zip.File
	sheet   string // name of the part of the first sheet
	strings []string
	dates   []bool // by style: its cells are dates
	lines   []Line
}

// part walks through the elements of a part; a part that is not there has none.
func (b *book) part(name string, f func(d *xml.Decoder, e xml.StartElement) error) error {
	file := b.parts[name]
	if file == nil {
		return nil
	}
	r, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	d := xml.NewDecoder(&bounded{r, maxUnpacked})
	d.Strict = true
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.Directive:
			return ErrFormat // a document type has no place here, entities least of all
		case xml.StartElement:
			if err := f(d, t); err != nil {
				return err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// readFirst finds the part of the first sheet.
func (b *book) readFirst() error {
	first := ""
	err := b.part("xl/workbook.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "sheet" && first == "" {
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					first = a.Value
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = b.part("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attr(e, "Id") == first {
			target := strings.ToLower(attr(e, "Target"))
			if b.sheet = strings.TrimPrefix(target, "/"); !strings.HasPrefix(target, "/") {
				b.sheet = path.Join("xl", target)
			}
		}
		return nil
	})
	if err == nil && b.parts[b.sheet] == nil {
		err = ErrFormat
	}
	return err
}

// textOf gathers the texts of an element.
func textOf(d *xml.Decoder, e xml.StartElement) (string, error) {
	var x struct {
		T []string `xml:"t"`
		R []struct {
			T []string `xml:"t"`
		} `xml:"r"`
	}
	if err := d.DecodeElement(&x, &e); err != nil {
		return "", err
	}
	all := x.T
	for _, r := range x.R {
		all = append(all, r.T...)
	}
	return strings.Join(all, ""), nil
}

func (b *book) readStrings() error {
	return b.part("xl/sharedstrings.xml", func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		if len(b.strings) >= maxStrings {
			return ErrHuge
		}
		s, err := textOf(d, e)
		b.strings = append(b.strings, s)
		return err
	})
}

// readStyles learns which cells hold dates: their numbers are days.
func (b *book) readStyles() error {
	custom, inCells := map[string]bool{}, false
	return b.part("xl/styles.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			custom[attr(e, "numFmtId")] = isDateFormat(attr(e, "formatCode"))
		case "cellStyleXfs", "dxfs", "cellStyles":
			inCells = false
		case "cellXfs":
			inCells = true
		case "xf":
			if !inCells {
				return nil
			}
			if len(b.dates) >= maxStyles {
				return ErrHuge
			}
			n, _ := strconv.Atoi(attr(e, "numFmtId"))
			b.dates = append(b.dates, n >= 14 && n <= 17 || n == 22 || custom[attr(e, "numFmtId")])
		}
		return nil
	})
}

// isDateFormat reports whether a format of numbers writes days or years.
func isDateFormat(code string) bool {
	quoted := false
	for _, r := range strings.ToLower(code) {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && (r == 'd' || r == 'y'):
			return true
		}
	}
	return false
}

// cell is a cell as it is stored.
type cell struct {
	Ref     string    `xml:"r,attr"`
	Type    string    `xml:"t,attr"`
	Style   int       `xml:"s,attr"`
	Formula *struct{} `xml:"f"`
	Value   string    `xml:"v"`
	Inline  struct {
		T []string `xml:"t"`
		R []struct {
			T string `xml:"t"`
		} `xml:"r"`
	} `xml:"is"`
}

func (b *book) readSheet() error {
	number := 0
	return b.part(b.sheet, func(d *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "row":
			if number++; attr(e, "r") != "" {
				n, err := strconv.Atoi(attr(e, "r"))
				if err != nil || n < number {
					return ErrFormat
				}
				number = n
			}
			return b.begin(number)
		case "c":
			return b.cell(d, e, number)
		case "mergeCell":
			return at(ErrMerged, attr(e, "ref"))
		}
		return nil
	})
}

// begin adds a row, in place of one that has stayed empty.
func (b *book) begin(number int) error {
	b.tidy()
	if len(b.lines) >= maxLines {
		return ErrRows
	}
	b.lines = append(b.lines, Line{Number: number})
	return nil
}

func (b *book) tidy() {
	if n := len(b.lines); n > 0 && blank(b.lines[n-1].Cells) {
		b.lines = b.lines[:n-1]
	}
}

func (b *book) cell(d *xml.Decoder, e xml.StartElement, number int) error {
	if len(b.lines) == 0 {
		if err := b.begin(max(number, 1)); err != nil {
			return err
		}
	}
	var c cell
	if err := d.DecodeElement(&c, &e); err != nil {
		return err
	}
	line := &b.lines[len(b.lines)-1]
	column := columnOf(c.Ref)
	if c.Ref == "" {
		column = len(line.Cells)
	}
	if column < len(line.Cells) || column >= MaxColumns {
		return ErrColumns
	}
	if c.Formula != nil {
		return at(ErrFormula, Name(column, line.Number))
	}
	text, err := b.text(c)
	if err != nil || text == "" {
		return err
	}
	for len(line.Cells) < column {
		line.Cells = append(line.Cells, "")
	}
	line.Cells = append(line.Cells, text)
	if len(text) > maxCell {
		return at(ErrCell, Name(column, line.Number))
	}
	*line, err = checked(*line)
	return err
}

// text is what people see in the cell.
func (b *book) text(c cell) (string, error) {
	switch c.Type {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(c.Value))
		if err != nil || n < 0 || n >= len(b.strings) {
			return "", ErrFormat
		}
		return b.strings[n], nil
	case "inlineStr":
		all := c.Inline.T
		for _, r := range c.Inline.R {
			all = append(all, r.T)
		}
		return strings.Join(all, ""), nil
	case "b":
		if strings.TrimSpace(c.Value) == "1" {
			return "yes", nil
		}
		return "no", nil
	case "", "n":
		return b.number(c), nil
	}
	return c.Value, nil
}

// number is a number without an exponent; of a date its day.
func (b *book) number(c cell) string {
	n, err := strconv.ParseFloat(strings.TrimSpace(c.Value), 64)
	if err != nil || n > 1e15 || n < -1e15 {
		return c.Value
	}
	if c.Style >= 0 && c.Style < len(b.dates) && b.dates[c.Style] && n > 0 && n < 2_958_466 {
		// Days since 30 December 1899: ECMA-376 counts a 29 February 1900.
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(n)).Format("02.01.2006")
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}
