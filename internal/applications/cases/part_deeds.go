package cases

import (
	"context"
	"slices"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// opine gives the positive opinion of a part, in words for the lead. It is
// Approve for parts: the permission was checked.
func (c *Cases) opine(ctx context.Context, k Case, side Side, d Deal, words string) error {
	words, err := needText(words, "comment")
	if err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	return c.again(ctx, d, Approve, c.move(ctx, k, change{deed: Approve, side: side, key: d.once(Approve), edit: decision(key, k, words, "")}))
}

// HandBack gives a part back to the lead without an opinion, with words: it is
// not for this agency, or can't be done so. Errors: ErrMove, ErrFields.
func (c *Cases) HandBack(ctx context.Context, d Deal, words string) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, HandBack, err)
	}
	if !k.IsPart() {
		return ErrMove
	}
	if words, err = needText(words, "back"); err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	return c.again(ctx, d, HandBack, c.move(ctx, k, change{deed: HandBack, side: side, key: d.once(HandBack), edit: decision(key, k, words, endReturned)}))
}

// AgainPart has a part done once more: it was handed back, taken back, or the
// lead doubts the opinion. Errors: ErrNotFound for no such part, ErrMove while
// it runs.
func (c *Cases) AgainPart(ctx context.Context, d Deal, partID string) error {
	k, side, p, err := c.partToMove(ctx, d, partID)
	if err != nil {
		return c.again(ctx, d, PartAgain, err)
	}
	if p.Tries == 0 || p.State.running() {
		return c.again(ctx, d, PartAgain, ErrMove)
	}
	return c.again(ctx, d, PartAgain, c.beginPart(ctx, k, p.Part, side, PartAgain, d))
}

// DropPart does without a part that runs, was handed back, or was closed before
// the application was opened again: its agency has it
// no more, and nobody waits for it. Errors: ErrNotFound, ErrMove.
func (c *Cases) DropPart(ctx context.Context, d Deal, partID string) error {
	k, side, p, err := c.partToMove(ctx, d, partID)
	if err != nil {
		return c.again(ctx, d, PartDrop, err)
	}
	if !p.State.running() && p.State != PartReturned && p.State != PartClosed {
		return c.again(ctx, d, PartDrop, ErrMove)
	}
	asked, err := partsAsk(ctx, c.store.read(), k, p.Case.ID)
	if err != nil {
		return err
	}
	return c.again(ctx, d, PartDrop, c.move(ctx, k, change{
		deed: PartDrop, side: side, text: p.ID, key: d.once(PartDrop), reads: true, edit: c.partClock(k, asked),
		also: func(ctx context.Context, tx *db.Tx) error {
			if !p.State.running() {
				return casesdb.New(tx).GiveUpPart(ctx, casesdb.GiveUpPartParams{Ground: endWithdrawn, OwnerID: k.Owner, ID: p.Case.ID})
			}
			return c.closePart(ctx, tx, p.Case, endWithdrawn)
		},
	}))
}

// partToMove is a part of a case that the actor works on.
func (c *Cases) partToMove(ctx context.Context, d Deal, partID string) (Case, Side, Part, error) {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return k, side, Part{}, err
	}
	if !c.parted(ctx, k) {
		return k, side, Part{}, ErrNotFound
	}
	parts, err := c.readParts(ctx, k)
	if err != nil {
		return k, side, Part{}, err
	}
	i := slices.IndexFunc(parts, func(p Part) bool { return p.ID == partID })
	if i < 0 {
		return k, side, Part{}, ErrNotFound
	}
	return k, side, parts[i], nil
}
