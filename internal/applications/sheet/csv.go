package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"okno/internal/kit/formula"
)

// readCSV reads UTF-8, with or without a mark, and Windows-1251; the separator is
// the one that the first line has most of.
func readCSV(raw []byte) ([]Line, error) {
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	if !utf8.Valid(raw) {
		decoded, err := charmap.Windows1251.NewDecoder().Bytes(raw)
		if err != nil {
			return nil, ErrFormat.Wrap(err)
		}
		raw = decoded
	}
	r := csv.NewReader(bytes.NewReader(raw))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator(raw), -1, true
	var out []Line
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return filled(out)
		}
		if err != nil {
			return nil, ErrFormat.Wrap(err)
		}
		number, _ := r.FieldPos(0)
		if blank(cells) {
			continue
		}
		if len(out) >= maxLines {
			return nil, ErrRows
		}
		for i, c := range cells {
			if strings.HasPrefix(strings.TrimSpace(c), "=") {
				return nil, at(ErrFormula, Name(i, number))
			}
		}
		line, err := checked(Line{Number: number, Cells: cells})
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
}

func filled(lines []Line) ([]Line, error) {
	if len(lines) == 0 {
		return nil, ErrEmpty
	}
	return lines, nil
}

// separator is the likeliest one of the first line.
func separator(raw []byte) rune {
	head, _, _ := bytes.Cut(raw, []byte("\n"))
	best, most := ';', 0
	for _, s := range []rune{';', ',', '\t'} {
		if n := bytes.Count(head, []byte(string(s))); n > most {
			best, most = s, n
		}
	}
	return best
}

// CSV writes a table for spreadsheets: UTF-8 with a mark, semicolons, nothing
// that is taken for a formula.
func CSV(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = ';', true
	for _, row := range rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = formula.Guard(c)
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
