package registry

import "okno/internal/sandbox/population"

// Found is the result of a lookup that has something to tell.
const Found = "found"

// maxPlaces is how many addresses one answer suggests.
const maxPlaces = 10

// FoundAnswer is what a registry tells everybody about a thing by its number;
// Found is an object, for addresses a list of them.
type FoundAnswer struct {
	RequestID string `json:"request_id"`
	Result    string `json:"result"`
	Found     any    `json:"found,omitempty"`
}

// vehicleFound is what ГИБДД tells without the owner.
type vehicleFound struct {
	Plate string `json:"plate"`
	VIN   string `json:"vin"`
	Make  string `json:"make"`
	Year  int    `json:"year"`
}

// propertyFound is what Росреестр tells without the owner.
type propertyFound struct {
	Cadastral string `json:"cadastral"`
	Kind      string `json:"kind"`
	Address   string `json:"address"`
	Area      int    `json:"area"` // hundredths of a square metre
}

// certificateFound says that a certificate exists, and not whose it is.
type certificateFound struct {
	Certificate string `json:"certificate"`
	IssuedOn    string `json:"issued_on"`
	IssuedBy    string `json:"issued_by"`
}

// lookup finds something by a number or by words; nil for nothing.
type lookup func(p *population.Population, about string) any

// lookups are the questions about things, by path.
func lookups() map[string]lookup {
	return map[string]lookup{
		"/registry/companies/find":                company,
		"/registry/banks/find":                    bank,
		"/registry/addresses/suggest":             places,
		"/registry/vehicles/find":                 vehicle,
		"/registry/property/find":                 property,
		"/registry/civil/birth-certificates/find": certificate,
	}
}

func found(find lookup, p *population.Population, r Request) FoundAnswer {
	out := FoundAnswer{RequestID: r.RequestID, Result: Unknown}
	if thing := find(p, r.About); thing != nil {
		out.Result, out.Found = Found, thing
	}
	return out
}

func company(p *population.Population, about string) any {
	if o, ok := p.Organisation(about); ok {
		return o
	}
	return nil
}

func bank(p *population.Population, about string) any {
	if b, ok := p.Bank(about); ok {
		return b
	}
	return nil
}

func places(p *population.Population, about string) any {
	return list(p.Places(about, maxPlaces))
}

func vehicle(p *population.Population, about string) any {
	if v, ok := p.Vehicle(about); ok {
		return vehicleFound{Plate: v.Plate, VIN: v.VIN, Make: v.Model, Year: v.Year}
	}
	return nil
}

func property(p *population.Population, about string) any {
	if o, ok := p.PropertyObject(about); ok {
		return propertyFound{Cadastral: o.CadastralNumber, Kind: o.Kind, Address: o.Address, Area: o.Area}
	}
	return nil
}

func certificate(p *population.Population, about string) any {
	if c, ok := p.BirthCertificate(about); ok {
		return certificateFound{Certificate: c.Series + " " + c.Number, IssuedOn: c.IssuedOn, IssuedBy: c.IssuedBy}
	}
	return nil
}
