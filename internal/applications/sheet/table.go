package sheet

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"okno/internal/kit/formula"
)

// Limits of a table that people send.
const (
	MaxRows    = 1000    // rows with answers
	MaxColumns = 300     //
	MaxBytes   = 5 << 20 // of the file
	maxLines   = MaxRows + 50
	maxCell    = 32 << 10 // bytes of one cell
)

// Line is a row of a table with its number in the file, from 1.
type Line struct {
	Number int
	Cells  []string
}

// Read reads a table, whatever it is, without its empty rows. Errors: those of
// the package.
func Read(raw []byte) ([]Line, error) {
	switch {
	case len(raw) > MaxBytes:
		return nil, ErrHuge
	case bytes.HasPrefix(raw, []byte{0xd0, 0xcf, 0x11, 0xe0}):
		return nil, ErrOld
	case bytes.HasPrefix(raw, []byte("PK")):
		return readXLSX(raw)
	case bytes.IndexByte(raw, 0) >= 0:
		return nil, ErrFormat
	}
	return readCSV(raw)
}

// checked refuses cells that are too long or no clean text, and takes the mark
// away that keeps spreadsheets from taking a text for a formula.
func checked(l Line) (Line, error) {
	if len(l.Cells) > MaxColumns {
		return l, ErrColumns
	}
	for i, c := range l.Cells {
		if len(c) > maxCell || !utf8.ValidString(c) || strings.ContainsRune(c, 0) {
			return l, at(ErrCell, Name(i, l.Number))
		}
		l.Cells[i] = formula.Plain(c)
	}
	return l, nil
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// Name is the name of a cell: B7. column counts from 0, row from 1.
func Name(column, row int) string {
	letters := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters + strconv.Itoa(row)
}

// columnOf is the column of a cell's name, -1 for what is no name.
func columnOf(name string) int {
	n := 0
	for i := range len(name) {
		c := name[i]
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > 1<<14 {
			return -1
		}
	}
	return n - 1
}

// bounded gives an error where a reader holds more than it may.
type bounded struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, ErrHuge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}
