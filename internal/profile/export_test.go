package profile

import "context"

// Purge clears away old registrations at once.
func (p *Profile) Purge(ctx context.Context) error { return p.purge(ctx) }
