package complaint

import (
	_ "embed" // grounds.yaml
	"fmt"
	"slices"

	"github.com/goccy/go-yaml"

	"okno/internal/agency"
	"okno/internal/applications/cases"
)

//go:embed grounds.yaml
var groundsFile []byte

// Measure is what is done about a case whose complaint is upheld.
type Measure string

// The measures (210-ФЗ, ст. 11.2, ч. 7, п. 1).
const (
	CancelDecision Measure = "cancel" // the refusal is cancelled, the case decided anew
	WaiveAsk       Measure = "waive"  // what was asked for is not needed
	Hasten         Measure = "hasten" // the agency has to decide or hand over by a day
	Mend           Measure = "mend"   // a mistake in the document is mended
	Refund         Measure = "refund" // money is given back
	Other          Measure = "other"
)

// Measures are all of them, in the order of lists.
func Measures() []Measure {
	return []Measure{CancelDecision, WaiveAsk, Hasten, Mend, Refund, Other}
}

// Fits reports whether the measure makes sense for a case in a status.
func (m Measure) Fits(s cases.Status) bool {
	switch m {
	case CancelDecision:
		return s == cases.Refused
	case WaiveAsk:
		return s == cases.Waiting
	case Hasten:
		return s.Open() || s == cases.Approved
	case Mend:
		return s == cases.Approved || s == cases.Completed
	case Refund, Other:
		return true
	}
	return false
}

// deed is what the measure does with a case.
func (m Measure) deed() cases.Deed {
	switch m {
	case CancelDecision:
		return cases.Reopen
	case WaiveAsk:
		return cases.Waive
	}
	return cases.Oblige
}

// redoDays is the term for what an upheld complaint demands, in working days.
// Source: Правила подачи и рассмотрения жалоб (ПП РФ от 16.08.2012 № 840), not
// verified.
const redoDays = 5

// Ground is a reason for which one may complain.
type Ground struct {
	Code       string         `yaml:"code"`
	Days       int            `yaml:"days"` // working, from registration
	When       []cases.Status `yaml:"when"`
	Measure    Measure        `yaml:"measure"`
	Law        string         `yaml:"law"`
	Unverified bool           `yaml:"unverified"`
	Title      agency.Text    `yaml:"title"`
}

func readGrounds(raw []byte) ([]Ground, error) {
	var all []Ground
	if err := yaml.UnmarshalWithOptions(raw, &all, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("grounds of complaints: %w", err)
	}
	for _, g := range all {
		if g.Code == "" || g.Days <= 0 || g.Title.RU == "" || g.Title.EN == "" || !slices.Contains(Measures(), g.Measure) ||
			slices.ContainsFunc(g.When, func(s cases.Status) bool { return !s.Known() }) {
			return nil, fmt.Errorf("grounds of complaints: %q is not complete", g.Code)
		}
	}
	return all, nil
}

// Grounds are those for which one may complain about a case in a status.
func (r *Complaints) Grounds(s cases.Status) []Ground {
	return slices.DeleteFunc(slices.Clone(r.grounds), func(g Ground) bool { return !slices.Contains(g.When, s) })
}

// Ground finds one by its code.
func (r *Complaints) Ground(code string) (Ground, bool) {
	i := slices.IndexFunc(r.grounds, func(g Ground) bool { return g.Code == code })
	if i < 0 {
		return Ground{}, false
	}
	return r.grounds[i], true
}
