package catalog

import (
	"strings"

	"okno/internal/forms"
)

// Hit is a found service; a higher score fits better.
type Hit struct {
	Service *forms.Service
	Score   float64
}

// Found is the outcome of a search.
type Found struct {
	Hits []Hit
	// Read is how the query was understood, where that is not how it was
	// written: another keyboard layout, a mended word. It is a query again.
	Read string
}

// index finds services by words. It is made anew for each shelf, and then only read.
type index struct {
	docs  *inverted
	words *dictionary
	stems *analyser
}

// weights are the fields of the index: how much more a word there means.
func weights() []weight {
	return []weight{{"title", 4}, {"keywords", 3}, {"short", 1.5}, {"events", 1.5}, {"what", 0.5}}
}

type weight struct {
	field string
	boost float64
}

// tail is the share of the best score below which a hit is only noise.
const tail = 0.12

// means is what a word of a query may stand for in the catalogue.
type means struct {
	stems []string
	boost float64
}

func newIndex(services []*forms.Service, g *Guide) *index {
	x := &index{docs: newInverted(), words: newDictionary(), stems: newAnalyser()}
	for _, s := range services { // names and keywords stand in their plainest form
		x.learn(append(append([]string{}, s.Keywords.RU...), s.Title.RU))
	}
	for _, s := range services {
		x.docs.add(s.ID, x.document(s, g))
	}
	x.words.finish()
	return x
}

func (x *index) document(s *forms.Service, g *Guide) map[string][]string {
	texts := map[string][]string{
		"title":    {s.Title.RU, s.Title.EN},
		"short":    {s.Short.RU, s.Short.EN},
		"keywords": append(append([]string{}, s.Keywords.RU...), s.Keywords.EN...),
	}
	for _, n := range s.Page.What {
		texts["what"] = append(texts["what"], n.Text.RU, n.Text.EN)
	}
	for _, code := range s.LifeEvents {
		texts["events"] = append(texts["events"], titles(g.LifeEvents, code)...)
	}
	for _, code := range s.Categories {
		texts["events"] = append(texts["events"], titles(g.Categories, code)...)
	}
	doc := map[string][]string{}
	for name, list := range texts {
		doc[name] = x.stemmed(list)
	}
	return doc
}

func titles(entries []Entry, code string) []string {
	if e := find(entries, code); e != nil {
		return []string{e.Title.RU, e.Title.EN}
	}
	return nil
}

func (x *index) learn(texts []string) {
	for _, t := range x.stems.terms(strings.Join(texts, " ")) {
		x.words.add(t)
	}
}

func (x *index) stemmed(texts []string) []string {
	var out []string
	for _, t := range x.stems.terms(strings.Join(texts, " ")) {
		x.words.add(t)
		out = append(out, t.stem)
	}
	return out
}

// find searches the shelf; an empty query gives all services that fit.
func (s *shelf) find(q string, f Filter) Found {
	q = shorten(q)
	if q == "" {
		return Found{Hits: s.all(f)}
	}
	x := s.index()
	words, read := x.read(q)
	if len(words) == 0 {
		return Found{}
	}
	found := Found{Read: read}
	for _, hit := range x.search(words) {
		if service := s.byID[hit.id]; service != nil && f.fits(service) {
			found.Hits = append(found.Hits, Hit{service, hit.score})
		}
	}
	return found
}

func (s *shelf) all(f Filter) []Hit {
	var out []Hit
	for _, service := range s.services {
		if f.fits(service) {
			out = append(out, Hit{Service: service})
		}
	}
	return out
}

// reading is one way to understand a query.
type reading struct {
	means  []means
	words  string // as words of the catalogue
	sense  int    // how well the words are known, in hundredths per word
	mended bool
}

// read chooses the reading of the query that makes most sense: as written, the
// same keys on the other layout, Russian in Latin letters. The second value is
// the reading in words, if it differs from what was written.
func (x *index) read(q string) ([]means, string) {
	best := x.reading(q)
	if best.sense < known*100 {
		for _, other := range otherWays(q) {
			if r := x.reading(other); r.sense > best.sense {
				best, best.mended = r, true
			}
		}
	}
	if !best.mended || best.sense == 0 {
		return best.means, ""
	}
	return best.means, best.words
}

func otherWays(q string) []string {
	if latin(q) && !cyrillic(q) {
		return []string{otherLayout(q), fromLatin(q)}
	}
	return []string{otherLayout(q)}
}

func (x *index) reading(q string) reading {
	terms := x.stems.terms(q)
	terms = terms[:min(len(terms), maxTerms)]
	var r reading
	var words []string
	for _, t := range terms {
		how, stems := x.words.know(t.stem)
		r.sense += how
		r.means = append(r.means, means{stems, []float64{0, 1, 4, 10}[how]})
		word := t.word
		if how == near {
			r.mended, word = true, x.words.words[stems[0]]
		}
		words = append(words, word)
	}
	if len(terms) > 0 {
		r.sense = r.sense * 100 / len(terms)
	}
	r.words = strings.Join(words, " ")
	return r
}

// search gives what holds half of the words at least, best first, without what
// is only noise.
func (x *index) search(words []means) []scored {
	all := x.docs.search(words, (len(words)+1)/2)
	for i, hit := range all {
		if hit.score < all[0].score*tail {
			return all[:i]
		}
	}
	return all
}
