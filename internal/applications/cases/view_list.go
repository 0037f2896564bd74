package cases

import (
	"slices"

	"okno/internal/forms"
	"okno/internal/kit/ui"
)

// dropBox names the boxes that take an item out of a list.
const dropBox = "_drop"

// askedItem is an item of a list that is open for correction.
type askedItem struct {
	name   string // begins the names of its boxes
	title  string
	fresh  bool // it is not there yet
	fields []*forms.FieldState
}

// items are those of the list as it stands, what was posted beyond them, and one
// more while there is room. All boxes are shown: without scripts a page can't
// bring those that another answer asks for.
func (v view) items(g *forms.Group) []askedItem {
	var stand []forms.ItemState
	for i := range v.result.Steps {
		for j := range v.result.Steps[i].Groups {
			if x := &v.result.Steps[i].Groups[j]; x.Group.ID == g.ID {
				stand = x.Items
			}
		}
	}
	count := len(stand) + 1
	if posted := numbers(g, v.posted, nil); len(posted) > 0 {
		count = max(count, posted[len(posted)-1]+1)
	}
	out := make([]askedItem, min(count, g.Repeat.Max))
	for n := range out {
		item := askedItem{name: itemName(g.ID, n), fresh: n >= len(stand)}
		item.title = v.t("applications.ask.item", "Item", v.in(g.Repeat.Item), "Number", n+1)
		for i := range g.Fields {
			f := &g.Fields[i]
			if !asks(f) {
				continue
			}
			state := &forms.FieldState{Field: f, Name: item.name + "." + f.ID}
			if n < len(stand) {
				at := slices.IndexFunc(stand[n].Fields, func(x forms.FieldState) bool { return x.Field.ID == f.ID })
				if at >= 0 {
					state = &stand[n].Fields[at]
				}
			}
			item.fields = append(item.fields, state)
		}
		out[n] = item
	}
	return out
}

// drop is the box that takes an item out of its list.
func (v view) drop(item askedItem) ui.CheckboxesParams {
	return ui.CheckboxesParams{
		IDPrefix: dropBox + "." + item.name, Name: dropBox, Classes: "govuk-checkboxes--small", Values: v.posted[dropBox],
		Items: []ui.ChoiceItem{{Value: item.name, Text: v.t("applications.ask.drop", "Item", item.title)}},
	}
}
