package profile

import (
	"slices"

	"okno/internal/kit/db"
	"okno/internal/reference"
)

// HoldingKind says whom or what a holding is.
type HoldingKind string

// The kinds, in the order of pages.
const (
	HoldingSpouse   HoldingKind = "spouse"
	HoldingChild    HoldingKind = "child"
	HoldingVehicle  HoldingKind = "vehicle"
	HoldingProperty HoldingKind = "property"
)

// HoldingKinds are all kinds, in the order of pages.
func HoldingKinds() []HoldingKind {
	return []HoldingKind{HoldingSpouse, HoldingChild, HoldingVehicle, HoldingProperty}
}

// The registries that know holdings; each has a page of its own.
const (
	RegistryFamily   Registry = "family"   // ЗАГС
	RegistryVehicles Registry = "vehicles" // ГИБДД
	RegistryProperty Registry = "property" // Росреестр
)

// HoldingRegistries are the registries that know holdings, in the order of pages.
func HoldingRegistries() []Registry {
	return []Registry{RegistryFamily, RegistryVehicles, RegistryProperty}
}

// Holding is one of the people and things that belong with a citizen: the
// spouse, a child, a vehicle, a piece of property.
type Holding struct {
	ID         string
	Kind       HoldingKind
	Version    int64
	Values     Values // in canonical form; empty ones are left out
	State      CheckState
	Differs    []string // names of fields that the registry has otherwise
	ChangedAt  db.Time
	AnsweredAt db.Time
}

// HoldingCheck is the last question to one registry about a citizen's holdings.
type HoldingCheck struct {
	Registry   Registry
	ID         string
	State      CheckState
	Adds       bool  // what is not there yet is added from the answer
	Added      int64 // how many were
	AskedAt    db.Time
	AnsweredAt db.Time
}

// Known reports whether it is one of the kinds.
func (k HoldingKind) Known() bool { return slices.Contains(HoldingKinds(), k) }

// Registry is the one that knows holdings of the kind.
func (k HoldingKind) Registry() Registry {
	switch k {
	case HoldingVehicle:
		return RegistryVehicles
	case HoldingProperty:
		return RegistryProperty
	}
	return RegistryFamily
}

// most is how many of the kind a citizen may keep.
func (k HoldingKind) most() int64 {
	switch k {
	case HoldingSpouse:
		return 1
	case HoldingChild:
		return 20
	}
	return 50
}

// fields are the names of the kind's fields, in the order of pages.
func (k HoldingKind) fields() []string {
	switch k {
	case HoldingSpouse:
		return []string{"last_name", "first_name", "middle_name", "birth_date", "snils"}
	case HoldingChild:
		return []string{"last_name", "first_name", "middle_name", "birth_date", "sex", "snils", "certificate"}
	case HoldingVehicle:
		return []string{"make", "plate", "vin", "document"}
	case HoldingProperty:
		return []string{"cadastral", "address"}
	}
	return nil
}

// kindsOf are the kinds that a registry knows.
func kindsOf(r Registry) []HoldingKind {
	return slices.DeleteFunc(HoldingKinds(), func(k HoldingKind) bool { return k.Registry() != r })
}

// read takes the fields as they were typed and gives them in canonical form, or
// an error of kind Invalid whose fields say what to mend. today is YYYY-MM-DD.
func (k HoldingKind) read(in Values, today string) (Values, error) {
	r, out := &reader{in: in, today: today, who: "holding_"}, Values{}
	switch k {
	case HoldingSpouse, HoldingChild:
		k.readRelative(r, out)
	case HoldingVehicle:
		out["make"] = r.text("make", 100, false)
		out["plate"] = r.optional("plate", reference.ParsePlate)
		out["vin"] = r.parsed("vin", reference.ParseVIN)
		out["document"] = r.optional("document", reference.ParseVehicleDocument)
	case HoldingProperty:
		out["cadastral"] = r.parsed("cadastral", reference.ParseCadastral)
		out["address"] = r.text("address", 300, false)
	}
	if r.fault != nil {
		return nil, r.fault
	}
	for name, v := range out {
		if v == "" {
			delete(out, name)
		}
	}
	return out, nil
}

func (k HoldingKind) readRelative(r *reader, out Values) {
	var p Person
	r.names(&p)
	out["last_name"], out["first_name"], out["middle_name"] = p.LastName, p.FirstName, p.MiddleName
	switch born := r.date("birth_date"); {
	case born > r.today:
		r.wrong("birth_date", "profile.error.birth_future")
	case born != "" && born < "1900-01-01":
		r.wrong("birth_date", "profile.error.birth_old")
	default:
		out["birth_date"] = born
	}
	out["snils"] = r.optional("snils", reference.ParseSNILS)
	if k != HoldingChild {
		return
	}
	out["certificate"] = r.optional("certificate", reference.ParseBirthCertificate)
	if out["sex"] = r.in["sex"]; out["sex"] != "male" && out["sex"] != "female" {
		r.wrong("sex", "profile.error.sex")
	}
}

// Title is what people call the holding by.
func (h Holding) Title() string {
	v := h.Values
	switch h.Kind {
	case HoldingVehicle:
		return joinWords(", ", v["make"], v["plate"], v["vin"])
	case HoldingProperty:
		return joinWords(", ", v["address"], v["cadastral"])
	}
	return joinWords(" ", v["last_name"], v["first_name"], v["middle_name"])
}

// identifying are groups of fields, each of which alone tells holdings of the
// kind apart.
func (k HoldingKind) identifying() [][]string {
	switch k {
	case HoldingVehicle:
		return [][]string{{"vin"}, {"plate"}}
	case HoldingProperty:
		return [][]string{{"cadastral"}}
	}
	return [][]string{{"snils"}, {"certificate"}, {"last_name", "first_name", "birth_date"}}
}

// compared are the fields that a registry is believed in: people write makes
// and addresses in many ways.
func (k HoldingKind) compared() []string {
	return slices.DeleteFunc(k.fields(), func(f string) bool { return f == "make" || f == "address" })
}

// same reports whether two descriptions mean the same thing.
func (k HoldingKind) same(a, b Values) bool {
	for _, group := range k.identifying() {
		if !slices.ContainsFunc(group, func(f string) bool { return a[f] == "" || folded(a[f]) != folded(b[f]) }) {
			return true
		}
	}
	return false
}

// differs names the fields that both sides have, and have otherwise. A middle
// name that only one side has differs too.
func (k HoldingKind) differs(own, known Values) []string {
	var out []string
	for _, f := range k.compared() {
		both := own[f] != "" && known[f] != ""
		if (both || f == "middle_name") && folded(own[f]) != folded(known[f]) {
			out = append(out, f)
		}
	}
	return out
}

// judged is the holding with what the registry's list says of it; an answer
// that agrees fills what was left empty.
func (h Holding) judged(list []RegisteredHolding) Holding {
	h.State, h.Differs = CheckUnknown, nil
	for _, one := range list {
		if one.Kind != h.Kind || !h.Kind.same(h.Values, one.Values) {
			continue
		}
		differs := h.Kind.differs(h.Values, one.Values)
		if h.State == CheckUnknown || len(differs) < len(h.Differs) {
			h.State, h.Differs = CheckRefused, differs
		}
		if len(differs) == 0 {
			h.State, h.Values = CheckConfirmed, completed(h.Values, one.Values)
			return h
		}
	}
	return h
}

func completed(own, known Values) Values {
	out := Values{}
	for f, v := range known {
		out[f] = v
	}
	for f, v := range own {
		out[f] = v
	}
	return out
}

// fact is the holding as a field of the form language takes it.
func (h Holding) fact() map[string]any {
	out := make(map[string]any, len(h.Values))
	for f, v := range h.Values {
		out[f] = v
	}
	return out
}

// RegisteredHolding is what a registry knows: one of the citizen's holdings.
type RegisteredHolding struct {
	Kind   HoldingKind
	Values Values // as the registry writes them
}
