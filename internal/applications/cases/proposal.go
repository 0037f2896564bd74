package cases

import (
	"context"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// Proposal is a decision of a service with four eyes, or the revocation of what
// one has issued: one officer prepares it, another confirms it.
type Proposal struct {
	Deed     Deed   // Approve, Refuse or Revoke
	Ground   string // of a refusal
	Document string // that would be revoked
	Words    string
	By       string // account
	At       db.Time
	// Mine: the reader prepared it and so can't confirm it.
	Mine bool
}

func proposalPlace(caseID string) secret.Place {
	return secret.At("applications_proposals", "words_sealed", caseID)
}

// fourEyes reports whether decisions of the case's service need two people.
func (c *Cases) fourEyes(ctx context.Context, k Case) (bool, error) {
	s, err := c.Services.Version(ctx, k.ServiceID, k.ServiceVersion)
	if err != nil {
		return false, ErrService.Wrap(err)
	}
	return s.FourEyes, nil
}

// propose keeps a decision for a second pair of eyes; more, which may be nil, is
// written with it.
func (c *Cases) propose(ctx context.Context, k Case, side Side, d Deal, p Proposal, more func(context.Context, *db.Tx) error) error {
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	sealed := key.SealString(proposalPlace(k.ID), p.Words)
	prepares := Propose
	if p.Deed == Revoke {
		prepares = PrepareRevoke
	}
	err = c.move(ctx, k, change{deed: prepares, side: side, key: d.once(p.Deed), inner: true, text: p.Words, also: func(ctx context.Context, tx *db.Tx) error {
		if more != nil {
			if err := more(ctx, tx); err != nil {
				return err
			}
		}
		return casesdb.New(tx).PutProposal(ctx, casesdb.PutProposalParams{
			AgencyID: k.Agency, CaseID: k.ID, Deed: string(p.Deed), Ground: p.Ground, DocumentID: p.Document,
			MadeBy: identity.ActorOf(ctx).ID, MadeAt: tx.Now(), WordsSealed: sealed,
		})
	}})
	return c.again(ctx, d, p.Deed, err)
}

// proposal is the decision of a case, or the revocation after it, that waits for
// confirmation; nil for none.
func (c *Cases) proposal(ctx context.Context, k Case) (*Proposal, error) {
	if four, err := c.fourEyes(ctx, k); err != nil || !four || !k.Status.Open() && !k.Status.granted() {
		return nil, err
	}
	row, err := c.store.read().FindProposal(ctx, casesdb.FindProposalParams{AgencyID: k.Agency, CaseID: k.ID})
	if db.IsNone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, db.Classify(err)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	words, err := key.OpenString(proposalPlace(k.ID), row.WordsSealed)
	return &Proposal{
		Deed: Deed(row.Deed), Ground: row.Ground, Document: row.DocumentID, Words: words, By: row.MadeBy, At: row.MadeAt,
		Mine: row.MadeBy == identity.ActorOf(ctx).ID,
	}, err
}

// Confirm carries out a decision or a revocation that another has prepared: any
// officer or head of the agency but the one who prepared it. Errors:
// ErrNoProposal, ErrSameEyes, ErrChanged, ErrMove, vault.ErrRevoked.
func (c *Cases) Confirm(ctx context.Context, d Deal) error {
	k, side, err := c.work(ctx, d)
	if err == nil && k.Status.Open() {
		err = k.anew(identity.ActorOf(ctx).ID)
	}
	if err != nil {
		return c.again(ctx, d, Confirm, err)
	}
	p, err := c.proposal(ctx, k)
	switch {
	case err != nil:
		return err
	case p == nil:
		return c.again(ctx, d, Confirm, ErrNoProposal)
	case p.Mine:
		return ErrSameEyes
	}
	key := d.once(Confirm)
	switch p.Deed {
	case Refuse:
		err = c.refuse(ctx, k, side, key, p.Ground, p.Words, nil)
	case Revoke:
		err = c.revoke(ctx, k, side, key, p.Document, p.Words)
	default:
		err = c.approve(ctx, k, side, key, p.Words)
	}
	return c.again(ctx, d, Confirm, err)
}

// Decline sends a prepared decision or revocation back, with words for the colleague. Who
// prepared it may take it back too. Errors: ErrNoProposal, ErrFields.
func (c *Cases) Decline(ctx context.Context, d Deal, words string) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Decline, err)
	}
	p, err := c.proposal(ctx, k)
	if err != nil {
		return err
	}
	if p == nil {
		return c.again(ctx, d, Decline, ErrNoProposal)
	}
	if words, err = limitText(words, "words"); err != nil {
		return err
	}
	if words == "" && !p.Mine {
		return ErrFields.WithField("words", "applications.error.text_needed")
	}
	return c.again(ctx, d, Decline, c.move(ctx, k, change{deed: Decline, side: side, key: d.once(Decline), inner: true, text: words}))
}

// settles reports whether what was prepared falls when the case goes on by deed.
func (k Case) settles(deed Deed) bool {
	if k.Status.Open() {
		return (!deed.ofPart() || deed == PartAgain || deed == PartDrop || deed == PartHeard) && deed != Propose && deed != Comment && deed != Infected && deed != Assign
	}
	// That the result is handed over, or asked about, says nothing for or against
	// its revocation; a corrected document is another one.
	return deed == Revoke || deed == Decline || deed == FixTypo
}

// settled drops what was prepared when the case goes on without it.
func (c *Cases) settled(ctx context.Context, tx *db.Tx, k Case, deed Deed) error {
	if !k.settles(deed) {
		return nil
	}
	if four, err := c.fourEyes(ctx, k); err != nil || !four {
		return nil // a service that can't be read has no proposals that could be confirmed
	}
	_, err := casesdb.New(tx).DropProposal(ctx, casesdb.DropProposalParams{AgencyID: k.Agency, CaseID: k.ID})
	return err
}

// ToConfirm are the cases of the agency whose prepared decision or revocation the
// actor can confirm, oldest first.
func (c *Cases) ToConfirm(ctx context.Context, agencyCode string) ([]QueueRow, error) {
	actor := identity.ActorOf(ctx)
	agencyCode, err := agencyFor(actor, agencyCode)
	if err != nil {
		return nil, err
	}
	all, err := c.store.read().Proposals(ctx, agencyCode)
	if err != nil {
		return nil, db.Classify(err)
	}
	var ids []string
	for _, p := range all {
		if p.MadeBy != actor.ID {
			ids = append(ids, p.CaseID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := c.store.queueRows(ctx, agencyCode, ids)
	if err != nil {
		return nil, err
	}
	barred, err := c.barred(ctx, agencyCode, actor.ID)
	if err != nil {
		return nil, err
	}
	if rows, err = c.without(ctx, agencyCode, rows, barred); err != nil {
		return nil, err
	}
	return c.queueRows(ctx, actor, agencyCode, rows)
}
