package forms

import (
	"strings"

	"github.com/google/uuid"

	"okno/internal/kit/errs"
)

// addressKind is a postal address within Russia, as structured text. A village may
// have no streets, a house no flats. Where the address was chosen from the state
// register (ГАР), gar is the GUID of the house or street; it is posted as
// <field>.gar, has no box, and goes when the text is typed by hand.
func addressKind() Kind {
	return composite{
		name: "address",
		parts: []piece{
			{id: "region", kind: textKind(), complete: "address-level1"},
			{id: "city", kind: textKind(), complete: "address-level2"},
			{id: "street", kind: textKind(), complete: "address-line1", optional: true},
			{id: "house", kind: textKind(), field: Field{MaxLength: 30}, width: 10},
			{id: "flat", kind: textKind(), field: Field{MaxLength: 20}, width: 6, optional: true},
			{id: "index", kind: postcodeKind(), width: 7, optional: true},
			{id: "gar", kind: identifier{name: "gar", parse: parseGUID}, optional: true, unseen: true},
		},
		show: func(m map[string]any) string {
			if sameText(m["region"], m["city"]) {
				return words(m, ", ", "index", "city", "street", "house", "flat")
			}
			return words(m, ", ", "index", "region", "city", "street", "house", "flat")
		},
	}
}

// AddressText is the value of an address in one line, "" for none.
func AddressText(value any) string {
	m, _ := value.(map[string]any)
	c, _ := addressKind().(composite)
	if len(m) == 0 {
		return ""
	}
	return c.show(m)
}

// sameText: Москва is a region and a city of one name, which is written once.
func sameText(a, b any) bool {
	x, _ := a.(string)
	y, _ := b.(string)
	return strings.EqualFold(strings.TrimSpace(x), strings.TrimSpace(y))
}

// parseGUID reads the identifier of an object of the ГАР.
func parseGUID(s string) (string, error) {
	id, err := uuid.Parse(strings.TrimSpace(s))
	if err != nil {
		return "", errs.NewInvalid("forms.error.shape")
	}
	return id.String(), nil
}

// Address is an object of the state register of addresses, as a registry
// suggests it. House is empty for a street.
type Address struct {
	Text   string `json:"text"`
	Region string `json:"region"`
	City   string `json:"city"`
	Street string `json:"street,omitempty"`
	House  string `json:"house,omitempty"`
	Index  string `json:"index,omitempty"`
	GAR    string `json:"gar"`
}

// Valid reports whether it can be put into a field.
func (a Address) Valid() bool {
	_, err := parseGUID(a.GAR)
	for _, text := range []string{a.Text, a.Region, a.City, a.Street, a.House, a.Index} {
		if len(text) > 500 {
			return false
		}
	}
	return err == nil && a.Text != "" && a.Region != "" && a.City != ""
}

// Parts are the boxes of a field of the kind address that it fills.
func (a Address) Parts() map[string]string {
	return map[string]string{"region": a.Region, "city": a.City, "street": a.Street, "house": a.House, "index": a.Index, "gar": a.GAR}
}
