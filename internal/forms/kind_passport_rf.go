package forms

import "okno/internal/reference"

// passportRFKind is the internal passport of the Russian Federation.
func passportRFKind() Kind {
	return composite{
		name: "passport_rf",
		parts: []piece{
			{id: "series", kind: digitsText(), width: 5},
			{id: "number", kind: digitsText(), width: 7},
			{id: "issued_on", kind: dateKind{}},
			{id: "issued_by", kind: textKind()},
			{id: "unit_code", kind: identifier{name: "unit_code", mode: "numeric", width: 8, parse: reference.ParseUnitCode}},
		},
		joint: passportNumber,
		show: func(m map[string]any) string {
			series, _ := m["series"].(string)
			number, _ := m["number"].(string)
			m["both"] = reference.FormatPassportRF(series, number)
			return words(m, ", ", "both", "issued_on", "issued_by", "unit_code")
		},
	}
}

// digitsText is a part whose rule is checked together with another one.
func digitsText() Kind {
	return identifier{name: "digits", mode: "numeric", parse: func(s string) (string, error) { return s, nil }}
}

func passportNumber(m map[string]any) []flaw {
	series, number, err := reference.ParsePassportRF(m["series"].(string), m["number"].(string))
	if err != nil {
		flaws := flawsOf(err)
		flaws[0].part = "number"
		if flaws[0].key == "reference.error.passport_series" {
			flaws[0].part = "series"
		}
		return flaws
	}
	m["series"], m["number"] = series, number
	return nil
}
