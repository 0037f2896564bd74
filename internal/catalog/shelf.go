package catalog

import (
	"slices"
	"strings"
	"sync"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// shelf is what is offered at one moment. It is never changed.
type shelf struct {
	services []*forms.Service // by Russian title
	byID     map[string]*forms.Service
	guide    *Guide
	since    map[string]db.Time
	// index is made once, by the first search or beside the first pages: a
	// portal is ready before all its words are sorted.
	index func() *index
}

func newShelf(guide *Guide, services []*forms.Service) *shelf {
	s := &shelf{services: slices.Clone(services), byID: map[string]*forms.Service{}, guide: guide}
	slices.SortStableFunc(s.services, func(a, b *forms.Service) int { return strings.Compare(sortKey(a), sortKey(b)) })
	for _, service := range s.services {
		s.byID[service.ID] = service
	}
	s.index = sync.OnceValue(func() *index { return newIndex(s.services, guide) })
	return s
}

// sortKey puts Russian titles in the order of the alphabet: Unicode has it but
// for Ё. Tables for all the world's languages would weigh a megabyte.
func sortKey(s *forms.Service) string {
	return strings.ReplaceAll(strings.ToLower(s.Title.RU), "ё", "е\uffff")
}

// popular are the services named in the guide, those that exist.
func (s *shelf) popular() []*forms.Service {
	var out []*forms.Service
	for _, id := range s.guide.Popular {
		if service := s.byID[id]; service != nil {
			out = append(out, service)
		}
	}
	return out
}

// Filter narrows the catalogue by codes; empty means any.
type Filter struct {
	Category, LifeEvent, Agency, Audience string
}

// IsZero reports whether nothing is narrowed.
func (f Filter) IsZero() bool { return f == Filter{} }

func (f Filter) fits(s *forms.Service) bool {
	return (f.Category == "" || slices.Contains(s.Categories, f.Category)) &&
		(f.LifeEvent == "" || slices.Contains(s.LifeEvents, f.LifeEvent)) &&
		(f.Agency == "" || s.Agency == f.Agency) &&
		(f.Audience == "" || slices.Contains(s.Audience, f.Audience))
}
