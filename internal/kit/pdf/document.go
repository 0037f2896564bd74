package pdf

import "time"

// Document is what is to be written. Every text is in the document's language, and
// whatever is empty is left out.
type Document struct {
	Lang     string    // "ru" or "en"
	Title    string    // of the file, as viewers show it; Heading when empty
	Issuer   string    // agency or portal, above the heading
	Heading  string    // such as «Справка о составе семьи»
	Number   string    // readable number of the document
	Date     time.Time // of the document; its own zone counts; also the file's date
	Sections []Section
	Stamp    *Stamp // what is said of the electronic signature
	CheckURL string // where the document can be checked: printed, linked, and as QR code
	Footer   string // small, on every page; two lines at most
}

// Section is a part of a document.
type Section struct {
	Heading    string
	Paragraphs []string // a line break is kept
	Rows       []Row    // after the paragraphs
}

// Row is a label with its value.
type Row struct {
	Label, Value string
}

// Stamp is the frame about the electronic signature: who signed, with what.
type Stamp struct {
	Heading string
	Lines   []string
}
