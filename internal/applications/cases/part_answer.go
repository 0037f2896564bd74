package cases

import (
	"bytes"
	"context"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// correctedWhole is the application whose answers are corrected at the ask of a
// part of it, with its answers as they will be.
type correctedWhole struct {
	Case
	key         *secret.DataKey
	form, event []byte
	files       []File
	fresh       []casesdb.InsertFileParams // answers that came now
}

// openWhole reads the application that is told of an answer to the ask of a part,
// nothing for an application's own ask.
func (p *reply) openWhole(ctx context.Context) error {
	if !p.card.IsPart() {
		return nil
	}
	k, err := p.cases.whole(ctx, p.card.Case)
	if err != nil {
		return err
	}
	p.whole = &correctedWhole{Case: k, form: k.row.FormSealed}
	if p.whole.key, err = p.cases.Sealer.Key(ctx, k.ID, secret.Case); err != nil {
		return err
	}
	rows, err := p.cases.store.read().Files(ctx, casesdb.FilesParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return db.Classify(err)
	}
	for _, row := range rows {
		f, err := fileOf(p.whole.key, row)
		if err != nil {
			return err
		}
		p.whole.files = append(p.whole.files, f)
	}
	return p.nameTurn()
}

// nameTurn seals the line of the application's chronology: which part was answered.
func (p *reply) nameTurn() error {
	w := p.whole
	w.event = w.key.SealString(eventPlace(w.ID, w.Version+1), p.card.partID())
	return nil
}

// freshWhole reads the application anew after somebody has changed it; its
// answers must still be those that were corrected.
func (p *reply) freshWhole(ctx context.Context) error {
	if p.whole == nil {
		return nil
	}
	k, err := p.cases.whole(ctx, p.card.Case)
	if err != nil {
		return err
	}
	if !bytes.Equal(k.row.FormSealed, p.whole.row.FormSealed) {
		return ErrChanged
	}
	p.whole.Case = k
	return p.nameTurn()
}

// tellWhole writes the answer to a part's ask into the application: corrected
// answers are the whole's, and its time may run again.
func (p *reply) tellWhole(ctx context.Context, tx *db.Tx) error {
	w := p.whole
	if w == nil {
		return nil
	}
	if err := p.cases.insertFiles(ctx, tx, w.fresh); err != nil {
		return err
	}
	asked, err := partsAsk(ctx, casesdb.New(tx), w.Case, p.card.ID)
	if err != nil {
		return err
	}
	clock := p.cases.partClock(w.Case, asked)
	ch := change{deed: PartHeard, side: Citizen, text: p.card.partID(), parts: true, edit: func(row *casesdb.ApplicationsCase, now db.Time) {
		row.FormSealed = w.form
		clock(row, now)
	}}
	return p.cases.turn(ctx, tx, w.Case, ch, w.event)
}
