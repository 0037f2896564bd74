package forms

import (
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// composite is an answer of several parts, each with a kind of its own.
type composite struct {
	name  string
	parts []piece
	// joint checks parts which only make sense together.
	joint func(m map[string]any) []flaw
	// show prints the whole.
	show func(m map[string]any) string
}

// piece is one part of a composite.
type piece struct {
	id       string
	kind     Kind
	field    Field
	complete string
	width    int
	optional bool
	// anyDay: a date which may lie ahead.
	anyDay bool
	// unseen: no box of its own; a script or a fact may give it.
	unseen bool
}

func (k composite) Name() string { return k.name }

func (k composite) keys() []string { return nil }

func (k composite) celType(p *provider, f *Field) *cel.Type {
	members := map[string]*cel.Type{}
	for i := range k.parts {
		members[k.parts[i].id] = k.parts[i].kind.celType(p, &k.parts[i].field)
	}
	return p.define(k.name, members)
}

func (k composite) Inputs(f *Field) []Input {
	var out []Input
	for i := range k.parts {
		if !k.parts[i].unseen {
			out = append(out, k.inputsOf(f, &k.parts[i])...)
		}
	}
	return out
}

func (k composite) inputsOf(f *Field, p *piece) []Input {
	boxes := p.kind.Inputs(&p.field)
	for i := range boxes {
		box := &boxes[i]
		if box.Label == "" {
			box.Label = k.label(p.id)
		}
		box.Part = joinPart(p.id, box.Part)
		box.Optional = p.optional
		if p.width > 0 {
			box.Width = p.width
		}
		if box.Autocomplete == "" {
			box.Autocomplete = p.complete
		}
		if f.Autocomplete == "off" {
			box.Autocomplete = "off"
		}
	}
	return boxes
}

func (k composite) label(id string) string { return "forms.part." + k.name + "." + id }

func joinPart(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "." + b
}

func (k composite) read(_ *Field, in posted) any {
	m := map[string]any{}
	for i := range k.parts {
		p := &k.parts[i]
		if v := p.kind.read(&p.field, in.sub(p.id)); v != nil {
			m[p.id] = v
		}
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

func (k composite) accept(_ *Field, v any, b bounds) (any, []flaw) {
	m, ok := v.(map[string]any)
	if !ok || !k.knowsAll(m) {
		return nil, oneFlaw("forms.error.shape")
	}
	out, flaws := map[string]any{}, []flaw(nil)
	for i := range k.parts {
		flaws = append(flaws, k.acceptPart(&k.parts[i], m, out, b)...)
	}
	if len(flaws) == 0 && k.joint != nil {
		flaws = k.joint(out)
	}
	if len(flaws) > 0 {
		return nil, flaws
	}
	return out, nil
}

func (k composite) knowsAll(m map[string]any) bool {
	for id := range m {
		if !slices.ContainsFunc(k.parts, func(p piece) bool { return p.id == id }) {
			return false
		}
	}
	return true
}

func (k composite) acceptPart(p *piece, in, out map[string]any, b bounds) []flaw {
	v := in[p.id]
	if v == nil || v == "" {
		if p.optional {
			return nil
		}
		return []flaw{{part: p.id, key: "forms.error.required"}}
	}
	accepted, flaws := p.kind.accept(&p.field, v, bounds{today: b.today, max: p.latest(b)})
	for i := range flaws {
		flaws[i].part = joinPart(p.id, flaws[i].part)
	}
	if len(flaws) == 0 {
		out[p.id] = accepted
	}
	return flaws
}

// latest: no document is issued and nobody is born after today.
func (p *piece) latest(b bounds) any {
	if _, ok := p.kind.(dateKind); ok && b.today != "" && !p.anyDay {
		return b.today
	}
	return nil
}

func (k composite) Print(_ *Field, v any, p Printer) string {
	m, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	shown := maps.Clone(m)
	for i := range k.parts {
		q := &k.parts[i]
		if m[q.id] != nil {
			shown[q.id] = q.kind.Print(&q.field, m[q.id], p)
		}
	}
	return k.show(shown)
}

// words joins the non-empty members with the separator.
func words(m map[string]any, separator string, ids ...string) string {
	var out []string
	for _, id := range ids {
		if s, _ := m[id].(string); s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, separator)
}

func (k composite) boxes(_ *Field, v any) map[string][]string {
	m, _ := v.(map[string]any)
	out := map[string][]string{}
	for i := range k.parts {
		p := &k.parts[i]
		for part, values := range p.kind.boxes(&p.field, m[p.id]) {
			out[joinPart(p.id, part)] = values
		}
	}
	return out
}
