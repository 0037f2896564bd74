package cases

import (
	"context"

	"okno/internal/agency"
	"okno/internal/forms"
	"okno/internal/kit/i18n"
	"okno/internal/kit/ui"
)

// compared is an answer beside what is known of it elsewhere.
type compared struct {
	Label, Answer string
	// Known is what the source says, Origin who that is; both "" where nobody says anything.
	Known, Origin string
	// Changed: the person wrote something else than the source says.
	Changed bool
	// Asked: a registry was asked and did not answer, or knows nothing of it.
	Asked string
}

// comparedStep is a step of the form with its answers.
type comparedStep struct {
	Title string
	Rows  []compared
}

// compare puts the answers beside what registries and the profile say.
func (c *Cases) compare(ctx context.Context, card *Card) []comparedStep {
	p := c.printer(i18n.Lang(ctx))
	var out []comparedStep
	for i := range card.result.Steps {
		step := &card.result.Steps[i]
		s := comparedStep{Title: step.Step.Title.In(p.Lang), Rows: compareFields(step.Fields, "", p)}
		for j := range step.Groups {
			g := &step.Groups[j]
			for n := range g.Items {
				s.Rows = append(s.Rows, compareFields(g.Items[n].Fields, g.Group.Repeat.Item.In(p.Lang)+" "+i18n.Number(int64(n+1))+": ", p)...)
			}
		}
		if len(s.Rows) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func compareFields(fields []forms.FieldState, before string, p forms.Printer) []compared {
	var rows []compared
	for i := range fields {
		f := &fields[i]
		if f.Field.Kind == "note" {
			continue
		}
		row := compared{Label: before + f.Field.Label.In(p.Lang), Answer: p.Words("forms.word.empty")}
		if f.Value != nil {
			row.Answer = f.Field.Print(f.Value, p)
		}
		switch {
		case f.Changed:
			row.Changed, row.Origin = true, f.ProvidedBy.Origin.In(p.Lang)
			row.Known = p.Words("forms.word.empty")
			if f.Provided != nil {
				row.Known = f.Field.Print(f.Provided, p)
			}
		case f.Source.From == forms.FromKnown && f.Value != nil:
			row.Known, row.Origin = row.Answer, f.Source.Origin.In(p.Lang)
		}
		if f.Asked == forms.AskedSilent || f.Asked == forms.AskedNone {
			row.Asked = f.Asked
		}
		rows = append(rows, row)
	}
	return rows
}

// compareTable has the answers in one column and the sources in the next.
func (v view) compareTable(s comparedStep) ui.TableParams {
	p := ui.TableParams{Caption: s.Title, CaptionClasses: "govuk-table__caption--s", Classes: "okno-table--even", FirstCellIsHeader: true, Head: []ui.Cell{
		{Text: v.t("applications.desk.question")}, {Text: v.t("applications.desk.answer")}, {Text: v.t("applications.desk.known")},
	}}
	for _, r := range s.Rows {
		p.Rows = append(p.Rows, []ui.Cell{{Text: r.Label}, {HTML: answerCell(r)}, {HTML: knownCell(r)}})
	}
	return ui.Stacked(p)
}

// unlike counts the answers that differ from their source.
func (v view) unlike() int {
	n := 0
	for _, s := range v.compared {
		for _, r := range s.Rows {
			if r.Changed {
				n++
			}
		}
	}
	return n
}

// templates are the ready words of an outcome, as a list to choose from.
func (v view) templates(outcome string) []ui.SelectItem {
	items := []ui.SelectItem{{Text: v.t("applications.desk.no_template"), NoValue: true}}
	for _, t := range v.ready[outcome] {
		items = append(items, ui.SelectItem{Value: t.ID, Text: t.Title})
	}
	return items
}

// loadReady reads the agency's ready words.
func (c *Cases) loadReady(ctx context.Context, card *Card) (map[string][]agency.Template, error) {
	r, err := c.rules(ctx, card.Agency)
	if err != nil {
		return nil, err
	}
	all := map[string][]agency.Template{}
	for _, outcome := range agency.Outcomes() {
		all[outcome] = r.TemplatesFor(card.ServiceID, outcome)
	}
	return all, nil
}

// filled are the words of a template for the case, "" for an unknown one. Papers
// of an agency are in Russian, and so are its ready words.
func (c *Cases) filled(v view, outcome, templateID string) string {
	for _, t := range v.ready[outcome] {
		if t.ID == templateID {
			a, _ := c.Offices.ByCode(v.Agency)
			return t.Fill(map[string]string{
				"number": v.Number, "service": v.Service.Title.RU, "agency": a.Title.RU,
				"submitted": i18n.Date(i18n.RU, v.SubmittedAt.Time().In(v.zone)), "deadline": i18n.DateISO(i18n.RU, string(v.Due.Date)),
				"today": i18n.Date(i18n.RU, c.Clock.Now().In(v.zone)),
			})
		}
	}
	return ""
}

// oldOf is what was posted in the form of a deed.
func (v view) oldOf(deed, name string) string {
	if v.deed != deed {
		return ""
	}
	return v.old(name)
}

// opened reports whether the form of a deed is shown open.
func (v view) opened(deed string, names ...string) bool {
	return v.deed == deed && (v.refill || v.faulty(names...))
}

// proposed says in words what was prepared.
func (v view) proposed() string {
	return v.t("applications.desk.proposed_"+string(v.Proposal.Deed), "When", v.when(v.Proposal.At))
}

// revokeButton says what the form of a revocation does.
func (v view) revokeButton() string {
	if v.Service.FourEyes {
		return v.t("applications.typo.prepare_button")
	}
	return v.t("applications.desk.revoke_button")
}

// proposedGround is the ground of a prepared refusal.
func (v view) proposedGround() string {
	if g := groundOf(v.Service, v.Proposal.Ground); g != nil {
		return v.in(g.Text)
	}
	return ""
}
