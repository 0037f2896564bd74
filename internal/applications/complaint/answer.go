package complaint

import (
	"context"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/pdf"
	"okno/internal/kit/secret"
	"okno/internal/vault"
)

// answer makes the paper of a verdict and seals it. It is in Russian: the papers
// of an agency are written in the state's language (53-ФЗ, ст. 3).
func (r *Complaints) answer(ctx context.Context, key *secret.DataKey, c Complaint, v Verdict) (*vault.Prepared, error) {
	var w Words
	if err := openJSON(key, place("words_sealed", c.ID), c.row.WordsSealed, &w); err != nil {
		return nil, err
	}
	number := vault.NewNumber()
	file, err := r.PDF.Write(r.paper(c, w, v, number))
	if err != nil {
		return nil, err
	}
	both := func(key string, args ...any) forms.Text {
		return forms.Text{RU: r.Texts.T(i18n.RU, key, args...), EN: r.Texts.T(i18n.EN, key, args...)}
	}
	return r.Vault.Prepare(ctx, vault.NewDocument{
		Number: number, Owner: c.Owner, CaseID: c.ID, ServiceID: c.ServiceID, Agency: c.Body, Initials: w.Initials, PDF: file,
		Kind: both("applications.complaint.paper.kind"), Title: both("applications.complaint.paper.title", "Number", c.Number),
	})
}

func (r *Complaints) paper(c Complaint, w Words, v Verdict, number string) pdf.Document {
	t := func(key string, args ...any) string { return r.Texts.T(i18n.RU, key, args...) }
	body := r.body(c)
	issuer := body.Full.RU
	if issuer == "" {
		issuer = body.Title.RU
	}
	ground, _ := r.Ground(c.Ground)
	m, _ := Step(c.Status, v.Deed, Staff)
	zone := r.zone(c.Body)
	facts := []pdf.Row{
		{Label: t("applications.complaint.paper.complaint"), Value: c.Number},
		{Label: t("applications.complaint.paper.sent"), Value: i18n.Date(i18n.RU, c.SentAt.Time().In(zone))},
		{Label: t("applications.complaint.paper.applicant"), Value: w.Initials},
		{Label: t("applications.complaint.paper.case"), Value: c.CaseNumber},
		{Label: t("applications.complaint.paper.service"), Value: w.Title.RU},
		{Label: t("applications.complaint.paper.ground"), Value: ground.Title.RU},
		{Label: t("applications.complaint.paper.verdict"), Value: t(m.To.Text())},
	}
	if v.Measure != "" {
		facts = append(facts, pdf.Row{Label: t("applications.complaint.paper.measure"), Value: t("applications.complaint.measure."+string(v.Measure), "Count", redoDays)})
	}
	decided := c
	decided.Status = m.To
	return pdf.Document{
		Lang: i18n.RU, Title: t("applications.complaint.paper.title", "Number", c.Number), Issuer: issuer, Heading: t("applications.complaint.paper.kind"),
		Number: number, Date: r.Clock.Now().In(zone), CheckURL: r.BaseURL + vault.CheckPath(number), Footer: t("applications.complaint.paper.footer"),
		Sections: []pdf.Section{
			{Rows: facts},
			{Heading: t("applications.complaint.paper.why"), Paragraphs: []string{v.Words}},
			{Heading: t("applications.complaint.paper.next"), Paragraphs: []string{r.onwards(i18n.RU, decided)}},
		},
	}
}

// onwards says how one may go on against a verdict.
func (r *Complaints) onwards(lang string, c Complaint) string {
	above, court := r.next(c)
	switch {
	case above != "":
		a, _ := r.Offices.ByCode(above)
		return r.Texts.T(lang, "applications.complaint.next.above", "Body", a.Title.In(lang))
	case court:
		return r.Texts.T(lang, "applications.complaint.next.court")
	}
	return r.Texts.T(lang, "applications.complaint.next.settled")
}
