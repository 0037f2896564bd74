package draft

import (
	"slices"
	"strings"

	"okno/internal/forms"
	"okno/internal/kit/errs"
)

// strange reports whether something was sent that no page of ours sends:
// questions that are not asked, choices that were never offered, files of
// others, more than fits. Nothing of such a page is kept, so that nothing is
// kept by half.
func (w *work) strange(step *forms.Step, wrong []forms.Wrong, raw map[string][]string) bool {
	return slices.ContainsFunc(wrong, func(x forms.Wrong) bool {
		switch x.Key {
		case "forms.error.not_asked", "forms.error.group_many", "forms.error.files_many", "forms.error.huge",
			"forms.error.characters", "forms.error.file_unknown":
			return true
		case "forms.error.option":
			return !listed(fieldOf(w.service, step, x.Field), raw[x.Field])
		}
		return false
	})
}

// listed reports whether all values stand among the field's options, also those
// that other answers have just taken away.
func listed(f *forms.Field, values []string) bool {
	if f == nil {
		return false
	}
	for _, v := range values {
		known := func(o forms.Option) bool { return o.Value == v }
		if v != "" && !slices.ContainsFunc(f.Options, known) {
			return false
		}
	}
	return true
}

// brief leaves out what follows from another fault: a list that is too long says
// it once, not for each box beyond its end.
func brief(wrong []forms.Wrong) []forms.Wrong {
	var long []string
	for _, x := range wrong {
		if x.Key == "forms.error.group_many" {
			long = append(long, x.Name+".")
		}
	}
	if len(long) == 0 {
		return wrong
	}
	return slices.DeleteFunc(slices.Clone(wrong), func(x forms.Wrong) bool {
		within := func(group string) bool { return strings.HasPrefix(x.Name, group) }
		return x.Key == "forms.error.not_asked" && slices.ContainsFunc(long, within)
	})
}

// unseen are answers that were sent and are not asked with the others: of hidden
// fields, in items and outside. What was left empty is no answer.
func unseen(sent, counted forms.Answers) []errs.Field {
	var out []errs.Field
	add := func(name string) {
		out = append(out, errs.Field{Name: name, Key: "applications.draft.error.not_asked"})
	}
	for name, v := range sent {
		if empty(v) {
			continue
		}
		if counted[name] == nil {
			add(name)
			continue
		}
		for _, key := range unseenKeys(v, counted[name]) {
			add(name + "." + key)
		}
	}
	slices.SortFunc(out, func(a, b errs.Field) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func unseenKeys(sent, counted any) []string {
	list, _ := sent.([]any)
	kept, _ := counted.([]any)
	var out []string
	for i := range min(len(list), len(kept)) {
		item, _ := list[i].(map[string]any)
		seen, isItem := kept[i].(map[string]any)
		for key, v := range item {
			if isItem && seen[key] == nil && !empty(v) {
				out = append(out, key)
			}
		}
	}
	return out
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
