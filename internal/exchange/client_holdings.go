package exchange

import (
	"context"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"okno/internal/profile"
)

// maxHoldings is how many lines of one answer are read.
const maxHoldings = 200

// holdingsPath is where a registry answers about what belongs with a person.
func holdingsPath(r profile.Registry) string {
	switch r {
	case profile.RegistryVehicles:
		return "/vehicles"
	case profile.RegistryProperty:
		return "/property"
	}
	return "/civil/family"
}

// Holdings asks a registry who or what belongs with a person. requestID is the
// same at each try. The error is for the log: it holds nothing of the person.
func (g *Registry) Holdings(ctx context.Context, r profile.Registry, requestID string, p profile.Person) (profile.CheckState, []profile.RegisteredHolding, error) {
	raw, err := g.ask(ctx, holdingsPath(r), requestID, question{RequestID: requestID, Person: askedOf(r, p)})
	if err != nil {
		return "", nil, fmt.Errorf("registry %s: %w", r, err)
	}
	return parseHoldings(r, requestID, raw)
}

// holdings is what a registry gives beside its answer.
type holdings struct {
	Family   *familyAnswer   `json:"family"`
	Vehicles *vehiclesAnswer `json:"vehicles"`
	Property *propertyAnswer `json:"property"`
}

type familyAnswer struct {
	Spouse   *relative  `json:"spouse"`
	Children []relative `json:"children"`
}

type relative struct {
	LastName         string `json:"last_name"`
	FirstName        string `json:"first_name"`
	MiddleName       string `json:"middle_name"`
	BirthDate        string `json:"birth_date"`
	Sex              string `json:"sex"`
	SNILS            string `json:"snils"`
	BirthCertificate *struct {
		Series string `json:"series"`
		Number string `json:"number"`
	} `json:"birth_certificate"`
}

type vehiclesAnswer struct {
	Vehicles []struct {
		Plate string `json:"plate"`
		VIN   string `json:"vin"`
		Model string `json:"model"`
		STS   string `json:"sts"`
	} `json:"vehicles"`
}

type propertyAnswer struct {
	Objects []struct {
		Cadastral string `json:"cadastral_number"`
		Address   string `json:"address"`
	} `json:"objects"`
}

// parseHoldings reads an answer to the request; whatever does not make sense is
// errGarbage. The values are foreign: the room profile puts them in order.
func parseHoldings(r profile.Registry, requestID string, raw []byte) (profile.CheckState, []profile.RegisteredHolding, error) {
	state, _, err := parseAnswer(requestID, raw)
	if err != nil || state != profile.CheckConfirmed {
		return state, nil, err
	}
	var h holdings
	if !utf8.Valid(raw) || json.Unmarshal(raw, &h) != nil {
		return "", nil, errGarbage
	}
	var list []profile.RegisteredHolding
	switch {
	case r == profile.RegistryFamily && h.Family != nil:
		list = h.Family.list()
	case r == profile.RegistryVehicles && h.Vehicles != nil:
		for _, v := range h.Vehicles.Vehicles {
			list = append(list, profile.RegisteredHolding{Kind: profile.HoldingVehicle, Values: profile.Values{
				"make": v.Model, "plate": v.Plate, "vin": v.VIN, "document": v.STS,
			}})
		}
	case r == profile.RegistryProperty && h.Property != nil:
		for _, o := range h.Property.Objects {
			list = append(list, profile.RegisteredHolding{Kind: profile.HoldingProperty, Values: profile.Values{
				"cadastral": o.Cadastral, "address": o.Address,
			}})
		}
	default:
		return "", nil, errGarbage
	}
	return state, list[:min(len(list), maxHoldings)], nil
}

func (f familyAnswer) list() []profile.RegisteredHolding {
	var out []profile.RegisteredHolding
	if f.Spouse != nil {
		out = append(out, profile.RegisteredHolding{Kind: profile.HoldingSpouse, Values: f.Spouse.values()})
	}
	for _, c := range f.Children {
		out = append(out, profile.RegisteredHolding{Kind: profile.HoldingChild, Values: c.values()})
	}
	return out
}

func (r relative) values() profile.Values {
	v := profile.Values{
		"last_name": r.LastName, "first_name": r.FirstName, "middle_name": r.MiddleName, "birth_date": r.BirthDate, "sex": r.Sex, "snils": r.SNILS,
	}
	if r.BirthCertificate != nil {
		v["certificate"] = r.BirthCertificate.Series + " " + r.BirthCertificate.Number
	}
	return v
}
