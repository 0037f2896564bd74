package profile

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"okno/internal/kit/i18n"
)

//go:embed texts/*.txt
var textFiles embed.FS

// ConsentKind is what is agreed to: each kind is a document of its own.
type ConsentKind string

// The kinds of consent. Since 01.09.2025 a consent to the processing of
// personal data must be separate from any other document (152-ФЗ, 156-ФЗ).
const (
	ConsentTerms        ConsentKind = "terms"
	ConsentPersonalData ConsentKind = "personal_data"
)

// ConsentKinds are all kinds, in the order of pages.
func ConsentKinds() []ConsentKind { return []ConsentKind{ConsentTerms, ConsentPersonalData} }

func (k ConsentKind) known() bool { return slices.Contains(ConsentKinds(), k) }

// document is one version of a text in one language: its first line is the
// title, a line that begins with # a heading, each other line a paragraph.
type document struct {
	Version    string
	Title      string
	Paragraphs []paragraph
}

type paragraph struct {
	Heading bool
	Text    string
}

// documents are all versions that were ever agreed to: files
// texts/<kind>.<version>.<lang>.txt, versions in the order of their names.
type documents struct {
	all      map[ConsentKind]map[string]map[string]document // kind → version → lang
	versions map[ConsentKind][]string
}

func loadDocuments() (*documents, error) {
	d := &documents{all: map[ConsentKind]map[string]map[string]document{}, versions: map[ConsentKind][]string{}}
	files, err := fs.Glob(textFiles, "texts/*.txt")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		if err := d.load(name); err != nil {
			return nil, err
		}
	}
	for _, kind := range ConsentKinds() {
		for _, version := range d.versions[kind] {
			if len(d.all[kind][version]) != len(i18n.Langs()) {
				return nil, fmt.Errorf("text %s %s is not there in every language", kind, version)
			}
		}
		if len(d.versions[kind]) == 0 {
			return nil, fmt.Errorf("text of consent %s is missing", kind)
		}
	}
	return d, nil
}

func (d *documents) load(name string) error {
	raw, err := textFiles.ReadFile(name)
	if err != nil {
		return err
	}
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(name, "texts/"), ".txt"), ".")
	if len(parts) != 3 || !ConsentKind(parts[0]).known() || !i18n.Known(parts[2]) {
		return fmt.Errorf("text %s: name must be kind.version.language.txt", name)
	}
	kind, version, lang := ConsentKind(parts[0]), parts[1], parts[2]
	if d.all[kind] == nil {
		d.all[kind] = map[string]map[string]document{}
	}
	if d.all[kind][version] == nil {
		d.all[kind][version] = map[string]document{}
		d.versions[kind] = append(d.versions[kind], version)
		slices.Sort(d.versions[kind])
	}
	d.all[kind][version][lang] = parseDocument(version, string(raw))
	return nil
}

func parseDocument(version, text string) document {
	d := document{Version: version}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case d.Title == "":
			d.Title = line
		default:
			heading, is := strings.CutPrefix(line, "#")
			d.Paragraphs = append(d.Paragraphs, paragraph{Heading: is, Text: strings.TrimSpace(heading)})
		}
	}
	return d
}

// current is the version that is agreed to now.
func (d *documents) current(kind ConsentKind) string {
	v := d.versions[kind]
	return v[len(v)-1]
}

// get is a version in a language, the current one for "".
func (d *documents) get(kind ConsentKind, version, lang string) (document, bool) {
	if version == "" {
		version = d.current(kind)
	}
	doc, ok := d.all[kind][version][lang]
	return doc, ok
}
