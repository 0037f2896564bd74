package profile

import "context"

// Purge clears away old registrations at once.
func (p *Profile) Purge(ctx context.Context) error { return p.purge(ctx) }

// Mark is the owner's mark as of now.
func (p *Profile) Mark(ctx context.Context, owner string) (int64, error) {
	return p.marks.Of(ctx, owner)
}
