package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/errs"
	"okno/internal/kit/i18n"
	"okno/internal/kit/job"
	"okno/internal/kit/secret"
	"okno/internal/notify"
)

// tellChain is the job that writes to a citizen that their case is late on its
// way, or that it has arrived after all.
type tellChain struct {
	lateKey
	Arrived bool `json:"arrived,omitempty"`
}

// Kind is the name of the job.
func (tellChain) Kind() string { return "applications.chain_tell" }

const (
	toldLate = "late"
	toldVoid = "void" // nothing was said, as the hop was made meanwhile
	toldCame = "arrived"
	// tellPause is how long the news of an arrival waits for that of the delay.
	tellPause = 20 * time.Second
	// tellGiveUp ends that: the person could not be written to.
	tellGiveUp = 24 * time.Hour
)

// tellChain writes once. The message of an arrival comes after that of the delay,
// and only where there was one.
func (c *Cases) tellChain(ctx context.Context, j tellChain) error {
	k, err := c.store.byID(ctx, j.Owner, j.Case)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if j.Arrived {
		return c.tellArrived(ctx, k, j.lateKey)
	}
	row, err := c.store.read().FindLate(ctx, casesdb.FindLateParams{AgencyID: j.Agency, Hop: string(j.Hop), CaseID: j.Case})
	if err != nil && !db.IsNone(err) {
		return db.Classify(err)
	}
	if err != nil || row.ClosedAt > 0 || int64(row.SinceAt) != j.Since || k.IsPart() {
		return c.DB.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := c.store.once(ctx, tx, k.ID, j.once(toldVoid))
			return err
		})
	}
	return c.write(ctx, k, j.once(toldLate), "late_"+string(j.Hop), "status")
}

func (c *Cases) tellArrived(ctx context.Context, k Case, late lateKey) error {
	said, err := c.store.used(ctx, k.ID, late.once(toldLate))
	if err != nil {
		return err
	}
	if said {
		return c.write(ctx, k, late.once(toldCame), "late_arrived", "status")
	}
	void, err := c.store.used(ctx, k.ID, late.once(toldVoid))
	if err != nil || void {
		return err
	}
	row, err := c.store.read().FindLate(ctx, casesdb.FindLateParams{AgencyID: late.Agency, Hop: string(late.Hop), CaseID: late.Case})
	if db.IsNone(err) || err == nil && c.Clock.Now().Sub(row.ClosedAt.Time()) > tellGiveUp {
		return nil
	}
	if err != nil {
		return db.Classify(err)
	}
	return job.Snooze(tellPause)
}

// members are the accounts with a role at an agency, "" for the portal itself.
func (c *Cases) members(ctx context.Context, agencyCode string, role identity.RoleName) ([]string, error) {
	members, err := c.Offices.Members(identity.AsSystem(ctx), agencyCode)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, m := range members {
		if m.Role == role && !slices.Contains(all, m.Account) {
			all = append(all, m.Account)
		}
	}
	return all, nil
}

// toStaff are messages to members of staff, each a notice at their desk and a
// mail, in their language.
func (c *Cases) toStaff(ctx context.Context, accounts []string, words func(lang string) notify.Letter) ([]*notify.Batch, error) {
	var all []*notify.Batch
	for _, to := range accounts {
		b, err := c.toOne(ctx, to, words)
		if err != nil {
			return nil, err
		}
		if b != nil {
			all = append(all, b)
		}
	}
	return all, nil
}

// toOne is nil for whom nobody can write to.
func (c *Cases) toOne(ctx context.Context, to string, words func(lang string) notify.Letter) (*notify.Batch, error) {
	account, err := c.Accounts.Account(ctx, to)
	if errs.IsKind(err, errs.NotFound) || errors.Is(err, secret.ErrErased) || err == nil && account.Status == identity.Erased {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lang := account.Lang
	if !i18n.Known(lang) {
		lang = i18n.RU
	}
	return c.Notify.Seal(ctx, words(lang).ForStaff(to, account.Email)...)
}
