package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
)

// Grounds on which an agency suspends a case. The first is a stage of its own.
const (
	groundPayment = "payment"
	suspendMost   = 366 // days that a suspension lasts at most
)

// PauseGrounds are the codes of the grounds.
func PauseGrounds() []string {
	return []string{groundPayment, "documents", "registry", "inspection", "court", "other"}
}

// Suspension is why and until when a case stands still.
type Suspension struct {
	Ground string // one of PauseGrounds
	Words  string // for the person
	// Until is the day on which it goes on by itself, "" for not by itself.
	Until db.Date
}

// Suspend stops the agency's time on a ground. Errors: ErrMove, ErrTaken, ErrFields.
func (c *Cases) Suspend(ctx context.Context, d Deal, s Suspension) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, Suspend, err)
	}
	if !slices.Contains(PauseGrounds(), s.Ground) {
		return ErrFields.WithField("pause_ground", "applications.error.pause_ground")
	}
	words, err := needText(s.Words, "pause_words")
	if err != nil {
		return err
	}
	if err := c.checkUntil(k, s.Until); err != nil {
		return err
	}
	stage := Suspended
	if s.Ground == groundPayment {
		stage = Payment
	}
	return c.again(ctx, d, Suspend, c.move(ctx, k, change{
		deed: Suspend, side: side, key: d.once(Suspend), text: words, stage: stage,
		edit: func(row *casesdb.ApplicationsCase, _ db.Time) {
			row.PauseGround, row.ResumeOn = s.Ground, string(s.Until)
		},
	}))
}

func (c *Cases) checkUntil(k Case, until db.Date) error {
	if until == "" {
		return nil
	}
	day, err := time.Parse(time.DateOnly, string(until))
	if err != nil {
		return ErrFields.WithField("until", "applications.error.until")
	}
	today := c.Clock.Now().In(c.zone(k.Agency, k.Office))
	if until <= db.DateOf(today) || day.Sub(today) > suspendMost*24*time.Hour {
		return ErrFields.WithField("until", "applications.error.until")
	}
	return nil
}

// Resume lets a suspended case go on: what was left of its term is left again.
// Errors: ErrMove, ErrTaken.
func (c *Cases) Resume(ctx context.Context, d Deal) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, Resume, err)
	}
	return c.again(ctx, d, Resume, c.resume(ctx, k, side, d.once(Resume)))
}

func (c *Cases) resume(ctx context.Context, k Case, side Side, once string) error {
	if !k.Stage.Halted() {
		return ErrMove
	}
	return c.move(ctx, k, change{deed: Resume, side: side, key: once})
}

// resumeDue lets a case go on whose day has come; somebody may be faster.
func (c *Cases) resumeDue(ctx context.Context, k Case) error {
	err := c.resume(ctx, k, System, "")
	if errors.Is(err, ErrChanged) || errors.Is(err, ErrMove) {
		return nil
	}
	return err
}
