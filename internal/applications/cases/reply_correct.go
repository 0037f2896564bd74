package cases

import (
	"context"
	"maps"
	"slices"

	"okno/internal/forms"
	"okno/internal/kit/i18n"
)

// correct puts the posted values into the form and says what has changed.
func (p *reply) correct(ctx context.Context, taken map[string][]forms.File) ([]Change, error) {
	p.form = p.card.row.FormSealed
	key, row, service := p.key, p.card.row, p.card.Service
	if p.whole != nil {
		var err error
		key, row = p.whole.key, p.whole.row
		if service, err = p.cases.Services.Version(ctx, p.whole.ServiceID, p.whole.ServiceVersion); err != nil {
			return nil, ErrService.Wrap(err)
		}
	}
	if len(p.ask.Fields) == 0 {
		if len(p.sent.Values) > 0 {
			return nil, ErrFields.WithField("text", "applications.error.field")
		}
		return nil, nil
	}
	f, err := openForm(key, row)
	if err != nil {
		return nil, err
	}
	facts := f.Facts
	facts.Files = p.known(taken)
	values := maps.Clone(p.sent.Values)
	if values == nil {
		values = map[string][]string{}
	}
	open := make([]string, 0, len(p.ask.Fields))
	for _, field := range p.ask.Fields {
		if p.isFile(field) {
			values[field] = ids(taken[field], f.Answers[field])
		}
		if g := service.Group(field); g == nil || p.listed(g, values, taken, f.Answers) {
			open = append(open, field)
		}
	}
	answers, wrong := forms.CheckOnly(service, open, values, complete(service, f.Answers), facts)
	if err := p.faults(ctx, wrong); err != nil {
		return nil, err
	}
	old := f
	p.old = &old
	result := forms.Fill(service, answers, facts)
	f.Answers = result.Submission()
	sealed, err := sealJSON(key, casePlace("form_sealed", row.ID), f)
	p.named = p.cases.namedAnew(p.card.Case, f)
	if p.whole != nil {
		p.named = append(p.named, p.cases.namedAnew(p.whole.Case, f)...)
		p.whole.form = sealed
	} else {
		p.form = sealed
	}
	return p.changes(ctx, result), err
}

// same are the opened fields that did not change.
func (p *reply) same(changes []Change) []string {
	var out []string
	for _, field := range p.ask.Fields {
		if !slices.ContainsFunc(changes, func(c Change) bool { return c.Field == field }) {
			out = append(out, field)
		}
	}
	return out
}

// known are all files of the case that an answer may name.
func (p *reply) known(taken map[string][]forms.File) map[string]forms.File {
	out := map[string]forms.File{}
	add := func(f File) {
		out[f.ID] = forms.File{ID: f.ID, Name: f.Name, Size: f.Size, Type: string(f.Type)}
	}
	for _, f := range p.card.Files {
		add(f)
	}
	if p.whole != nil {
		for _, f := range p.whole.files {
			add(f)
		}
	}
	for _, a := range p.card.Asks {
		for _, f := range a.Files {
			add(f)
		}
	}
	for _, list := range taken {
		for _, f := range list {
			out[f.ID] = f
		}
	}
	return out
}

// ids are the new files, or the old ones when none came.
func ids(taken []forms.File, old any) []string {
	var out []string
	for _, f := range taken {
		out = append(out, f.ID)
	}
	if len(out) > 0 {
		return out
	}
	list, _ := old.([]any)
	for _, x := range list {
		m, _ := x.(map[string]any)
		if s, ok := m["id"].(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// faults are what is wrong with the posted values, in words.
func (p *reply) faults(ctx context.Context, wrong []forms.Wrong) error {
	if len(wrong) == 0 {
		return nil
	}
	printer := p.cases.printer(i18n.Lang(ctx))
	e := ErrFields
	for _, w := range wrong {
		e = e.WithField(w.Name, "applications.error.value", "Text", w.Message(printer.Lang, printer.Words))
	}
	return e
}
