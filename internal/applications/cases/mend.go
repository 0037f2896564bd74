package cases

import (
	"context"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Refusal is a refusal on a ground of the service's list, with words for the
// person, and what is wrong at the fields.
type Refusal struct {
	Ground, Comment string
	Remarks         map[string]string
}

// Refuse refuses on a ground of the service's list, with words for the person.
func (c *Cases) Refuse(ctx context.Context, d Deal, ground, comment string) error {
	return c.RefuseWith(ctx, d, Refusal{Ground: ground, Comment: comment})
}

// RefuseWith refuses, and says at the fields what is wrong: the person may mend
// it and send the application again.
func (c *Cases) RefuseWith(ctx context.Context, d Deal, r Refusal) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, Refuse, err)
	}
	service, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return ErrService.Wrap(err)
	}
	if groundOf(service, r.Ground) == nil {
		return ErrFields.WithField("ground", "applications.error.ground")
	}
	comment, err := needText(r.Comment, "comment")
	if err != nil {
		return err
	}
	if err := c.decidable(ctx, k, side, Refuse, r.Ground); err != nil {
		return c.again(ctx, d, Refuse, err)
	}
	remarks, err := remarksOf(service, r.Remarks)
	if err != nil {
		return err
	}
	put, err := c.putRemarks(ctx, k, remarks, service.FourEyes)
	if err != nil {
		return err
	}
	if service.FourEyes {
		return c.propose(ctx, k, side, d, Proposal{Deed: Refuse, Ground: r.Ground, Words: comment}, put)
	}
	return c.again(ctx, d, Refuse, c.refuse(ctx, k, side, d.once(Refuse), r.Ground, comment, put))
}

// refuse decides: permission and ground were checked. also may be nil.
func (c *Cases) refuse(ctx context.Context, k Case, side Side, once, ground, comment string, also func(context.Context, *db.Tx) error) error {
	if err := c.decidable(ctx, k, side, Refuse, ground); err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	return c.move(ctx, k, change{deed: Refuse, side: side, key: once, edit: decision(key, k, comment, ground), also: also})
}

func remarksPlace(caseID string) secret.Place {
	return secret.At("applications_remarks", "remarks_sealed", caseID)
}

// putRemarks seals the remarks of a refusal for its transaction. Without any,
// those of an earlier one go; nil where there can be none.
func (c *Cases) putRemarks(ctx context.Context, k Case, remarks map[string]string, fourEyes bool) (func(context.Context, *db.Tx) error, error) {
	if len(remarks) == 0 {
		if !fourEyes && !k.Redone() {
			return nil, nil
		}
		return func(ctx context.Context, tx *db.Tx) error {
			return casesdb.New(tx).DropRemarks(ctx, casesdb.DropRemarksParams{OwnerID: k.Owner, CaseID: k.ID})
		}, nil
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	sealed, err := sealJSON(key, remarksPlace(k.ID), remarks)
	return func(ctx context.Context, tx *db.Tx) error {
		return casesdb.New(tx).PutRemarks(ctx, casesdb.PutRemarksParams{
			OwnerID: k.Owner, CaseID: k.ID, MadeAt: tx.Now(), RemarksSealed: sealed,
		})
	}, err
}

// remarks are what a refusal says at the fields, nil for nothing. Those of a
// decision that is not confirmed are for staff: the caller sees to it.
func (c *Cases) remarks(ctx context.Context, key *secret.DataKey, k Case) (map[string]string, error) {
	sealed, err := c.store.read().FindRemarks(ctx, casesdb.FindRemarksParams{OwnerID: k.Owner, CaseID: k.ID})
	if db.IsNone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, db.Classify(err)
	}
	var out map[string]string
	return out, openJSON(key, remarksPlace(k.ID), sealed, &out)
}

// Earlier is the refused application in whose place this one was sent.
type Earlier struct {
	Number string
	// Differences are answers then and now; Same counts those that stayed.
	Differences []Difference
	Same        int
}

// loadLinks reads what a card has of applications before and after it. A
// difference is for staff.
func (c *Cases) loadLinks(ctx context.Context, key *secret.DataKey, card *Card, staff bool) (err error) {
	if card.Status == Refused || card.Proposal != nil {
		if card.Remarks, err = c.remarks(ctx, key, card.Case); err != nil {
			return err
		}
	}
	if card.Status == Refused {
		card.Followers, err = c.store.read().Followers(ctx, casesdb.FollowersParams{OwnerID: card.Owner, EarlierID: card.ID})
		if err != nil {
			return db.Classify(err)
		}
	}
	row, err := c.store.read().FindEarlier(ctx, casesdb.FindEarlierParams{OwnerID: card.Owner, CaseID: card.ID})
	if db.IsNone(err) {
		return nil
	}
	if err != nil {
		return db.Classify(err)
	}
	before := &Card{Case: caseOf(row)}
	card.Earlier = &Earlier{Number: before.Number}
	if !staff || before.Agency != card.Agency {
		return nil
	}
	if err := c.looked(ctx, before.Case, "case:"+before.ID); err != nil {
		return err
	}
	return c.differ(ctx, before, card)
}

// differ compares the answers of an earlier application with those of the card.
func (c *Cases) differ(ctx context.Context, before, card *Card) error {
	key, err := c.Sealer.Key(ctx, before.ID, secret.Case)
	if err != nil {
		return err
	}
	if _, err := c.fill(ctx, key, before); err != nil {
		return err
	}
	was, err := c.hashes(ctx, before.Case)
	if err != nil {
		return err
	}
	now, err := c.hashes(ctx, card.Case)
	if err != nil {
		return err
	}
	card.Earlier.Differences, card.Earlier.Same = c.compareForms(ctx, before.result, card.result, was, now)
	return nil
}

// hashes are the contents of a case's files by their ids, so that a file that was
// taken over is known for the same.
func (c *Cases) hashes(ctx context.Context, k Case) (map[string]string, error) {
	rows, err := c.store.read().Files(ctx, casesdb.FilesParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	out := map[string]string{}
	for _, r := range rows {
		out[r.ID] = string(r.FileHash)
	}
	return out, nil
}

// earlierOf is the refused case of the owner that a submission stands in place
// of, "" for none. Errors: ErrStands.
func (c *Cases) earlierOf(ctx context.Context, s Submission) (string, error) {
	if s.Earlier == "" {
		return "", nil
	}
	k, err := c.store.byID(ctx, s.Owner, s.Earlier)
	if err != nil {
		return "", err
	}
	if k.ServiceID != s.ServiceID {
		return "", nil
	}
	if err := c.onlyOne(ctx, c.store.read(), s.Owner, s.ID, k.ID); err != nil {
		return "", err
	}
	if k.Status != Refused {
		return "", nil // granted meanwhile: it is an application of its own
	}
	return k.ID, nil
}
