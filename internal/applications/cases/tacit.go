package cases

import (
	"context"
	"errors"

	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/secret"
)

// tacit reports whether the law grants what the service gives when nobody has
// decided in time.
func (c *Cases) tacit(ctx context.Context, k Case) (bool, error) {
	s, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return false, ErrService.Wrap(err)
	}
	return s.Tacit, nil
}

// grant issues the result of a case whose term is over without a decision.
// Whoever decides at the same moment may be faster: one of the two counts.
func (c *Cases) grant(ctx context.Context, k Case) error {
	if _, ok := Step(k.Status, Tacit, System); !ok {
		return nil
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	result, err := c.result(ctx, key, k)
	if err != nil {
		return err
	}
	words := c.Texts.T(i18n.RU, "applications.tacit.words", "Deadline", i18n.DateISO(i18n.RU, string(k.Due.Date)))
	err = c.move(ctx, k, change{deed: Tacit, side: System, edit: decision(key, k, words, ""), also: func(ctx context.Context, tx *db.Tx) error {
		_, err := c.Vault.Issue(ctx, tx, result)
		return err
	}})
	if err != nil {
		c.Vault.Drop(ctx, result)
	}
	if errors.Is(err, ErrChanged) || errors.Is(err, ErrMove) {
		return nil
	}
	return err
}
