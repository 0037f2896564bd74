package cases

import (
	"context"
	"slices"
	"strings"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
	"okno/internal/vault"
)

// typoDays is the term for correcting a mistake in an issued document, in working
// days (210-FZ).
const typoDays = 5

// Typo is a mistake in an issued document that its owner has found.
type Typo struct {
	ID, Document string
	AskedAt      db.Time
	Due          Due
	// ClosedAt is 0 while it waits. ReplacedBy is the corrected document, "" for
	// none; Answer says why not.
	ClosedAt   db.Time
	ReplacedBy string
	Words      string
	Answer     string
	// Prepared is a correction that waits for a second pair of eyes, nil for none,
	// PreparedNo why there would be none; Mine: the reader has prepared it and so
	// can't confirm it.
	Prepared   *Corrected
	PreparedNo string
	Mine       bool
}

// Open reports whether it waits for the agency.
func (t Typo) Open() bool { return t.ClosedAt.IsZero() }

// Corrected is the text of a document as it should be. Rows are the values of its
// lines, in order.
type Corrected struct {
	Title      string   `json:"title"`
	Paragraphs []string `json:"paragraphs"`
	Rows       []string `json:"rows"`
}

// typoAnswer is what became of a mistake: the corrected text, or why there is none;
// while it waits, an answer that By has prepared.
type typoAnswer struct {
	Text   *Corrected `json:"text,omitempty"`
	By     string     `json:"by,omitempty"`
	Reason string     `json:"reason,omitempty"`
}

func typoPlace(column, typoID string) secret.Place {
	return secret.At("applications_typos", column, typoID)
}

// AskTypo asks the agency to correct a mistake in a document that counts, of one
// of the actor's own cases. Errors: ErrMove, ErrNotFound for another's document,
// vault.ErrRevoked, ErrTypo when one is being corrected already, ErrFields.
func (c *Cases) AskTypo(ctx context.Context, d Deal, documentID, text string) error {
	k, err := c.mine(ctx, d.Number)
	if err == nil {
		_, err = c.issued(ctx, k, documentID, Citizen, AskTypo)
	}
	if err != nil {
		return c.again(ctx, d, AskTypo, err)
	}
	if text, err = needText(text, "typo"); err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	all, err := c.typos(ctx, key, k)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(t Typo) bool { return t.Open() && t.Document == documentID }) {
		return c.again(ctx, d, AskTypo, ErrTypo)
	}
	row := casesdb.InsertTypoParams{OwnerID: k.Owner, CaseID: k.ID, ID: id.New(), DocumentID: documentID, AnswerSealed: []byte{}}
	row.AskedSealed = key.SealString(typoPlace("asked_sealed", row.ID), text)
	zone := c.zone(k.Agency, k.Office)
	return c.again(ctx, d, AskTypo, c.move(ctx, k, change{deed: AskTypo, side: Citizen, key: d.once(AskTypo), also: func(ctx context.Context, tx *db.Tx) error {
		due := dueOn(c.Calendar.DeadlineWorking(tx.Now().Time(), typoDays, zone), zone)
		row.AskedAt, row.DueAt, row.DueDate = tx.Now(), due.At, string(due.Date)
		if err := casesdb.New(tx).InsertTypo(ctx, row); err != nil {
			return err
		}
		return casesdb.New(tx).SetTypo(ctx, casesdb.SetTypoParams{TypoDueAt: due.At, AgencyID: k.Agency, CaseID: k.ID})
	}}))
}

// issued finds a document of a case that counts, for a deed.
func (c *Cases) issued(ctx context.Context, k Case, documentID string, side Side, deed Deed) (vault.Document, error) {
	if _, ok := Step(k.Status, deed, side); !ok {
		return vault.Document{}, ErrMove
	}
	docs, err := c.Vault.OfCase(ctx, k.Owner, k.ID)
	if err != nil {
		return vault.Document{}, err
	}
	for _, doc := range docs {
		if doc.ID != documentID {
			continue
		}
		if !doc.RevokedAt.IsZero() {
			return vault.Document{}, vault.ErrRevoked
		}
		return doc, nil
	}
	return vault.Document{}, ErrNotFound
}

// typos are the mistakes that were found in documents of a case, oldest first.
func (c *Cases) typos(ctx context.Context, key *secret.DataKey, k Case) ([]Typo, error) {
	rows, err := c.store.read().Typos(ctx, casesdb.TyposParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]Typo, len(rows))
	for i, r := range rows {
		out[i] = Typo{
			ID: r.ID, Document: r.DocumentID, AskedAt: r.AskedAt, Due: Due{At: r.DueAt, Date: db.Date(r.DueDate)},
			ClosedAt: r.ClosedAt, ReplacedBy: r.ReplacedBy,
		}
		if out[i].Words, err = key.OpenString(typoPlace("asked_sealed", r.ID), r.AskedSealed); err != nil {
			return nil, err
		}
		var answer typoAnswer
		if err := openJSON(key, typoPlace("answer_sealed", r.ID), r.AnswerSealed, &answer); err != nil {
			return nil, err
		}
		switch {
		case !out[i].Open():
			out[i].Answer = answer.Reason
		case identity.ActorOf(ctx).ID != k.Owner: // the owner sees what is answered
			out[i].Prepared, out[i].PreparedNo, out[i].Mine = answer.Text, answer.Reason, answer.By == identity.ActorOf(ctx).ID
		}
	}
	return out, nil
}

// loadTypos adds the mistakes to a card; a case without any is asked nothing.
func (c *Cases) loadTypos(ctx context.Context, key *secret.DataKey, card *Card) (err error) {
	if slices.ContainsFunc(card.Events, func(e Event) bool { return e.Deed == AskTypo }) {
		card.Typos, err = c.typos(ctx, key, card.Case)
	}
	return err
}

// waiting finds a mistake that waits, for an officer.
func (c *Cases) waiting(ctx context.Context, d Deal, typoID string, deed Deed) (Case, Side, *secret.DataKey, Typo, error) {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return k, side, nil, Typo{}, err
	}
	if _, ok := Step(k.Status, deed, side); !ok {
		return k, side, nil, Typo{}, ErrMove
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return k, side, nil, Typo{}, err
	}
	all, err := c.typos(ctx, key, k)
	if err != nil {
		return k, side, key, Typo{}, err
	}
	i := slices.IndexFunc(all, func(t Typo) bool { return t.ID == typoID })
	switch {
	case i < 0:
		return k, side, key, Typo{}, ErrNotFound
	case !all[i].Open():
		return k, side, key, all[i], ErrTypoDone
	}
	return k, side, key, all[i], nil
}

// FixTypo issues a corrected document in place of the one with the mistake, which
// anybody who checks it sees as replaced. Any officer of the agency may; where the
// service asks for two pairs of eyes, one prepares it, and it is issued when another
// sends the same text. Errors: ErrNotFound, vault.ErrRevoked, ErrTypoDone, ErrFields when nothing is corrected.
func (c *Cases) FixTypo(ctx context.Context, d Deal, typoID string, text Corrected) error {
	k, side, key, typo, err := c.waiting(ctx, d, typoID, FixTypo)
	if err != nil {
		return c.again(ctx, d, FixTypo, err)
	}
	old, err := c.issued(ctx, k, typo.Document, side, FixTypo)
	if err != nil {
		return err
	}
	four, err := c.fourEyes(ctx, k)
	if err != nil {
		return err
	}
	if four {
		confirmed, err := c.confirmedTypo(ctx, key, k, side, d, typo, text)
		if err != nil || !confirmed {
			return c.again(ctx, d, FixTypo, err)
		}
	}
	p, err := c.correct(ctx, key, k, old, text)
	if err != nil {
		return err
	}
	answer, err := sealJSON(key, typoPlace("answer_sealed", typoID), typoAnswer{Text: &p.text})
	if err == nil {
		err = c.move(ctx, k, change{deed: FixTypo, side: side, key: d.once(FixTypo), also: func(ctx context.Context, tx *db.Tx) error {
			issued, err := c.Vault.Issue(ctx, tx, p.result)
			if err != nil {
				return err
			}
			if err := c.Vault.Replace(ctx, tx, p.old, issued); err != nil {
				return err
			}
			return c.closeTypo(ctx, tx, k, casesdb.CloseTypoParams{ID: typoID, ReplacedBy: issued.ID, AnswerSealed: answer})
		}})
	}
	if err != nil {
		c.Vault.Drop(ctx, p.result)
	}
	return c.again(ctx, d, FixTypo, err)
}

// confirmedTypo reports whether another has prepared the very text; any other text
// is kept for a second pair of eyes.
func (c *Cases) confirmedTypo(ctx context.Context, key *secret.DataKey, k Case, side Side, d Deal, typo Typo, text Corrected) (bool, error) {
	card := &Card{Case: k}
	if _, err := c.fill(ctx, key, card); err != nil {
		return false, err
	}
	issued, err := c.textNow(ctx, key, k, card, typo.Document)
	if err != nil {
		return false, err
	}
	fixed, err := apply(issued, text)
	if err != nil {
		return false, err
	}
	text = textOf(fixed)
	if p := typo.Prepared; p != nil && !typo.Mine && p.Title == text.Title && slices.Equal(p.Paragraphs, text.Paragraphs) && slices.Equal(p.Rows, text.Rows) {
		return true, nil
	}
	return false, c.prepareTypo(ctx, key, k, side, d.once(FixTypo), typo.ID, typoAnswer{Text: &text})
}

// prepareTypo keeps an answer for a second pair of eyes, in place of what was
// prepared before.
func (c *Cases) prepareTypo(ctx context.Context, key *secret.DataKey, k Case, side Side, once, typoID string, answer typoAnswer) error {
	answer.By = identity.ActorOf(ctx).ID
	kept, err := sealJSON(key, typoPlace("answer_sealed", typoID), answer)
	if err != nil {
		return err
	}
	return c.move(ctx, k, change{deed: PrepareTypo, side: side, key: once, inner: true, also: func(ctx context.Context, tx *db.Tx) error {
		n, err := casesdb.New(tx).PrepareTypo(ctx, casesdb.PrepareTypoParams{AnswerSealed: kept, OwnerID: k.Owner, CaseID: k.ID, ID: typoID})
		if err == nil && n == 0 {
			err = ErrTypoDone
		}
		return err
	}})
}

func (c *Cases) closeTypo(ctx context.Context, tx *db.Tx, k Case, row casesdb.CloseTypoParams) error {
	row.ClosedAt, row.OwnerID, row.CaseID = tx.Now(), k.Owner, k.ID
	n, err := casesdb.New(tx).CloseTypo(ctx, row)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrTypoDone
	}
	return casesdb.New(tx).SetTypo(ctx, casesdb.SetTypoParams{AgencyID: k.Agency, CaseID: k.ID})
}

// correction is a corrected document, ready for the transaction.
type correction struct {
	text   Corrected
	result *vault.Prepared
	old    *vault.Revocation
}

func (c *Cases) correct(ctx context.Context, key *secret.DataKey, k Case, old vault.Document, text Corrected) (*correction, error) {
	card := &Card{Case: k}
	f, err := c.fill(ctx, key, card)
	if err != nil {
		return nil, err
	}
	issued, err := c.textNow(ctx, key, k, card, old.ID)
	if err != nil {
		return nil, err
	}
	fixed, err := apply(issued, text)
	if err != nil {
		return nil, err
	}
	number, title := vault.NewNumber(), old.Title
	if fixed.Title != issued.Title {
		title = forms.Text{RU: fixed.Title, EN: fixed.Title}
	}
	file, err := c.PDF.Write(c.document(k, fixed, number, c.Clock.Now().In(c.zone(k.Agency, k.Office)), old.ValidUntil))
	if err != nil {
		return nil, err
	}
	p := &correction{text: textOf(fixed)}
	p.old, err = c.Vault.PrepareRevocation(ctx, k.Owner, old.ID, c.Texts.T(i18n.RU, "applications.typo.reason"))
	if err != nil {
		return nil, err
	}
	p.result, err = c.Vault.Prepare(ctx, vault.NewDocument{
		Number: number, Owner: k.Owner, CaseID: k.ID, ServiceID: k.ServiceID, Agency: k.Agency, Kind: old.Kind,
		Title: title, Initials: f.Initials, ValidUntil: old.ValidUntil, PDF: file,
	})
	return p, err
}

// textNow is the text of an issued document: as the service makes it, or as it
// was corrected before.
func (c *Cases) textNow(ctx context.Context, key *secret.DataKey, k Case, card *Card, documentID string) (forms.Issued, error) {
	issued := forms.Issue(card.Service, card.result, c.printer(i18n.RU))
	rows, err := c.store.read().Typos(ctx, casesdb.TyposParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return issued, db.Classify(err)
	}
	for _, r := range rows {
		if r.ReplacedBy != documentID || documentID == "" {
			continue
		}
		var answer typoAnswer
		if err := openJSON(key, typoPlace("answer_sealed", r.ID), r.AnswerSealed, &answer); err != nil || answer.Text == nil {
			return issued, err
		}
		return reworded(issued, *answer.Text), nil
	}
	return issued, nil
}

// reworded is a document with other words.
func reworded(issued forms.Issued, text Corrected) forms.Issued {
	issued.Title, issued.Paragraphs = text.Title, text.Paragraphs
	issued.Rows = slices.Clone(issued.Rows)
	for i := range min(len(issued.Rows), len(text.Rows)) {
		issued.Rows[i].Value = text.Rows[i]
	}
	return issued
}

func textOf(issued forms.Issued) Corrected {
	out := Corrected{Title: issued.Title, Paragraphs: issued.Paragraphs}
	for _, r := range issued.Rows {
		out.Rows = append(out.Rows, r.Value)
	}
	return out
}

// apply corrects a document. Errors: ErrFields.
func apply(issued forms.Issued, text Corrected) (forms.Issued, error) {
	var err error
	if text.Title, err = needText(text.Title, "title"); err != nil {
		return issued, err
	}
	lines, err := limitText(strings.Join(text.Paragraphs, "\n"), "paragraphs")
	if err != nil {
		return issued, err
	}
	text.Paragraphs = slices.DeleteFunc(strings.Split(lines, "\n"), func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(text.Rows) != len(issued.Rows) {
		return issued, ErrFields.WithField("title", "applications.error.typo_same")
	}
	text.Rows = slices.Clone(text.Rows)
	for i := range text.Rows {
		if text.Rows[i], err = needText(text.Rows[i], typoRow(i)); err != nil {
			return issued, err
		}
	}
	was := textOf(issued)
	if text.Title == was.Title && slices.Equal(text.Paragraphs, was.Paragraphs) && slices.Equal(text.Rows, was.Rows) {
		return issued, ErrFields.WithField("title", "applications.error.typo_same")
	}
	return reworded(issued, text), nil
}

// DeclineTypo says why there is nothing to correct. Any officer of the agency may;
// where the service asks for two pairs of eyes, one prepares the answer, and it is
// given when another sends the same words: nobody says alone that their own
// document has no mistake. Errors: ErrNotFound, ErrTypoDone, ErrFields.
func (c *Cases) DeclineTypo(ctx context.Context, d Deal, typoID, reason string) error {
	k, side, key, typo, err := c.waiting(ctx, d, typoID, DeclineTypo)
	if err != nil {
		return c.again(ctx, d, DeclineTypo, err)
	}
	if reason, err = needText(reason, "typo_reason"); err != nil {
		return err
	}
	four, err := c.fourEyes(ctx, k)
	if err != nil {
		return err
	}
	if four && (typo.Mine || typo.PreparedNo != reason) {
		return c.again(ctx, d, DeclineTypo, c.prepareTypo(ctx, key, k, side, d.once(DeclineTypo), typoID, typoAnswer{Reason: reason}))
	}
	answer, err := sealJSON(key, typoPlace("answer_sealed", typoID), typoAnswer{Reason: reason})
	if err != nil {
		return err
	}
	return c.again(ctx, d, DeclineTypo, c.move(ctx, k, change{deed: DeclineTypo, side: side, key: d.once(DeclineTypo), text: reason, also: func(ctx context.Context, tx *db.Tx) error {
		return c.closeTypo(ctx, tx, k, casesdb.CloseTypoParams{ID: typoID, AnswerSealed: answer})
	}}))
}
