package forms

// periodKind is a time from one day to another. With open: true the end may be
// left empty, for what still goes on; min and max bound both days.
type periodKind struct{ composite }

func newPeriodKind() Kind {
	return periodKind{composite{
		name: "period",
		parts: []piece{
			{id: "from", kind: dateKind{}, anyDay: true},
			{id: "to", kind: dateKind{}, anyDay: true, optional: true},
		},
		show: func(m map[string]any) string {
			if to, _ := m["to"].(string); to == "" {
				m["to"] = "…"
			}
			return words(m, " – ", "from", "to")
		},
	}}
}

func (periodKind) keys() []string { return []string{"min", "max", "open"} }

func (k periodKind) Inputs(f *Field) []Input {
	boxes := k.composite.Inputs(f)
	for i := range boxes {
		boxes[i].Optional = boxes[i].Optional && f.Open
	}
	return boxes
}

func (k periodKind) accept(f *Field, v any, b bounds) (any, []flaw) {
	got, flaws := k.composite.accept(f, v, b)
	if flaws != nil {
		return nil, flaws
	}
	m := got.(map[string]any)
	for _, part := range []string{"from", "to"} {
		if m[part] == nil {
			continue
		}
		if _, flaws := (dateKind{}).accept(f, m[part], b); flaws != nil {
			flaws[0].part = part
			return nil, flaws
		}
	}
	from, _ := m["from"].(string)
	to, ended := m["to"].(string)
	if !ended && !f.Open {
		return nil, []flaw{{part: "to", key: "forms.error.required"}}
	}
	if ended && to < from {
		return nil, []flaw{{part: "to", key: "forms.error.period"}}
	}
	return m, nil
}
