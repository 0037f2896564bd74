package cases

import (
	"context"
	"time"

	"okno/internal/forms"
)

// Earlier are the answers of the actor's own last application for the service,
// nil for none, and when it was sent: a new one may be filled in from them.
func (c *Cases) Earlier(ctx context.Context, _, serviceID string) (forms.Answers, time.Time, error) {
	page, err := c.List(ctx, ListFilter{Service: serviceID, Limit: 1})
	if err != nil || len(page.Rows) == 0 {
		return nil, time.Time{}, err
	}
	card, err := c.Mine(ctx, page.Rows[0].Number)
	if err != nil || card.Child != nil { // what was said of a child is not said of the parent
		return nil, time.Time{}, err
	}
	return card.result.Submission(), page.Rows[0].SubmittedAt.Time(), nil
}
