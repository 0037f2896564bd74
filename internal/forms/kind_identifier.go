package forms

import "okno/internal/kit/errs"

// identifier is a number or code with rules of its own, which stand in the
// room reference.
type identifier struct {
	plain
	name     string
	mode     string
	complete string
	width    int
	parse    func(string) (string, error)
	format   func(string) string
}

func (k identifier) Name() string { return k.name }

func (k identifier) Inputs(f *Field) []Input {
	complete, width := k.complete, k.width
	if f.Autocomplete != "" {
		complete = f.Autocomplete
	}
	if f.Width > 0 {
		width = f.Width
	}
	return []Input{{Control: "text", Mode: k.mode, Autocomplete: complete, Width: width}}
}

func (k identifier) accept(_ *Field, v any, _ bounds) (any, []flaw) {
	s, ok := v.(string)
	if !ok {
		return nil, oneFlaw("forms.error.shape")
	}
	return parsed(k.parse(s))
}

func (k identifier) Print(_ *Field, v any, _ Printer) string {
	s, _ := v.(string)
	if k.format == nil {
		return s
	}
	return k.format(s)
}

// parsed turns the answer of a parser of reference into a value or a flaw.
func parsed(s string, err error) (any, []flaw) {
	if err == nil {
		return s, nil
	}
	return nil, flawsOf(err)
}

func flawsOf(err error) []flaw {
	if e, ok := errs.As(err); ok {
		return oneFlaw(e.Key, e.Args...)
	}
	return oneFlaw("forms.error.shape")
}

func (k identifier) boxes(_ *Field, v any) map[string][]string {
	s, _ := v.(string)
	if k.format != nil && s != "" {
		s = k.format(s)
	}
	return oneBox(s)
}
