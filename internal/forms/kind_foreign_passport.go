package forms

import "okno/internal/reference"

// foreignPassportKind is the passport of a citizen for travelling abroad.
func foreignPassportKind() Kind {
	return composite{
		name: "foreign_passport",
		parts: []piece{
			{id: "number", kind: identifier{
				name: "number", mode: "numeric", parse: reference.ParseForeignPassport, format: reference.FormatForeignPassport,
			}, width: 12},
			{id: "issued_on", kind: dateKind{}},
			{id: "valid_until", kind: dateKind{}, anyDay: true},
			{id: "issued_by", kind: textKind(), optional: true},
		},
		joint: issuedBefore,
		show: func(m map[string]any) string {
			return words(m, ", ", "number", "issued_on", "valid_until", "issued_by")
		},
	}
}

// issuedBefore: a document is issued before it ends.
func issuedBefore(m map[string]any) []flaw {
	from, _ := m["issued_on"].(string)
	to, ends := m["valid_until"].(string)
	if ends && to < from {
		return []flaw{{part: "valid_until", key: "forms.error.period"}}
	}
	return nil
}
