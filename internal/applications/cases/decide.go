package cases

import (
	"context"
	"slices"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/i18n"
	"okno/internal/kit/pdf"
	"okno/internal/kit/secret"
	"okno/internal/vault"
)

// Approve grants what was asked for: the result is made and stored first, then
// issued together with the decision. comment may be empty.
func (c *Cases) Approve(ctx context.Context, d Deal, comment string) error {
	k, side, err := c.held(ctx, d)
	if err != nil {
		return c.again(ctx, d, Approve, err)
	}
	if _, ok := Step(k.Status, Approve, side); !ok {
		return c.again(ctx, d, Approve, ErrMove)
	}
	if k.IsPart() {
		return c.opine(ctx, k, side, d, comment)
	}
	comment, err = limitText(comment, "comment")
	if err != nil {
		return err
	}
	if err := c.decidable(ctx, k, side, Approve, ""); err != nil {
		return c.again(ctx, d, Approve, err)
	}
	four, err := c.fourEyes(ctx, k)
	switch {
	case err != nil:
		return err
	case four:
		return c.propose(ctx, k, side, d, Proposal{Deed: Approve, Words: comment}, nil)
	}
	return c.again(ctx, d, Approve, c.approve(ctx, k, side, d.once(Approve), comment))
}

// approve decides: the permission was checked.
func (c *Cases) approve(ctx context.Context, k Case, side Side, once, comment string) error {
	if _, ok := Step(k.Status, Approve, side); !ok {
		return ErrMove
	}
	if err := c.decidable(ctx, k, side, Approve, ""); err != nil {
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	result, err := c.result(ctx, key, k)
	if err != nil {
		return err
	}
	err = c.move(ctx, k, change{
		deed: Approve, side: side, key: once, edit: decision(key, k, comment, ""),
		also: func(ctx context.Context, tx *db.Tx) error {
			_, err := c.Vault.Issue(ctx, tx, result)
			return err
		},
	})
	if err != nil {
		c.Vault.Drop(ctx, result)
	}
	return err
}

// Revoke ends the validity of a document that was issued in the case, for a
// reason that its owner is told. Any officer of the agency may: who decided may
// have left. Where the service asks for two pairs of eyes, one prepares it and
// another confirms it. Errors: ErrMove, ErrNotFound, ErrFields, vault.ErrRevoked.
func (c *Cases) Revoke(ctx context.Context, d Deal, documentID, reason string) error {
	k, side, err := c.work(ctx, d)
	if err != nil {
		return c.again(ctx, d, Revoke, err)
	}
	if reason, err = needText(reason, "reason"); err != nil {
		return err
	}
	if _, err := c.issued(ctx, k, documentID, side, Revoke); err != nil {
		return c.again(ctx, d, Revoke, err)
	}
	four, err := c.fourEyes(ctx, k)
	switch {
	case err != nil:
		return err
	case four:
		return c.propose(ctx, k, side, d, Proposal{Deed: Revoke, Document: documentID, Words: reason}, nil)
	}
	return c.again(ctx, d, Revoke, c.revoke(ctx, k, side, d.once(Revoke), documentID, reason))
}

// revoke revokes: the permission and the words were checked.
func (c *Cases) revoke(ctx context.Context, k Case, side Side, once, documentID, reason string) error {
	r, err := c.Vault.PrepareRevocation(ctx, k.Owner, documentID, reason)
	if err != nil {
		return err
	}
	return c.move(ctx, k, change{deed: Revoke, side: side, key: once, text: reason, also: func(ctx context.Context, tx *db.Tx) error {
		return c.Vault.Revoke(ctx, tx, r)
	}})
}

// decision seals the words before the transaction, and writes them in it.
func decision(key *secret.DataKey, k Case, words, ground string) func(*casesdb.ApplicationsCase, db.Time) {
	sealed := key.SealString(casePlace("decision_sealed", k.ID), words)
	return func(row *casesdb.ApplicationsCase, _ db.Time) {
		row.DecisionSealed, row.Ground = sealed, ground
		row.PausedAt = 0
	}
}

// result makes the document that the service issues and seals it.
func (c *Cases) result(ctx context.Context, key *secret.DataKey, k Case) (*vault.Prepared, error) {
	card := &Card{Case: k}
	f, err := c.fill(ctx, key, card)
	if err != nil {
		return nil, err
	}
	number := vault.NewNumber()
	ru, en := forms.Issue(card.Service, card.result, c.printer(i18n.RU)), forms.Issue(card.Service, card.result, c.printer(i18n.EN))
	today := c.Clock.Now().In(c.zone(k.Agency, k.Office))
	until := validUntil(today, ru.ValidDays)
	file, err := c.PDF.Write(c.document(k, ru, number, today, until))
	if err != nil {
		return nil, err
	}
	return c.Vault.Prepare(ctx, vault.NewDocument{
		Number: number, Owner: k.Owner, CaseID: k.ID, ServiceID: k.ServiceID, Agency: k.Agency,
		Kind:  forms.Text{RU: card.Service.Title.RU, EN: card.Service.Title.EN},
		Title: forms.Text{RU: ru.Title, EN: en.Title}, Initials: f.Initials, ValidUntil: until, PDF: file,
	})
}

func validUntil(today time.Time, days int) db.Date {
	if days <= 0 {
		return ""
	}
	return db.DateOf(today.AddDate(0, 0, days))
}

// document is the result in Russian: the papers of an agency are written in
// the state's language (53-ФЗ, ст. 3).
func (c *Cases) document(k Case, issued forms.Issued, number string, today time.Time, until db.Date) pdf.Document {
	a, _ := c.Offices.ByCode(k.Agency)
	issuer := a.Full.RU
	if issuer == "" {
		issuer = a.Title.RU
	}
	t := func(key string, args ...any) string { return c.Texts.T(i18n.RU, key, args...) }
	facts := pdf.Section{Rows: []pdf.Row{{Label: t("applications.document.case"), Value: k.Number}}}
	if until != "" {
		facts.Rows = append(facts.Rows, pdf.Row{Label: t("applications.document.until"), Value: i18n.DateISO(i18n.RU, string(until))})
	}
	rows := make([]pdf.Row, len(issued.Rows))
	for i, r := range issued.Rows {
		rows[i] = pdf.Row{Label: r.Label, Value: r.Value}
	}
	return pdf.Document{
		Lang: i18n.RU, Title: issued.Title, Issuer: issuer, Heading: issued.Title, Number: number, Date: today,
		Sections: slices.DeleteFunc([]pdf.Section{{Paragraphs: issued.Paragraphs}, {Rows: rows}, facts}, emptySection),
		CheckURL: c.BaseURL + vault.CheckPath(number), Footer: t("applications.document.footer"),
	}
}

func emptySection(s pdf.Section) bool { return len(s.Paragraphs) == 0 && len(s.Rows) == 0 }
