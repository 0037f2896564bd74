package cases

import (
	"okno/internal/forms"
	"okno/internal/kit/db"
)

// casePart is a part of an application as the API shows it.
type casePart struct {
	Part     string    `json:"part" doc:"Code of the part in its service"`
	Title    string    `json:"title"`
	Agency   string    `json:"agency"`
	State    PartState `json:"state" enum:"planned,new,work,asks,halted,positive,negative,returned,withdrawn,closed"`
	Number   string    `json:"number,omitempty" doc:"Number under which the agency knows it"`
	Deadline db.Date   `json:"deadline,omitempty"`
	Overdue  bool      `json:"overdue,omitempty"`
	After    []string  `json:"after,omitempty" doc:"Parts that come first"`
	Ground   string    `json:"ground,omitempty" doc:"Ground of a negative opinion"`
	Words    string    `json:"words,omitempty" doc:"The opinion, or why it was handed back; for staff"`
}

func outParts(all []Part, lang forms.Lang) []casePart {
	var out []casePart
	for _, p := range all {
		x := casePart{
			Part: p.ID, Title: p.Title.In(lang), Agency: p.Agency, State: p.State, Number: p.Case.Number, Deadline: p.Case.Due.Date,
			Overdue: p.State.running() && p.Case.Left.Overdue, After: p.After, Words: p.Words,
		}
		if p.Found != nil {
			x.Ground = p.Found.Code
		}
		out = append(out, x)
	}
	return out
}
