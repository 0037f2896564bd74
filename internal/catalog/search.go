package catalog

import (
	"context"
	"strings"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"

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

// index finds services by words. It is made anew for each shelf.
type index struct {
	mu     sync.RWMutex // a search holds it for reading, so that close waits
	bleve  bleve.Index
	words  *dictionary
	stems  *analyser
	closed bool
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

func newIndex(services []*forms.Service, g *Guide) (*index, error) {
	stems, err := newAnalyser()
	if err != nil {
		return nil, err
	}
	m, err := indexMapping()
	if err != nil {
		return nil, err
	}
	b, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, err
	}
	x := &index{bleve: b, words: newDictionary(), stems: stems}
	for _, s := range services { // names and keywords stand in their plainest form
		x.learn(append(append([]string{}, s.Keywords.RU...), s.Title.RU))
	}
	batch := b.NewBatch()
	for _, s := range services {
		if err := batch.Index(s.ID, x.document(s, g)); err != nil {
			return nil, err
		}
	}
	x.words.finish()
	return x, b.Batch(batch)
}

// indexMapping takes stems as they are, apart by spaces, and stores nothing.
func indexMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	err := m.AddCustomAnalyzer("stems", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name})
	if err != nil {
		return nil, err
	}
	m.DefaultAnalyzer = "stems"
	m.StoreDynamic, m.DocValuesDynamic = false, false
	return m, nil
}

func (x *index) document(s *forms.Service, g *Guide) map[string]any {
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
	doc := map[string]any{}
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

func (x *index) stemmed(texts []string) string {
	var b strings.Builder
	for _, t := range x.stems.terms(strings.Join(texts, " ")) {
		x.words.add(t)
		b.WriteString(t.stem)
		b.WriteByte(' ')
	}
	return b.String()
}

func (x *index) close() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.closed = true
	_ = x.bleve.Close()
}

// find searches the shelf; an empty query gives all services that fit.
func (s *shelf) find(ctx context.Context, q string, f Filter) (Found, error) {
	q = shorten(q)
	if q == "" {
		return Found{Hits: s.all(f)}, nil
	}
	x, err := s.index()
	if err != nil {
		return Found{}, err
	}
	words, read := x.read(q)
	if len(words) == 0 {
		return Found{}, nil
	}
	found := Found{Read: read}
	ids, scores, err := x.search(ctx, words)
	for i, id := range ids {
		if service := s.byID[id]; service != nil && f.fits(service) {
			found.Hits = append(found.Hits, Hit{service, scores[i]})
		}
	}
	return found, err
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

// search gives ids, best first; half of the words must be found at least.
func (x *index) search(ctx context.Context, words []means) (ids []string, scores []float64, err error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.closed {
		return nil, nil, bleve.ErrorIndexClosed
	}
	var all []query.Query
	for _, m := range words {
		all = append(all, m.query())
	}
	must := bleve.NewDisjunctionQuery(all...)
	must.SetMin(float64((len(all) + 1) / 2))
	out, err := x.bleve.SearchInContext(ctx, bleve.NewSearchRequestOptions(must, 1000, 0, false))
	if err != nil {
		return nil, nil, err
	}
	for _, h := range out.Hits {
		if h.Score < out.Hits[0].Score*tail {
			break
		}
		ids, scores = append(ids, h.ID), append(scores, h.Score)
	}
	return ids, scores, nil
}

func (m means) query() query.Query {
	if len(m.stems) == 0 {
		return bleve.NewMatchNoneQuery()
	}
	var fields []query.Query
	for _, stem := range m.stems {
		for _, w := range weights() {
			t := bleve.NewTermQuery(stem)
			t.SetField(w.field)
			t.SetBoost(w.boost * m.boost)
			fields = append(fields, t)
		}
	}
	return bleve.NewDisjunctionQuery(fields...)
}
