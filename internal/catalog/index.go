package catalog

import (
	"cmp"
	"math"
	"slices"
)

// inverted is a search index in memory: which documents hold a stem in which
// field, and how much it means there. Scores are TF-IDF with the length of the
// field and the share of the words found, as in Lucene's classic similarity. It
// is made once and then only read.
type inverted struct {
	ids    []string
	fields map[string]map[string][]posting // field → stem → documents
}

// posting is a stem in one field of one document.
type posting struct {
	doc    int
	weight float64 // √ of how often it stands there, by √ of the field's length
}

func newInverted() *inverted {
	return &inverted{fields: map[string]map[string][]posting{}}
}

// add takes a document: its fields as lists of stems.
func (x *inverted) add(id string, fields map[string][]string) {
	doc := len(x.ids)
	x.ids = append(x.ids, id)
	for name, stems := range fields {
		if x.fields[name] == nil {
			x.fields[name] = map[string][]posting{}
		}
		times := map[string]int{}
		for _, s := range stems {
			times[s]++
		}
		for s, n := range times {
			w := math.Sqrt(float64(n)) / math.Sqrt(float64(len(stems)))
			x.fields[name][s] = append(x.fields[name][s], posting{doc, w})
		}
	}
}

// clause is one word of a query: the stems that it may stand for.
func (x *inverted) clause(m means) map[int]float64 {
	sums, found := map[int]float64{}, map[int]int{}
	total := 0
	for _, stem := range m.stems {
		for _, w := range weights() {
			total++
			list := x.fields[w.field][stem]
			if len(list) == 0 {
				continue
			}
			idf := 1 + math.Log(float64(len(x.ids))/float64(len(list)+1))
			for _, p := range list {
				sums[p.doc] += p.weight * idf * idf * w.boost * m.boost
				found[p.doc]++
			}
		}
	}
	for doc := range sums {
		sums[doc] *= float64(found[doc]) / float64(total)
	}
	return sums
}

// scored is a document that was found.
type scored struct {
	id    string
	score float64
}

// search gives the documents that hold at least so many of the words, best first.
func (x *inverted) search(words []means, least int) []scored {
	sums, found := map[int]float64{}, map[int]int{}
	for _, m := range words {
		for doc, score := range x.clause(m) {
			sums[doc] += score
			found[doc]++
		}
	}
	var out []scored
	for doc, score := range sums {
		if found[doc] >= least {
			out = append(out, scored{x.ids[doc], score * float64(found[doc]) / float64(len(words))})
		}
	}
	slices.SortFunc(out, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return out
}
