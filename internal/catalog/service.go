package catalog

import (
	"context"

	"okno/internal/forms"
	"okno/internal/kit/db"
)

// Services are all services on the shelf, by their Russian titles.
func (c *Catalog) Services() []*forms.Service { return c.shelf.Load().services }

// Service is the newest version of a service.
func (c *Catalog) Service(id string) (*forms.Service, bool) {
	s, ok := c.shelf.Load().byID[id]
	return s, ok
}

// Since is since when the service is offered without a break, 0 for one that is
// not. It begins anew when a service that was withdrawn has come back.
func (c *Catalog) Since(id string) db.Time { return c.shelf.Load().since[id] }

// Version is a version of a service, also one that is no longer offered: what a
// draft or an application began with. Errors: ErrNoVersion, or the database's.
func (c *Catalog) Version(ctx context.Context, id string, version int) (*forms.Service, error) {
	s, err := c.compiled(ctx, key{id, version})
	if err == nil && s == nil {
		err = ErrNoVersion
	}
	return s, err
}

// Categories are the categories in the order of pages.
func (c *Catalog) Categories() []Entry { return c.shelf.Load().guide.Categories }

// LifeEvents are the life events in the order of pages.
func (c *Catalog) LifeEvents() []Entry { return c.shelf.Load().guide.LifeEvents }

// Audiences are for whom there are services.
func (c *Catalog) Audiences() []Entry { return c.shelf.Load().guide.Audiences }

// Popular are the services of the home page.
func (c *Catalog) Popular() []*forms.Service { return c.shelf.Load().popular() }

// AgencyTitle is the agency's name for people; the code where it is not known.
func (c *Catalog) AgencyTitle(code, lang string) string {
	for _, a := range c.agencies {
		if a.Code == code {
			return a.Title.In(lang)
		}
	}
	return code
}

// Search finds services, best first; an empty query gives all that fit.
func (c *Catalog) Search(q string, f Filter) []Hit { return c.Find(q, f).Hits }

// Find is Search with what was understood of the query.
func (c *Catalog) Find(q string, f Filter) Found { return c.shelf.Load().find(q, f) }
