package forms

// Lang is the language of a text: "ru" or "en".
type Lang string

// The languages in which every service is written.
const (
	RU Lang = "ru"
	EN Lang = "en"
)

// Pos is a place in a service file; lines and columns count from 1, columns in
// characters. The zero value means that the place is not known.
type Pos struct {
	Line int `json:"line"`
	Col  int `json:"col"`
}

// Text is a text for people in both languages.
type Text struct {
	RU         string `key:"ru,required" doc:"The text in Russian."`
	EN         string `key:"en,required" doc:"The text in English."`
	Unverified bool   `key:"-"`
	At         Pos    `key:"-"`
}

// In is the text in the language, Russian for an unknown one.
func (t Text) In(lang Lang) string {
	if lang == EN {
		return t.EN
	}
	return t.RU
}

// IsZero reports whether nothing was written.
func (t Text) IsZero() bool { return t.RU == "" && t.EN == "" }

// WordLists are search words by language.
type WordLists struct {
	RU []string `key:"ru,required" doc:"Words in Russian: synonyms, everyday names, names of documents."`
	EN []string `key:"en,required" doc:"Words in English."`
}

// Template is a text with expressions in ${…}, filled in by In.
type Template struct {
	Text
	parts map[Lang][]part
	where map[Lang]place
}
