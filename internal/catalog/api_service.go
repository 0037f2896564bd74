package catalog

import (
	"context"

	"okno/internal/forms"
)

func (c *Catalog) apiService(ctx context.Context, in *ServiceID) (*ServiceOut, error) {
	s, ok := c.Service(in.ID)
	if !ok {
		return nil, ErrNoService
	}
	d := ServiceDetail{
		ServiceItem: c.item(ctx, s), Sign: s.Sign, Result: fact(ctx, s.Page.Result),
		Who: each(s.Page.Who, func(t forms.Text) Fact { return fact(ctx, t) }),
		What: each(s.Page.What, func(n forms.Needed) FactNeed {
			return FactNeed{fact(ctx, n.Text), textOf(ctx, n.Note), n.Itself}
		}),
		Cost:    each(s.Page.Cost, func(f forms.Fee) FactCost { return FactCost{fact(ctx, f.Why.Text), f.Amount.Source} }),
		Refusal: each(s.Page.Refusal, func(g forms.Ground) FactMend { return FactMend{fact(ctx, g.Text), g.Code, textOf(ctx, g.Mend)} }),
		Rules:   each(s.Page.Rules, func(l forms.Law) FactLaw { return FactLaw{fact(ctx, l.Text), l.URL} }),
		Steps:   each(s.Form.Steps, func(x forms.Step) FormStep { return formStep(ctx, &x) }),
	}
	if d.Sign == "" {
		d.Sign = "simple"
	}
	return &ServiceOut{Body: d}, nil
}

func fact(ctx context.Context, t forms.Text) Fact { return Fact{textOf(ctx, t), t.Unverified} }

// each maps a list; none gives an empty one, so that JSON has [] and not null.
func each[T, U any](list []T, f func(T) U) []U {
	out := make([]U, 0, len(list))
	for _, x := range list {
		out = append(out, f(x))
	}
	return out
}

func formStep(ctx context.Context, x *forms.Step) FormStep {
	return FormStep{
		ID: x.ID, Title: textOf(ctx, x.Title), When: x.When.Source, Fields: formFields(ctx, x.Fields),
		Groups: each(x.Groups, func(g forms.Group) FormGroup {
			return FormGroup{g.ID, textOf(ctx, g.Title), g.When.Source, g.Repeat.Min, g.Repeat.Max, formFields(ctx, g.Fields)}
		}),
	}
}

func formFields(ctx context.Context, fields []forms.Field) []FormField {
	return each(fields, func(f forms.Field) FormField {
		out := FormField{ID: f.ID, Kind: f.Kind, Label: textOf(ctx, f.Label), Required: f.IsRequired(), When: f.When.Source}
		for _, o := range f.Options {
			out.Options = append(out.Options, FormOption{o.Value, textOf(ctx, o.Label)})
		}
		return out
	})
}
