package ui

import "regexp"

// numbers are those that kit/id makes for people: three groups of four digits.
var numbers = regexp.MustCompile(`\b\d{4}-\d{4}-\d{4}\b`)

type piece struct {
	text   string
	number bool
}

// pieces cuts a text into the numbers of applications and what is between them.
func pieces(text string) []piece {
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
