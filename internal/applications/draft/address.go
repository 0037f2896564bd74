package draft

import (
	"context"
	"maps"
	"strings"
	"unicode/utf8"

	"okno/internal/forms"
)

// findName is the box in which an address is searched for; no answer bears it.
func findName(field string) string { return "_find." + field }

// leastWords is how many characters are searched for.
const leastWords = 3

// suggested is what the register of addresses offers for words that were sent
// without a script.
type suggested struct {
	list   []forms.Address
	silent bool
}

// suggestions asks the register. The words are not kept and not logged.
func (r *Room) suggestions(ctx context.Context, words string) ([]forms.Address, error) {
	me, err := owner(ctx)
	if err != nil || r.Registries == nil || utf8.RuneCountInString(words) < leastWords {
		return nil, err
	}
	if !r.suggesting.take(me, r.Clock.Now()) {
		return nil, ErrTooFast
	}
	ctx, stop := context.WithTimeout(ctx, lookupWait)
	defer stop()
	list, err := r.Registries.Suggest(ctx, words)
	if err != nil {
		r.Log.WarnContext(ctx, "registry silent", "registry", "addresses", "err", err)
		return nil, errSilent
	}
	return list, nil
}

// findAddress does what the buttons beside an address ask for, before the answers
// are read: look for it, or put the chosen one into the boxes.
func (r *Room) findAddress(ctx context.Context, w *work, step *forms.Step, in *posted) {
	name, gar, _ := strings.Cut(in.command.arg, "=")
	f := fieldOf(w.service, step, name)
	if f == nil || f.Kind != "address" || in.command.name != doFind && in.command.name != doTake {
		return
	}
	list, err := r.suggestions(ctx, strings.TrimSpace(first(in.raw, findName(name))))
	if in.command.name == doFind {
		in.suggested = map[string]suggested{name: {list: list, silent: err != nil}}
		return
	}
	for _, a := range list {
		if a.GAR != gar {
			continue
		}
		raw := maps.Clone(in.raw)
		for part, v := range a.Parts() {
			raw[joined(name, part)] = []string{v}
		}
		in.raw = raw
	}
}

// typedOver leaves the register's number out where the address that it stood
// for was changed by hand.
func (w *work) typedOver(raw map[string][]string) map[string][]string {
	out := raw
	for name := range raw {
		field, ok := strings.CutSuffix(name, ".gar")
		if !ok || first(raw, name) == "" {
			continue
		}
		was, _ := valueAt(w.Answers, field).(map[string]any)
		if was == nil || was["gar"] != first(raw, name) {
			continue
		}
		for _, part := range []string{"region", "city", "street", "house"} {
			before, _ := was[part].(string)
			if strings.TrimSpace(first(raw, joined(field, part))) != before {
				out = maps.Clone(out)
				out[name] = []string{""}
				break
			}
		}
	}
	return out
}

// valueAt is an answer by the name of its field in the page.
func valueAt(a forms.Answers, name string) any {
	group, rest, inGroup := strings.Cut(name, ".")
	if !inGroup {
		return a[name]
	}
	_, item := itemOf(group + "." + beforeDot(rest))
	list, _ := a[group].([]any)
	if item < 0 || item >= len(list) {
		return nil
	}
	_, id, _ := strings.Cut(rest, ".")
	m, _ := list[item].(map[string]any)
	return m[id]
}

func beforeDot(s string) string {
	s, _, _ = strings.Cut(s, ".")
	return s
}
