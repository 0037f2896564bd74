package factor

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"okno/internal/identity"
)

// code is a code that is sent to the account's phone or e-mail address. kind is
// the channel, too.
type code struct {
	*Room
	kind string
}

// Name is the channel.
func (c *code) Name() string { return c.kind }

// Held is false: what is sent may be read by others.
func (c *code) Held() bool { return false }

// Ways is the contact, if there is one.
func (c *code) Ways(_ context.Context, a identity.Account, rows []Row) ([]identity.Way, error) {
	w := identity.Way{Ref: c.kind, Kind: c.kind, Hint: identity.MaskPhone(a.Phone)}
	if c.kind == KindEmail {
		w.Hint = identity.MaskEmail(a.Email)
	}
	if w.Hint == "" {
		return nil, nil
	}
	if len(rows) > 0 {
		w.UsedAt = rows[0].UsedAt
	}
	return []identity.Way{w}, nil
}

// Begin sends a code.
func (c *code) Begin(ctx context.Context, p Proof) (identity.Asked, error) {
	if err := c.SendCode(ctx, identity.CodeTo(p.Account, c.kind, p.Purpose)); err != nil {
		return identity.Asked{}, err
	}
	wait, err := c.Wait(ctx, p)
	return identity.Asked{Resend: wait}, err
}

// Wait is the pause between two codes.
func (c *code) Wait(ctx context.Context, p Proof) (time.Duration, error) {
	return c.CodePause(ctx, p.Purpose, p.Account.ID, c.kind)
}

// Check takes any of the unexpired codes.
func (c *code) Check(ctx context.Context, p Proof, answer identity.Answer) (string, identity.Step, error) {
	return c.kind, nil, c.CheckCode(ctx, p.Purpose, p.Account.ID, c.kind, answer.Code)
}

// Form asks for the code.
func (c *code) Form(v identity.FormView) templ.Component { return sentForm(v) }
