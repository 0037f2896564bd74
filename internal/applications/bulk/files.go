package bulk

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"okno/internal/applications/sheet"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
)

// Formats of files.
const (
	asXLSX = "xlsx"
	asCSV  = "csv"
)

// Template is an empty table of a service, as a file.
func (r *Room) Template(ctx context.Context, s *forms.Service, format string) ([]byte, error) {
	if format == asCSV {
		return sheet.CSV(r.head(ctx, s))
	}
	return r.workbook(ctx, s, r.head(ctx, s))
}

// Report is the table of the rows that can't be sent, as a file: with what is
// wrong in its last column, ready to be mended and handed in again.
func (r *Room) Report(ctx context.Context, batchID, format string) ([]byte, error) {
	b, rows, err := r.Rows(ctx, batchID)
	if err != nil {
		return nil, err
	}
	s, err := r.Service(b.ServiceID)
	if err != nil {
		return nil, err
	}
	lang := i18n.Lang(ctx)
	out := r.head(ctx, s)
	width := len(out[0])
	for _, x := range rows {
		if x.State != Bad {
			continue
		}
		line := make([]string, width)
		copy(line, x.Cells)
		// What is wrong stands in a row of its own, which is passed over later.
		said := []string{"# " + r.Texts.T(lang, "applications.bulk.report.row", "Row", x.Number) + ": " + said(x.Faults, lang)}
		out = append(out, said, line)
	}
	if format == asCSV {
		return sheet.CSV(out)
	}
	return r.workbook(ctx, s, out)
}

// said is all that is wrong with a row, in a line.
func said(faults []Fault, lang string) string {
	var all []string
	for _, f := range faults {
		text := f.Text.In(forms.Lang(lang))
		if column := f.Column.In(forms.Lang(lang)); column != "" {
			text = column + " — " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// workbook writes a table with its lists of choices. Everything is text: nothing
// is taken for a formula, and no zero is lost.
func (r *Room) workbook(ctx context.Context, s *forms.Service, rows [][]string) ([]byte, error) {
	lang := i18n.Lang(ctx)
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	name := r.Texts.T(lang, "applications.bulk.sheet")
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	for i, row := range rows {
		for j, text := range row {
			if err := f.SetCellStr(name, sheet.Name(j, i+1), text); err != nil {
				return nil, err
			}
		}
	}
	if err := r.styles(f, name, len(rows[0])); err != nil {
		return nil, err
	}
	if err := r.lists(f, name, s, lang, len(rows)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

func (r *Room) styles(f *excelize.File, name string, width int) error {
	last, _, _ := strings.Cut(sheet.Name(width-1, 1), "1")
	text := 49 // the format "@": text
	all, err := f.NewStyle(&excelize.Style{NumFmt: text})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{NumFmt: text, Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	small, err := f.NewStyle(&excelize.Style{NumFmt: text, Font: &excelize.Font{Size: 9, Color: "5F6B7A"}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	if err := f.SetColStyle(name, "A:"+last, all); err != nil {
		return err
	}
	if err := f.SetCellStyle(name, "A1", last+"1", bold); err != nil {
		return err
	}
	if err := f.SetCellStyle(name, "A2", last+"3", small); err != nil {
		return err
	}
	if err := f.SetColWidth(name, "A", last, 26); err != nil {
		return err
	}
	return f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 3, TopLeftCell: "A4", ActivePane: "bottomLeft"})
}

// lists lets a cell be chosen from what the form offers.
func (r *Room) lists(f *excelize.File, name string, s *forms.Service, lang string, rows int) error {
	for i, c := range layout(s) {
		var list []string
		switch c.Field.Kind {
		case "choice":
			list = options(c, lang)
		case "yesno", "consent":
			list = []string{r.Texts.T(lang, "applications.bulk.yes"), r.Texts.T(lang, "applications.bulk.no")}
		}
		// The format holds 255 characters, and parts them by commas.
		long := slices.ContainsFunc(list, func(x string) bool { return strings.Contains(x, ",") })
		if len(list) == 0 || long || len(strings.Join(list, ",")) > 250 {
			continue
		}
		column, _, _ := strings.Cut(sheet.Name(i+1, 1), "1")
		v := excelize.NewDataValidation(true)
		v.Sqref = column + "4:" + column + strconv.Itoa(max(rows, maxRows+3))
		if err := v.SetDropList(list); err != nil {
			return err
		}
		if err := f.AddDataValidation(name, v); err != nil {
			return err
		}
	}
	return nil
}
