package cases

import (
	"context"
	"slices"
)

// News are the notices that an owner has not read, by what they speak of.
type News interface {
	// News tells of which refs there are some.
	News(ctx context.Context, owner string, refs ...string) (map[string]bool, error)
	// Seen marks those of the refs as read.
	Seen(ctx context.Context, owner string, refs ...string) error
}

// newsRef is what notices of a change name, ownRef those of what the owner has
// done: their own deed is no news to them.
func newsRef(caseID string) string { return "case:" + caseID }
func ownRef(caseID string) string  { return "own-case:" + caseID }

// noticeRef is what a notice about a deed names.
func noticeRef(caseID, what string) string {
	if slices.Contains([]string{string(Submit), string(Answered), string(Cancel)}, what) {
		return ownRef(caseID)
	}
	return newsRef(caseID)
}

// news marks the rows that have some: one question for a page of a list.
func (c *Cases) news(ctx context.Context, owner string, rows []Row) error {
	if c.News == nil || len(rows) == 0 {
		return nil
	}
	refs := make([]string, len(rows))
	for i := range rows {
		refs[i] = newsRef(rows[i].ID)
	}
	found, err := c.News.News(ctx, owner, refs...)
	for i := range rows {
		rows[i].News = found[refs[i]]
	}
	return err
}

// opened notes that the owner has looked at the case.
func (c *Cases) opened(ctx context.Context, k Case) error {
	if c.News == nil {
		return nil
	}
	return c.News.Seen(ctx, k.Owner, newsRef(k.ID), ownRef(k.ID))
}
