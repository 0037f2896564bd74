package desk

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// The parts of a workbook with one sheet (ECMA-376, SpreadsheetML and Open
// Packaging Conventions). A library for spreadsheets reads and writes all that
// they can hold, in every encoding: more than a megabyte of the program for
// these lines.
const (
	xlsxTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`
	xlsxRelations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"/></Relationships>`
	xlsxBook = `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` +
		`xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">` +
		`<sheets><sheet name="%s" sheetId="1" r:id="rId1"/></sheets></workbook>`
	xlsxSheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
		`<cols><col min="1" max="1" width="48" customWidth="1"/></cols><sheetData>%s</sheetData></worksheet>`
)

// workbook is one sheet; whole numbers are numbers, all else is text, so that
// nothing is taken for a formula.
func workbook(sheet string, head []string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	file := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", xlsxTypes},
		{"_rels/.rels", fmt.Sprintf(xlsxRelations, "officeDocument", "xl/workbook.xml")},
		{"xl/workbook.xml", fmt.Sprintf(xlsxBook, escaped(sheet))},
		{"xl/_rels/workbook.xml.rels", fmt.Sprintf(xlsxRelations, "worksheet", "worksheets/sheet1.xml")},
		{"xl/worksheets/sheet1.xml", fmt.Sprintf(xlsxSheet, cells(append([][]string{head}, rows...)))},
	} {
		w, err := file.Create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(xml.Header + part.text)); err != nil {
			return nil, err
		}
	}
	err := file.Close()
	return b.Bytes(), err
}

// cells are the rows; what stands in the first row or column is a name, also
// when it looks like a number.
func cells(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("<row>")
		for j, text := range row {
			plain := strings.NewReplacer("\u00a0", "", "\u202f", "").Replace(text)
			if n, err := strconv.Atoi(plain); err == nil && i > 0 && j > 0 {
				fmt.Fprintf(&b, "<c><v>%d</v></c>", n)
			} else {
				b.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">` + escaped(text) + "</t></is></c>")
			}
		}
		b.WriteString("</row>")
	}
	return b.String()
}

// escaped is text for XML; characters that XML forbids become U+FFFD.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}
