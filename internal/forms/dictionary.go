package forms

import (
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"
)

// Dictionaries are the lists from which fields of the kind dictionary choose:
// countries, regions, codes of income. The engine needs only Entry; whoever shows
// a page also uses Dictionary.Search.
type Dictionaries interface {
	// Entry finds an entry by its code, or by its words in either language.
	Entry(dictionary, codeOrWords string) (Entry, bool)
}

// Entry is one line of a dictionary.
type Entry struct {
	Code string `key:"code,required" format:"entry" doc:"What is stored; never changes."`
	Text Text   `key:"text,required" doc:"What people see."`
	At   Pos    `key:"-"`

	keys [2]string // words of each language, folded
}

// Dictionary is a list of entries: a file dictionaries/<id>.yaml beside the
// services.
type Dictionary struct {
	ID      string  `key:"id,required" format:"code" doc:"The name of the file."`
	Title   Text    `key:"title,required" doc:"What it is a list of."`
	Entries []Entry `key:"entries,required" doc:"The entries, in the order in which they are offered."`

	byKey map[string]int
}

// Shelf is a set of dictionaries by id. It is never changed after LoadDictionaries.
type Shelf map[string]*Dictionary

// Entry implements Dictionaries.
func (s Shelf) Entry(dictionary, codeOrWords string) (Entry, bool) {
	d := s[dictionary]
	if d == nil {
		return Entry{}, false
	}
	i, ok := d.byKey[codeOrWords]
	if !ok {
		i, ok = d.byKey["="+folded(codeOrWords)]
	}
	if !ok {
		return Entry{}, false
	}
	return d.Entries[i], true
}

// SearchedFrom is how many entries are still offered as a list; more are searched
// while typing.
const SearchedFrom = 30

// Big reports whether the dictionary is searched while typing.
func (d *Dictionary) Big() bool { return len(d.Entries) > SearchedFrom }

// Search finds up to limit entries which hold the words, those that begin with
// them first; nothing typed gives the first ones.
func (d *Dictionary) Search(words string, lang Lang, limit int) []Entry {
	needle := folded(words)
	var first, then []Entry
	for _, e := range d.Entries {
		key := e.keys[0]
		if lang == EN {
			key = e.keys[1]
		}
		switch {
		case strings.HasPrefix(key, needle) || e.Code == words:
			first = append(first, e)
		case strings.Contains(key, needle):
			then = append(then, e)
		}
		if len(first) >= limit {
			break
		}
	}
	first = append(first, then...)
	return first[:min(limit, len(first))]
}

// folded makes words comparable: small letters, ё as е, single spaces.
func folded(s string) string {
	s = strings.ToLower(strings.Map(visible, s))
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "ё", "е")), " ") // data: letters of Russian
}

// LoadDictionaries reads dictionaries/*.yaml below the folder of the services; no
// such folder is no fault.
func LoadDictionaries(fsys fs.FS, dir string) (Shelf, []Fault) {
	folder := path.Join(cmpHint(dir, "."), "dictionaries")
	entries, err := fs.ReadDir(fsys, folder)
	if err != nil {
		return Shelf{}, nil
	}
	shelf := Shelf{}
	var all []Fault
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".yaml" {
			continue
		}
		d, faults := loadDictionary(fsys, path.Join(folder, e.Name()))
		all = append(all, faults...)
		if len(faults) == 0 {
			shelf[d.ID] = d
		}
	}
	return shelf, all
}

func loadDictionary(fsys fs.FS, file string) (*Dictionary, []Fault) {
	d := &Dictionary{}
	fs := readFile(fsys, file, reflect.ValueOf(d).Elem())
	if name := strings.TrimSuffix(path.Base(file), ".yaml"); len(fs.list) == 0 && d.ID != name {
		fs.add(top, "id", "they must be the same", "id is %q but the file is %q", d.ID, name)
	}
	d.byKey = make(map[string]int, 3*len(d.Entries))
	for i := range d.Entries {
		d.note(i, fs)
	}
	return d, fs.sorted()
}

// note makes an entry findable by code and words.
func (d *Dictionary) note(i int, fs *faults) {
	e := &d.Entries[i]
	e.keys = [2]string{folded(e.Text.RU), folded(e.Text.EN)}
	if _, twice := d.byKey[e.Code]; twice {
		fs.add(e.At, "id", "give one of them another code", "entry %q stands twice", e.Code)
	}
	d.byKey[e.Code] = i
	for _, key := range e.keys {
		if _, taken := d.byKey["="+key]; !taken {
			d.byKey["="+key] = i
		}
	}
}

// readFile decodes a YAML file of the language into a value of one of its types.
func readFile(fsys fs.FS, file string, into reflect.Value) *faults {
	out := &faults{file: file}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		out.add(top, "missing", err.Error(), "the file can't be read")
		return out
	}
	if root := parseYAML(data, out); root != nil {
		newDecoder(out, strings.Split(string(data), "\n")).value(root, into, tags{})
	}
	return out
}

// names are the ids of the dictionaries.
func (s Shelf) names() []string {
	var out []string
	for id := range s {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
