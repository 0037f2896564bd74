package ui

import (
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// numbers are those that people read as one: of applications as kit/id makes them
// (three groups of four digits), insurance numbers, phones.
var numbers = regexp.MustCompile(`\b\d{4}-\d{4}-\d{4}\b|\b\d{3}-\d{3}-\d{3} \d{2}\b|(?:\+7|\b8) \d{3} \d{3}-\d{2}-\d{2}\b`)

type piece struct {
	text   string
	number bool
}

// pieces cuts a text into the numbers and what is between them.
func pieces(text string) []piece {
	if !strings.Contains(text, "-") { // each of them has one, and most texts have none
		return []piece{{text: text}}
	}
	var out []piece
	for {
		at := numbers.FindStringIndex(text)
		if at == nil {
			break
		}
		if at[0] > 0 {
			out = append(out, piece{text: text[:at[0]]})
		}
		out = append(out, piece{text: text[at[0]:at[1]], number: true})
		text = text[at[1]:]
	}
	if text != "" {
		out = append(out, piece{text: text})
	}
	return out
}

// Numbers shows a text in which numbers do not break at their hyphens and spaces
// at the end of a line; what is copied stays as it is. Texts of parts do so by
// themselves.
func Numbers(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for _, p := range pieces(text) {
			shown := templ.EscapeString(p.text)
			if p.number {
				shown = `<span class="okno-nowrap">` + shown + `</span>`
			}
			if _, err := io.WriteString(w, shown); err != nil {
				return err
			}
		}
		return nil
	})
}
